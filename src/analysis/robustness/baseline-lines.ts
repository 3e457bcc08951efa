import { type AccuracyRow, doubtText, rowsByCheckpoint } from "../../evaluation/results/accuracy-row.ts";
import { InputError } from "../../foundation/errors.ts";
import type { NoteCollector } from "../../foundation/notes.ts";
import { decimal } from "../../foundation/number-text.ts";
import type { Baseline } from "./baseline.ts";
import { type BaselineFit, type BaselineFitOptions, fitBaseline, isUnreliable } from "./baseline-fit.ts";
import { type LineKey, lineKey, lineKeyText } from "./line-key.ts";
import { type BaselineRules, isInPiece, isLeftOut, type LinePiece, linePieces } from "./line-rules.ts";
import { type PairedRow, type PairOptions, pairRows } from "./pair-rows.ts";
import { isInDistribution, type StudyAxes, wholeSides } from "./study-axes.ts";

/** A fitted line of a baseline, and what it is of. */
export interface BaselineLine extends LineKey {
  /** id of the baseline */
  readonly baseline: string;
  /** group of models that the line is of, "" for all models */
  readonly group: string;
  /** treatment of accuracies of exactly 0 and 1, the affected models, and the rules that selected the models */
  readonly policy: string;
  /** the part of the x axis that the line covers */
  readonly piece: LinePiece;
  /** the line */
  readonly fit: BaselineFit;
}

/** Returns a baseline's rules with the names that they apply to. */
export function baselineRules({ rules, rows }: Pick<Baseline, "rules" | "rows">): BaselineRules {
  return { rules, models: new Set(rows.map(({ checkpoint }) => checkpoint)) };
}

/** The lines and protocols of a baseline. */
export interface BaselineLines {
  readonly id: string;
  readonly lines: readonly BaselineLine[];
  /** benchmark → protocols of its rows */
  readonly protocols: ReadonlyMap<string, ReadonlySet<string>>;
  readonly pairing: PairOptions;
}

/**
 * Fits every line that a baseline has accuracies for: of each benchmark, protocol and prompts, on each x axis, and of
 * the average. Benchmarks with too few models are listed in the notes. Rows that are doubtful or repeat another row are
 * not used.
 *
 * @param defaults benchmark → its default protocol, preferred if the baseline has several
 * @throws InputError if there is no line at all
 */
export function fitBaselineLines(
  baseline: Baseline,
  how: Required<BaselineFitOptions>,
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
  for (const modelRows of rowsByCheckpoint(rows).values()) {
    for (const pair of pairRows(modelRows, pairing).pairs) {
      const key = lineKeyText(pair);
      const line = byLine.get(key);
      if (line === undefined) byLine.set(key, [pair]);
      else line.push(pair);
    }
  }
  const group = rules.group ?? onlyGroup(rows);
  const lines = [...byLine.values()].flatMap((pairs) => fitPieces(baseline, group, how, pairs, notes));
  if (lines.length > 0) return { id: baseline.id, lines, protocols, pairing };
  const why = notes.list().map(({ text }) => text);
  throw new InputError(
    why.length > 0
      ? `baseline ${baseline.id}: no line can be fitted: ${why.join("; ")}`
      : `baseline ${baseline.id}: no line can be fitted: it needs accuracies on ${wholeSides(axes).join(" or ")} and on a shift, of the same models`,
  );
}

function noteDoubts({ id, rows }: Baseline, notes: NoteCollector): void {
  for (const [checkpoint, modelRows] of rowsByCheckpoint(rows)) {
    const doubt = modelRows.find((row) => row.doubt !== undefined)?.doubt;
    if (doubt === undefined) continue;
    notes.note(`not in the lines of ${id}: ${doubtText(doubt)}`, { checkpoint });
  }
}

function fitPieces(
  baseline: Baseline,
  group: string,
  how: Required<BaselineFitOptions>,
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
        how,
      );
      noteWeaknesses(fit, key, notes);
      return [{ baseline: baseline.id, group, ...key, policy: policyWords(fit, piece), piece, fit }];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      notes.note(`${[benchmark, protocol].filter((part) => part !== "").join(" ")} on ${idSide}: ${error.message}`);
      return [];
    }
  });
}

/** Adds warnings about what makes a line differ from the true line. */
function noteWeaknesses(fit: BaselineFit, { benchmark, idSide }: LineKey, notes: NoteCollector): void {
  const subject = { benchmark };
  const name = `${benchmark} on ${idSide}`;
  if (isUnreliable(fit)) {
    const use =
      fit.corrected === null
        ? "and x is too unreliable for a correction, so there are no intervals"
        : "intervals use the corrected line (slope_corrected)";
    notes.warn(
      `finite images make up more than 5 % of the variance of x, so a line is too flat: measure x on more images; ${use}`,
      subject,
      `${name} (reliability ${decimal(fit.reliability as number, 2)})`,
    );
  }
  if (fit.dropped.length > 0) {
    notes.warn(
      "models at exactly 0 or 1 are left out of the line, which makes it flatter: fit with --line binomial, which keeps them",
      subject,
      `${name} (${fit.dropped.length} of ${fit.dropped.length + fit.n} models)`,
    );
  }
}

/** Describes the policy: the treatment of accuracies of 0 and 1, such as `0 and 1 dropped: none`, then the rules. */
export function policyWords(fit: BaselineFit, piece: Pick<LinePiece, "words">): string {
  const names = (models: readonly string[]) => (models.length === 0 ? "none" : models.join("; "));
  const kept = fit.line === "binomial" ? `0 and 1 kept as counts, x moved inside: ${names(fit.moved)}` : "0 and 1 kept";
  const ends = fit.line === "binomial" || fit.scale === "linear" ? kept : `0 and 1 dropped: ${names(fit.dropped)}`;
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
    const known = [...(protocols.get(benchmark) ?? [])].sort();
    const usual = defaults.get(benchmark);
    const preferred = usual !== undefined && known.includes(usual) ? usual : known[0];
    if (preferred !== undefined) preferredProtocols.set(benchmark, preferred);
  }
  const ids = rows.filter((row) => isInDistribution(row.benchmark, axes));
  return { axes, preferredProtocols, preferredClassNames: new Set(ids.map((row) => row.classNames)) };
}

function onlyGroup(rows: readonly AccuracyRow[]): string {
  const groups = new Set(rows.map((row) => row.group));
  return groups.size === 1 ? ([...groups][0] as string) : "";
}
