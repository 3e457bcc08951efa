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
 * The line of one group of checkpoints, with 95 % t intervals of slope and intercept, on the scale. The intervals are
 * of the line corrected for errors in x if its images are known; null if x is too unreliable for a correction.
 */
export interface GroupLine {
  readonly group: string;
  readonly fit: BaselineFit;
  readonly slopeInterval: Interval | null;
  readonly interceptInterval: Interval | null;
  /** the group's checkpoints, including those left out of the line for an accuracy of exactly 0 or 1 */
  readonly points: readonly ModelPoint[];
}

/** The lines of the groups for one benchmark and x axis, or for one piece of it if the baseline's rules split it. */
export interface GroupComparison extends LineKey {
  /** the in-distribution accuracies of these lines, and the models that the baseline's rules exclude */
  readonly piece: LinePiece;
  readonly lines: readonly GroupLine[];
  /**
   * a quick look that ignores errors in x and unequal scatter; `decideGroups` makes the decisions. null if fewer than
   * two groups have a line, or no scatter is left to test against
   */
  readonly covariance: AnalysisOfCovariance | null;
}

export interface GroupStudy {
  readonly comparisons: readonly GroupComparison[];
  /** notes about checkpoints without a group and groups too small for a line */
  readonly notes: readonly Note[];
}

/**
 * Fits one line for each group of checkpoints on every benchmark and x axis, with the rules of the baseline that they
 * are compared with (minimum accuracy, split point, excluded models). `decideGroups` tests whether the lines differ,
 * for example whether the pre-training data determines the line (Nguyen et al. 2022, Fang et al. 2022).
 *
 * @param rows    top-1 accuracies of the checkpoints with unique keys, with default protocols filled in
 * @param groups  checkpoint → group
 * @param options which protocol and class names to use if a checkpoint has several
 * @param ofBaseline the baseline's rules, without the group of its line
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
  for (const [checkpoint, checkpointRows] of rowsByCheckpoint(rows)) {
    const group = groups.get(checkpoint);
    if (group === undefined) {
      notes.note("in no group, so left out of the groups' lines", { checkpoint });
      continue;
    }
    if (isLeftOut(checkpoint, ofBaseline)) {
      const parts = ofBaseline.rules.withoutNamesContaining.join("; ");
      notes.note(`not in the groups' lines: the baseline's rules exclude names with ${parts}`, { checkpoint });
      continue;
    }
    const doubt = checkpointRows.find((row) => row.doubt !== undefined)?.doubt;
    if (doubt !== undefined) {
      notes.note(`not in the groups' lines: ${doubtText(doubt)}`, { checkpoint });
      continue;
    }
    for (const pair of pairRows(checkpointRows, options).pairs) addPoint(byLine, group, pair);
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
    if (error instanceof RangeError) return null; // all points are exactly on their lines
    throw error;
  }
}
