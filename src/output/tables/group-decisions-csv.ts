import type { TermsTest } from "../../analysis/lines/test-terms.ts";
import type { DecidedGroups, GroupDecisions } from "../../analysis/robustness/group-decisions.ts";
import type { GroupDifference } from "../../analysis/robustness/group-effects.ts";
import type { GroupComparison } from "../../analysis/robustness/group-lines.ts";
import { computed, formatCsv } from "../../foundation/files/format-csv.ts";
import { LINE_COLUMNS, lineCells } from "./line-cells.ts";

const TEST_COLUMNS = [
  "column",
  ...LINE_COLUMNS,
  "rule",
  "scale",
  "groups",
  "n",
  "test",
  "role",
  "f",
  "df1",
  "df2",
  "p",
  "p_holm",
  "family",
  "margin",
  "at_most",
  "replicates",
  "noise",
  "verdict",
] as const;
const EFFECT_COLUMNS = [
  "column",
  ...LINE_COLUMNS,
  "rule",
  "scale",
  "effect",
  "group",
  "reference",
  "at",
  "estimate",
  "se",
  "low",
  "high",
  "family_low",
  "family_high",
  "family_p",
  "noise",
] as const;
/** Cells that a row does not have. */
const EMPTY = Object.fromEntries(TEST_COLUMNS.map((name) => [name, null])) as Record<
  (typeof TEST_COLUMNS)[number],
  null
>;
/** The F tests of an analysis of covariance. */
const QUICK_LOOKS = ["slopes", "intercepts", "lines"] as const;

/**
 * The text of `group-tests.csv`: for each benchmark the decisions (`slopes`: equal slopes; `heights`: equal heights, slopes equal, where these
 * are not rejected; `one-line`: the lines differ by the margin or more), whose `p_holm` is adjusted over the `family` tests of the whole
 * file; and as quick looks the F tests of an analysis of covariance, which know neither errors in x nor unequal scatter.
 */
export function formatGroupTests(
  comparisons: readonly GroupComparison[],
  decided: DecidedGroups,
  column: string,
): string {
  const rows = comparisons.flatMap((comparison, i) => {
    const about = {
      ...aboutCells(comparison, column),
      groups: comparison.lines.length,
      n: comparison.lines.reduce((sum, line) => sum + line.fit.n, 0),
    };
    const cells = [...decisionCells(decided.decisions[i] as GroupDecisions, decided.family), ...quickCells(comparison)];
    return cells.map((row) => ({ ...EMPTY, ...about, ...row }));
  });
  return formatCsv(TEST_COLUMNS, rows);
}

function decisionCells({ tests, verdict, noise }: GroupDecisions, family: number) {
  if (tests === null) return [];
  const { slopes, heights, oneLine } = tests;
  const about = { role: "decision", family, noise, verdict };
  const simulated = (test: string, of: TermsTest & { readonly pHolm: number }) => ({
    ...about,
    test,
    f: computed(of.statistic),
    df1: of.df1,
    df2: of.df2,
    p: computed(of.p),
    p_holm: computed(of.pHolm),
    replicates: of.replicates,
  });
  return [
    simulated("slopes", slopes),
    ...(heights === null ? [] : [simulated("heights", heights)]),
    ...(oneLine === null
      ? []
      : [
          {
            ...about,
            test: "one-line",
            p: computed(oneLine.p),
            p_holm: computed(oneLine.pHolm),
            margin: oneLine.margin,
            at_most: finite(oneLine.atMost),
          },
        ]),
  ];
}

function quickCells({ covariance }: GroupComparison) {
  if (covariance === null) return [];
  return QUICK_LOOKS.map((test) => ({
    test,
    role: "quick look",
    f: computed(covariance[test].f),
    df1: covariance[test].df1,
    df2: covariance[test].df2,
    p: computed(covariance[test].p),
  }));
}

/**
 * The text of `group-effects.csv`: each pair of groups, the first less the reference, on the scale, errors in x taken into account. `family_low`
 * … `family_p` hold for all pairs of the benchmark together; `at` is the in-distribution accuracy of a height. Where slopes differ, heights
 * have no p: they describe, and are others at another x.
 */
export function formatGroupEffects(
  comparisons: readonly GroupComparison[],
  { decisions }: DecidedGroups,
  column: string,
): string {
  const rows = comparisons.flatMap((comparison, i) => {
    const { slopes, heights, common, noise, tests } = decisions[i] as GroupDecisions;
    const row = (difference: GroupDifference, cells: { effect: string; at: number | null; isTested: boolean }) => ({
      ...aboutCells(comparison, column),
      effect: cells.effect,
      group: comparison.lines[difference.group]?.group,
      reference: comparison.lines[difference.reference]?.group,
      at: cells.at,
      ...effectCells(difference, cells.isTested),
      noise,
    });
    const at = common?.middle ?? null;
    return [
      ...slopes.map((difference) => row(difference, { effect: "slope", at: null, isTested: true })),
      ...heights.map((difference) => row(difference, { effect: "height", at, isTested: tests?.heights !== null })),
    ];
  });
  return formatCsv(EFFECT_COLUMNS, rows);
}

function aboutCells(comparison: GroupComparison, column: string) {
  const scale = comparison.lines[0]?.fit.scale;
  return { column, ...lineCells(comparison), rule: comparison.piece.words, scale };
}

function effectCells({ effect }: GroupDifference, isTested: boolean) {
  const { family } = effect;
  return {
    estimate: computed(effect.estimate),
    se: computed(effect.se),
    low: finite(effect.low),
    high: finite(effect.high),
    family_low: finite(family.low),
    family_high: finite(family.high),
    family_p: isTested ? computed(family.p) : null,
  };
}

/** Empty where the simulated data sets leave an interval open. */
function finite(value: number) {
  return Number.isFinite(value) ? computed(value) : null;
}
