import { type AccuracyRow, doubtText, rowsByCheckpoint } from "../../evaluation/results/accuracy-row.ts";
import { InputError } from "../../foundation/errors.ts";
import type { NoteCollector } from "../../foundation/notes.ts";
import type { FitScale } from "../lines/fit-scale.ts";
import type { Baseline } from "./baseline.ts";
import { type BaselineFit, fitBaseline } from "./baseline-fit.ts";
import { type LineKey, lineKey, lineKeyText } from "./line-key.ts";
import { type BaselineRules, isInPiece, isLeftOut, type LinePiece, linePieces } from "./line-rules.ts";
import { type PairedRow, type PairOptions, pairRows } from "./pair-rows.ts";
import { isInDistribution, type StudyAxes, wholeSides } from "./study-axes.ts";

/** A fitted line of a baseline, and what it is of. */
export interface BaselineLine extends LineKey {
  readonly baseline: string;
  readonly group: string;
  /** what was done with accuracies of exactly 0 and 1, to which models, and which rules chose the models */
  readonly policy: string;
  readonly piece: LinePiece;
  readonly fit: BaselineFit;
}

/** A baseline's rules, and whom they speak of. */
export function baselineRules({ rules, rows }: Pick<Baseline, "rules" | "rows">): BaselineRules {
  return { rules, models: new Set(rows.map(({ checkpoint }) => checkpoint)) };
}

/** A baseline's lines, and which protocols it has. */
export interface BaselineLines {
  readonly id: string;
  readonly lines: readonly BaselineLine[];
  /** benchmark → protocols of its rows */
  readonly protocols: ReadonlyMap<string, ReadonlySet<string>>;
  readonly pairing: PairOptions;
}

/**
 * Fits every line that a baseline has the accuracies for: of each benchmark, protocol and prompts, on each x axis, and of
 * the average. Benchmarks that have too few models are named in the notes. Rows whose quality is doubtful, or that repeat
 * another row, draw no line.
 *
 * @param defaults benchmark → its default protocol, preferred where the baseline has several
 * @throws InputError if there is no line at all
 */
export function fitBaselineLines(
  baseline: Baseline,
  scale: FitScale,
  axes: StudyAxes,
  defaults: ReadonlyMap<string, string>,
  notes: NoteCollector,
): BaselineLines {
  const { rules } = baseline;
  const ofNames = baselineRules(baseline);
  noteDoubts(baseline, notes);
  const rows = baseline.rows.filter(
    (row) =>
      row.doubt === undefined &&
      (rules.group === undefined || row.group === rules.group) &&
      !isLeftOut(row.checkpoint, ofNames),
  );
  const protocols = protocolsOf(rows);
  const pairing = pairOptions(rows, axes, protocols, defaults);
  const byLine = new Map<string, PairedRow[]>();
  for (const own of rowsByCheckpoint(rows).values()) {
    for (const pair of pairRows(own, pairing).pairs) {
      const key = lineKeyText(pair);
      const line = byLine.get(key);
      if (line === undefined) byLine.set(key, [pair]);
      else line.push(pair);
    }
  }
  const group = rules.group ?? onlyGroup(rows);
  const lines = [...byLine.values()].flatMap((pairs) => fitPieces(baseline, group, scale, pairs, notes));
  if (lines.length > 0) return { id: baseline.id, lines, protocols, pairing };
  const why = notes.list().map(({ text }) => text);
  throw new InputError(
    why.length > 0
      ? `baseline ${baseline.id}: no line can be fitted: ${why.join("; ")}`
      : `baseline ${baseline.id}: no line can be fitted: it needs accuracies on ${wholeSides(axes).join(" or ")} and on a shift, of the same models`,
  );
}

function noteDoubts({ id, rows }: Baseline, notes: NoteCollector): void {
  for (const [checkpoint, own] of rowsByCheckpoint(rows)) {
    const doubt = own.find((row) => row.doubt !== undefined)?.doubt;
    if (doubt === undefined) continue;
    notes.note(`not in the lines of ${id}: ${doubtText(doubt)}`, { checkpoint });
  }
}

function fitPieces(
  baseline: Baseline,
  group: string,
  scale: FitScale,
  pairs: readonly PairedRow[],
  notes: NoteCollector,
): BaselineLine[] {
  const key = lineKey(pairs[0] as PairedRow);
  const { benchmark, protocol, idSide } = key;
  const points = pairs.map((pair) => pair.point);
  return linePieces(baseline.rules, benchmark, idSide).flatMap((piece) => {
    try {
      const fit = fitBaseline(
        points.filter((point) => isInPiece(point, piece)),
        { scale },
      );
      return [{ baseline: baseline.id, group, ...key, policy: policyWords(fit, piece), piece, fit }];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      notes.note(`${[benchmark, protocol].filter((part) => part !== "").join(" ")} on ${idSide}: ${error.message}`);
      return [];
    }
  });
}

/** The policy in words: `0 and 1 dropped: none`, or the models dropped, then the rules. */
export function policyWords(fit: BaselineFit, piece: Pick<LinePiece, "words">): string {
  const dropped = fit.dropped.length === 0 ? "none" : fit.dropped.join("; ");
  const ends = fit.scale === "linear" ? "0 and 1 kept" : `0 and 1 dropped: ${dropped}`;
  return piece.words === "" ? ends : `${ends} | ${piece.words}`;
}

function protocolsOf(rows: readonly AccuracyRow[]): Map<string, Set<string>> {
  const protocols = new Map<string, Set<string>>();
  for (const { benchmark, protocol } of rows) {
    protocols.set(benchmark, (protocols.get(benchmark) ?? new Set()).add(protocol));
  }
  return protocols;
}

function pairOptions(
  rows: readonly AccuracyRow[],
  axes: StudyAxes,
  protocols: ReadonlyMap<string, ReadonlySet<string>>,
  defaults: ReadonlyMap<string, string>,
): PairOptions {
  const preferredProtocols = new Map<string, string>();
  for (const benchmark of new Set([...axes.shifts, ...protocols.keys()])) {
    const own = [...(protocols.get(benchmark) ?? [])].sort();
    const usual = defaults.get(benchmark);
    const preferred = usual !== undefined && own.includes(usual) ? usual : own[0];
    if (preferred !== undefined) preferredProtocols.set(benchmark, preferred);
  }
  const ids = rows.filter((row) => isInDistribution(row.benchmark, axes));
  return { axes, preferredProtocols, preferredClassNames: new Set(ids.map((row) => row.classNames)) };
}

function onlyGroup(rows: readonly AccuracyRow[]): string {
  const groups = new Set(rows.map((row) => row.group));
  return groups.size === 1 ? ([...groups][0] as string) : "";
}
