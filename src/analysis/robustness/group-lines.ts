import { type AccuracyRow, doubtText, rowsByCheckpoint } from "../../evaluation/results/accuracy-row.ts";
import { InputError } from "../../foundation/errors.ts";
import { createNoteCollector, type Note, type NoteCollector } from "../../foundation/notes.ts";
import { type AnalysisOfCovariance, analysisOfCovariance } from "../../foundation/statistics/analysis-of-covariance.ts";
import type { Interval } from "../../foundation/statistics/binomial-interval.ts";
import { type FitScale, scaleFunctions } from "../lines/fit-scale.ts";
import { type BaselineFit, fitBaseline, intervalLine } from "./baseline-fit.ts";
import { type LineKey, lineKey, lineKeyText } from "./line-key.ts";
import {
  type BaselineRules,
  isInPiece,
  isLeftOut,
  type LinePiece,
  linePieces,
  NO_BASELINE_RULES,
} from "./line-rules.ts";
import type { ColumnOf } from "./metadata.ts";
import type { ModelPoint } from "./model-point.ts";
import { type PairedRow, type PairOptions, pairRows } from "./pair-rows.ts";

/**
 * The line of one group of checkpoints, with 95 % t intervals of slope and intercept, on the scale: of the line corrected for errors of x where
 * its images are known; null where x is too unreliable for a correction.
 */
export interface GroupLine {
  readonly group: string;
  readonly fit: BaselineFit;
  readonly slopeInterval: Interval | null;
  readonly interceptInterval: Interval | null;
  /** the group's checkpoints here, those left out of the line for an accuracy of exactly 0 or 1 too */
  readonly points: readonly ModelPoint[];
}

/** The lines of the groups for one benchmark and x axis, or one piece of it where the baseline's rules split it. */
export interface GroupComparison extends LineKey {
  /** the accuracies in distribution that these lines are of, and the models that the baseline's rules leave out */
  readonly piece: LinePiece;
  readonly lines: readonly GroupLine[];
  /**
   * a quick look, which knows neither errors in x nor unequal scatter: decisions are of `decideGroups`; null where fewer than two groups have
   * a line, or they leave no scatter to test against
   */
  readonly covariance: AnalysisOfCovariance | null;
}

export interface GroupStudy {
  readonly comparisons: readonly GroupComparison[];
  /** checkpoints without a group, groups too small for a line */
  readonly notes: readonly Note[];
}

/**
 * Fits one line for each group of checkpoints on every benchmark and x axis, by the rules of the baseline beside whose
 * lines they stand (from which accuracy on, where a line is split, which of its models are left out); `decideGroups` says whether
 * the lines differ: does the pre-training data decide the line (Nguyen et al. 2022, Fang et al. 2022)?
 *
 * @param rows    top-1 accuracies of the checkpoints, each key once, protocols not empty where a default is known
 * @param groups  checkpoint → group
 * @param options which protocol and class names to take where a checkpoint has several
 * @param ofBaseline the baseline's rules, without the group that its line is of
 * @throws InputError if no group has three checkpoints with both accuracies
 */
export function compareGroups(
  rows: readonly AccuracyRow[],
  groups: ColumnOf,
  scale: FitScale,
  options: PairOptions,
  ofBaseline: BaselineRules = NO_BASELINE_RULES,
): GroupStudy {
  const notes = createNoteCollector();
  const byLine = new Map<string, { readonly key: LineKey; readonly points: Map<string, ModelPoint[]> }>();
  for (const [checkpoint, own] of rowsByCheckpoint(rows)) {
    const group = groups.get(checkpoint);
    if (group === undefined) {
      notes.note("in no group, so left out of the groups' lines", { checkpoint });
      continue;
    }
    if (isLeftOut(checkpoint, ofBaseline)) {
      const parts = ofBaseline.rules.withoutNamesContaining.join("; ");
      notes.note(`not in the groups' lines: the baseline's rules leave out names with ${parts}`, { checkpoint });
      continue;
    }
    const doubt = own.find((row) => row.doubt !== undefined)?.doubt;
    if (doubt !== undefined) {
      notes.note(`not in the groups' lines: ${doubtText(doubt)}`, { checkpoint });
      continue;
    }
    for (const pair of pairRows(own, options).pairs) addPoint(byLine, group, pair);
  }
  const comparisons = [...byLine.values()].flatMap(({ key, points }) =>
    linePieces(ofBaseline.rules, key.benchmark, key.idSide).flatMap((piece) => {
      const lines = linesOfPiece(key, piece, points, scale, notes);
      return lines.length === 0 ? [] : [{ ...key, piece, lines, covariance: covarianceOf(lines, scale) }];
    }),
  );
  if (comparisons.length === 0) {
    const why = notes.list().map(({ text }) => text);
    throw new InputError(`no group can have a line: ${why.join("; ") || "no checkpoint is in a group"}`);
  }
  return { comparisons, notes: notes.list() };
}

function addPoint(
  byLine: Map<string, { readonly key: LineKey; readonly points: Map<string, ModelPoint[]> }>,
  group: string,
  pair: PairedRow,
): void {
  const id = lineKeyText(pair);
  const line = byLine.get(id) ?? { key: lineKey(pair), points: new Map<string, ModelPoint[]>() };
  byLine.set(id, line);
  const members = line.points.get(group);
  if (members === undefined) line.points.set(group, [pair.point]);
  else members.push(pair.point);
}

function linesOfPiece(
  { benchmark, idSide }: LineKey,
  piece: LinePiece,
  points: ReadonlyMap<string, readonly ModelPoint[]>,
  scale: FitScale,
  notes: NoteCollector,
): GroupLine[] {
  const where = [`${benchmark} on ${idSide}`, ...(piece.words === "" ? [] : [piece.words])].join(", ");
  return [...points]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([group, members]) => {
      try {
        const inside = members.filter((point) => isInPiece(point, piece));
        return [groupLine(group, inside, scale)];
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        notes.note(`group ${group} has no line: ${error.message}`, { benchmark }, where);
        return [];
      }
    });
}

function groupLine(group: string, points: readonly ModelPoint[], scale: FitScale): GroupLine {
  const fit = fitBaseline(points, { scale });
  const line = intervalLine(fit);
  const around = (value: number, standardError: number) => ({
    low: value - fit.tQuantile * standardError,
    high: value + fit.tQuantile * standardError,
  });
  return {
    group,
    points,
    fit,
    slopeInterval: line && around(line.slope, line.slopeSe),
    interceptInterval: line && around(line.intercept, line.interceptSe),
  };
}

function covarianceOf(lines: readonly GroupLine[], scale: FitScale): AnalysisOfCovariance | null {
  if (lines.length < 2) return null;
  const { forward } = scaleFunctions(scale);
  try {
    return analysisOfCovariance(
      lines.map(({ fit }) => ({
        x: fit.models.map((point) => forward(point.idAccuracy)),
        y: fit.models.map((point) => forward(point.accuracy)),
      })),
    );
  } catch (error) {
    if (error instanceof RangeError) return null; // all points lie on their lines
    throw error;
  }
}
