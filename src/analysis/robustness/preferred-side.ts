import { splitProtocol } from "../../foundation/evaluation-key.ts";
import type { LineKey } from "./line-key.ts";
import type { LineRule } from "./line-rules.ts";
import type { RobustnessStudy } from "./robustness-study.ts";
import { benchmarkOfSide, mainSide } from "./study-axes.ts";

/** What the x axis of a benchmark is chosen by. */
export type SidedStudy = Pick<RobustnessStudy, "lines" | "pairing"> & Partial<Pick<RobustnessStudy, "rules">>;

/** Rows on the x axis that their benchmark is shown on, see {@link preferredIdSide}. */
export function rowsOnPreferredSides<Row extends LineKey>(
  rows: readonly Row[],
  study: SidedStudy,
  inDistribution?: string,
): Row[] {
  const sides = new Map<string, string>();
  return rows.filter(({ benchmark, protocol, idSide }) => {
    // a protocol on a list of classes has but one axis: the benchmark in distribution on the same list
    if (splitProtocol(protocol).classes !== null) {
      return benchmarkOfSide(idSide) === (inDistribution ?? mainSide(study.pairing.axes));
    }
    const side = sides.get(benchmark) ?? preferredIdSide(benchmark, study, rows, inDistribution);
    sides.set(benchmark, side);
    return idSide === side;
  });
}

/**
 * The x axis that figures and tables show a benchmark on where no other was asked for: the one that the baseline's rules
 * name first, as the testbed's figures have ImageNet-R on its 200 classes; all classes where the baseline has no such line,
 * or no checkpoint with the benchmark has that axis.
 *
 * @param keys           the checkpoints' pairs of accuracies, or rows made of them
 * @param inDistribution the benchmark in distribution that was chosen; the study's first where absent
 */
export function preferredIdSide(
  benchmark: string,
  { rules, lines, pairing }: SidedStudy,
  keys: readonly LineKey[],
  inDistribution: string = mainSide(pairing.axes),
): string {
  const whole = inDistribution;
  const isNamed = (rule: LineRule) => rule.benchmark === benchmark && benchmarkOfSide(rule.idSide) === whole;
  const named = rules?.rules.lines.find(isNamed)?.idSide ?? whole;
  const isHere = (key: LineKey) => key.benchmark === benchmark && key.idSide === named;
  if (!lines.some(isHere)) return whole;
  const isOnSet = (key: LineKey) => key.benchmark === benchmark && benchmarkOfSide(key.idSide) === whole;
  return keys.some(isHere) || !keys.some(isOnSet) ? named : whole;
}
