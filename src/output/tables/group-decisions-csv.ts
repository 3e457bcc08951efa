import type { Effect } from "../../analysis/lines/estimate-effect.ts";
import type { TermsTest } from "../../analysis/lines/test-terms.ts";
import type { DecidedGroups, GroupDecisions } from "../../analysis/robustness/group-decisions.ts";
import type { GroupDifference, PairsTest } from "../../analysis/robustness/group-effects.ts";
import type { GroupHeight } from "../../analysis/robustness/group-heights.ts";
import type { GroupComparison } from "../../analysis/robustness/group-lines.ts";
import { columnWords, type ScalingValues } from "../../analysis/robustness/scaling-columns.ts";
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
  "group",
  "reference",
  "t",
  "df",
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
  "adjusted_for",
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
  "accuracy",
  "accuracy_low",
  "accuracy_high",
  "extrapolated",
  "adjusted_for",
] as const;

/** The column that defines the groups, and the columns that heights are adjusted for. */
export interface GroupTableContext {
  /** column that defines the groups */
  readonly column: string;
  readonly adjusted: ScalingValues["columns"];
}

/** Values of the cells that a row does not have. */
const EMPTY = emptyCells(TEST_COLUMNS);
const EMPTY_EFFECT = emptyCells(EFFECT_COLUMNS);
/** The F tests of an analysis of covariance. */
const QUICK_LOOKS = ["slopes", "intercepts", "lines"] as const;

/**
 * The text of `group-tests.csv`: the tests of each benchmark. Decisions are `slopes` (equal slopes), `heights` (equal
 * heights with equal slopes, if these are not rejected; with the t of the pair that differs most clearly) and
 * `one-line` (the lines differ by the margin or more); their `p_holm` is adjusted over the `family` tests of the whole
 * file. Quick looks are the F tests of an analysis of covariance, which ignores errors in x and unequal scatter. With
 * `adjusted_for`, decisions are about heights at equal values of these columns, there are no quick looks, and the role
 * `check` tests the assumption that the columns have the same effect on heights in every group (`same-effects`; outside
 * the family).
 */
export function formatGroupTests(
  comparisons: readonly GroupComparison[],
  decided: DecidedGroups,
  { column, adjusted }: GroupTableContext,
): string {
  const rows = comparisons.flatMap((comparison, i) => {
    const rowCells = {
      ...keyCells(comparison, column),
      adjusted_for: adjusted.map(columnWords).join("; "),
      groups: comparison.lines.length,
      n: comparison.lines.reduce((sum, line) => sum + line.fit.n, 0),
    };
    const decisions = decided.decisions[i] as GroupDecisions;
    const cells = [
      ...decisionCells(comparison, decisions, decided.family),
      ...(adjusted.length === 0 ? quickCells(comparison) : checkCells(decisions)),
    ];
    return cells.map((row) => ({ ...EMPTY, ...rowCells, ...row }));
  });
  return formatCsv(TEST_COLUMNS, rows);
}

function decisionCells({ lines }: GroupComparison, { tests, verdict, noise }: GroupDecisions, family: number) {
  if (tests === null) return [];
  const { slopes, heights, oneLine } = tests;
  const rowCells = { role: "decision", family, noise, verdict };
  return [
    { ...rowCells, ...testCells("slopes", slopes), p_holm: computed(slopes.pHolm) },
    ...(heights === null ? [] : [{ ...rowCells, ...pairCells(lines, heights), p_holm: computed(heights.pHolm) }]),
    ...(oneLine === null
      ? []
      : [
          {
            ...rowCells,
            test: "one-line",
            p: computed(oneLine.p),
            p_holm: computed(oneLine.pHolm),
            margin: oneLine.margin,
            at_most: finite(oneLine.atMost),
          },
        ]),
  ];
}

function testCells(test: string, { statistic, df1, df2, p, replicates }: TermsTest) {
  return { test, f: computed(statistic), df1, df2, p: computed(p), replicates };
}

function checkCells({ adjustment, noise }: GroupDecisions) {
  const { sameEffects = null } = adjustment ?? {};
  return sameEffects === null ? [] : [{ role: "check", noise, ...testCells("same-effects", sameEffects) }];
}

/** Cells of the test of heights, for the pair that differs most clearly. */
function pairCells(
  lines: GroupComparison["lines"],
  { group, reference, t, degreesOfFreedom, p, replicates }: PairsTest,
) {
  return {
    test: "heights",
    group: lines[group]?.group,
    reference: lines[reference]?.group,
    t: computed(t),
    df: computed(degreesOfFreedom),
    p: computed(p),
    replicates,
  };
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
 * The text of `group-effects.csv`: each pair of groups, the first minus the reference, on the scale, with errors in x
 * taken into account. `family_low` … `family_p` hold for all pairs of the benchmark together; `at` is the
 * in-distribution accuracy of a height. If slopes differ, heights are descriptive: they have no p and change with x.
 * `height-at` rows are heights at the requested in-distribution accuracy, with a separate slope for each group: of a
 * group (no reference; `accuracy` and its interval are the same values as fractions) and of pairs, which are
 * descriptive too. `extrapolated`: the accuracy is outside those of a group's checkpoints. `adjustment: COLUMN` is the
 * effect of a column that heights are adjusted for.
 */
export function formatGroupEffects(
  comparisons: readonly GroupComparison[],
  { decisions }: DecidedGroups,
  { column, adjusted }: GroupTableContext,
): string {
  const rows = comparisons.flatMap((comparison, i) => {
    const { slopes, heights, common, noise, tests, at: asked, adjustment } = decisions[i] as GroupDecisions;
    const rowCells = {
      ...EMPTY_EFFECT,
      ...keyCells(comparison, column),
      noise,
      adjusted_for: adjusted.map(columnWords).join("; "),
    };
    const row = ({ group, reference, effect }: GroupDifference, cells: EffectContext) => ({
      ...rowCells,
      effect: cells.effect,
      group: comparison.lines[group]?.group ?? "",
      reference: comparison.lines[reference]?.group ?? "",
      at: cells.at,
      ...effectCells(effect, cells.isTested),
      extrapolated: cells.extrapolated ?? null,
    });
    const at = common?.middle ?? null;
    const isOutside = (group: number) => asked?.groups[group]?.extrapolated === true;
    return [
      ...slopes.map((difference) => row(difference, { effect: "slope", at: null, isTested: true })),
      ...heights.map((difference) => row(difference, { effect: "height", at, isTested: tests?.heights !== null })),
      ...(asked === null
        ? []
        : [
            ...asked.groups.map((height) => ({
              ...row({ ...height, reference: -1 }, heightAt(asked.at, height.extrapolated)),
              ...accuracyCells(height),
            })),
            ...asked.differences.map((difference) =>
              row(difference, heightAt(asked.at, isOutside(difference.group) || isOutside(difference.reference))),
            ),
          ]),
      ...(adjustment?.effects ?? []).map((effect, c) => ({
        ...rowCells,
        effect: `adjustment: ${columnWords(adjusted[c] as (typeof adjusted)[number])}`,
        ...effectCells(effect, true),
      })),
    ];
  });
  return formatCsv(EFFECT_COLUMNS, rows);
}

interface EffectContext {
  readonly effect: string;
  readonly at: number | null;
  readonly isTested: boolean;
  readonly extrapolated?: boolean;
}

/** Heights at the requested accuracy are descriptive: they have no p. */
function heightAt(at: number, extrapolated: boolean): EffectContext {
  return { effect: "height-at", at, isTested: false, extrapolated };
}

function keyCells(comparison: GroupComparison, column: string) {
  const scale = comparison.lines[0]?.fit.scale;
  return { column, ...lineCells(comparison), rule: comparison.piece.words, scale };
}

function effectCells(effect: Effect, isTested: boolean) {
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

function accuracyCells({ accuracy, low, high }: GroupHeight) {
  return { accuracy: computed(accuracy), accuracy_low: finite(low), accuracy_high: finite(high) };
}

function emptyCells<Column extends string>(columns: readonly Column[]) {
  return Object.fromEntries(columns.map((name) => [name, null])) as Record<Column, null>;
}

/** Empty if the simulated data sets leave an interval open. */
function finite(value: number) {
  return Number.isFinite(value) ? computed(value) : null;
}
