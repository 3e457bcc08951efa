import type { BaselineLine } from "../../analysis/robustness/baseline-lines.ts";
import type { RobustnessRow } from "../../analysis/robustness/robustness-row.ts";
import { AVERAGE } from "../../analysis/robustness/study-axes.ts";
import { type EvaluationKey, keyText } from "../../foundation/evaluation-key.ts";

/** A study's rows and lines on one x axis, indexed for lookup. */
export interface RobustnessIndex {
  readonly rows: ReadonlyMap<string, RobustnessRow>;
  /** benchmark → its lines */
  readonly lines: ReadonlyMap<string, readonly BaselineLine[]>;
}

export interface FoundRobustness {
  readonly robustness: RobustnessRow | null;
  readonly isOtherPrompts: boolean;
}

const NONE: FoundRobustness = { robustness: null, isOtherPrompts: false };

/** @param wanted the x axis of the table's distances */
export function indexRobustness(
  rows: readonly RobustnessRow[],
  lines: readonly BaselineLine[],
  wanted: string,
): RobustnessIndex {
  const byBenchmark = new Map<string, BaselineLine[]>();
  for (const line of lines.filter(({ idSide }) => idSide === wanted)) {
    const known = byBenchmark.get(line.benchmark);
    if (known === undefined) byBenchmark.set(line.benchmark, [line]);
    else known.push(line);
  }
  const onAxis = rows.filter(({ idSide }) => idSide === wanted);
  return { rows: new Map(onAxis.map((row) => [keyText(row), row])), lines: byBenchmark };
}

/** Tolerance for means whose last digits depend on the order of summation. */
const EXACT = 1e-12;

/**
 * Finds a result's distance from the line. A line of another protocol does not apply, so there is no distance then; a
 * line of other prompts applies and is reported.
 *
 * @param shifts the shifts of an average, each of which must have a distance. The study's average is used only if it is
 *   of the same accuracies as the table's
 */
export function findRobustness(
  index: RobustnessIndex | null,
  result: EvaluationKey & { readonly accuracy: number },
  shifts: readonly FoundRobustness[] = [],
): FoundRobustness {
  const robustness = index?.rows.get(keyText(result));
  if (index === null || robustness === undefined) return NONE;
  if (Math.abs(robustness.accuracy - result.accuracy) > EXACT) return NONE;
  if (result.benchmark === AVERAGE && shifts.some((shift) => shift.robustness === null)) return NONE;
  const agree = (a: string, b: string) => a === b || a === "" || b === "";
  const lines = (index.lines.get(result.benchmark) ?? []).filter((line) => agree(line.protocol, result.protocol));
  if (lines.length === 0) return NONE;
  const isSame = lines.some(
    (line) => agree(line.templates, result.templates) && agree(line.classNames, result.classNames),
  );
  return { robustness, isOtherPrompts: !isSame || shifts.some((shift) => shift.isOtherPrompts) };
}
