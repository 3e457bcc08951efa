import { splitProtocol } from "../../foundation/evaluation-key.ts";
import type { LineKey } from "./line-key.ts";
import type { LineRule } from "./line-rules.ts";
import type { RobustnessStudy } from "./robustness-study.ts";
import { benchmarkOfSide, mainSide } from "./study-axes.ts";

/** The parts of a study that determine the x axis of a benchmark. */
export type SidedStudy = Pick<RobustnessStudy, "lines" | "pairing"> & Partial<Pick<RobustnessStudy, "rules">>;

/** Selects the rows on the preferred x axis of their benchmark, see {@link preferredIdSide}. */
export function rowsOnPreferredSides<Row extends LineKey>(
  rows: readonly Row[],
  study: SidedStudy,
  inDistribution?: string,
): Row[] {
  const sides = new Map<string, string>();
  return rows.filter(({ benchmark, protocol, idSide }) => {
    // a protocol on a list of classes has only one axis: the in-distribution benchmark on the same list
    if (splitProtocol(protocol).classes !== null) {
      return benchmarkOfSide(idSide) === (inDistribution ?? mainSide(study.pairing.axes));
    }
    const side = sides.get(benchmark) ?? preferredIdSide(benchmark, study, rows, inDistribution);
    sides.set(benchmark, side);
    return idSide === side;
  });
}

/**
 * Returns the default x axis of a benchmark in figures and tables: the first one in the baseline's rules, as the
 * figures of the testbed show ImageNet-R on its 200 classes; all classes if the baseline has no such line, or no
 * checkpoint with the benchmark has that axis.
 *
 * @param keys           the checkpoints' pairs of accuracies, or rows built from them
 * @param inDistribution the chosen in-distribution benchmark; default: the study's first
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
