import type { LineKey } from "./line-key.ts";
import type { RobustnessStudy } from "./robustness-study.ts";

/** What the x axis of a benchmark is chosen by. */
export type SidedStudy = Pick<RobustnessStudy, "lines" | "pairing"> & Partial<Pick<RobustnessStudy, "rules">>;

/** Rows on the x axis that their benchmark is shown on, see {@link preferredIdSide}. */
export function rowsOnPreferredSides<Row extends LineKey>(rows: readonly Row[], study: SidedStudy): Row[] {
  const sides = new Map<string, string>();
  return rows.filter(({ benchmark, idSide }) => {
    const side = sides.get(benchmark) ?? preferredIdSide(benchmark, study, rows);
    sides.set(benchmark, side);
    return idSide === side;
  });
}

/**
 * The x axis that figures and tables show a benchmark on where no other was asked for: the one that the baseline's rules
 * name first, as the testbed's figures have ImageNet-R on its 200 classes; all classes where the baseline has no such line,
 * or no checkpoint with the benchmark has that axis.
 *
 * @param keys the checkpoints' pairs of accuracies, or rows made of them
 */
export function preferredIdSide(
  benchmark: string,
  { rules, lines, pairing }: SidedStudy,
  keys: readonly LineKey[],
): string {
  const whole = pairing.axes.idBenchmark;
  const named = rules?.rules.lines.find((rule) => rule.benchmark === benchmark)?.idSide ?? whole;
  const isHere = (key: LineKey) => key.benchmark === benchmark && key.idSide === named;
  if (!lines.some(isHere)) return whole;
  return keys.some(isHere) || !keys.some((key) => key.benchmark === benchmark) ? named : whole;
}
