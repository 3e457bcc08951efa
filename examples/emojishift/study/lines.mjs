// The plan's questions about lines, answered by Shiftline's engine.
import { testEquivalence } from "../../../dist/analysis/lines/equivalence.js";
import { estimateEffects } from "../../../dist/analysis/lines/estimate-effect.js";
import { testTerms } from "../../../dist/analysis/lines/test-terms.js";
import { logit } from "../../../dist/foundation/statistics/logit.js";

/** Reference accuracy at which heights of lines are given. */
export const AT = 0.15;

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const indicators = (groups, count) =>
  groups.map((group) => Array.from({ length: count }, (_, k) => Number(k === group)));
const unit = (count, at, value = 1) => Array.from({ length: count }, (_, k) => (k === at ? value : 0));

/** Columns of log₂ values, centered: heights are those of a checkpoint with the mean. */
function logColumns(runs, names) {
  const columns = names.map((name) => runs.map((run) => Math.log2(run[name])));
  return runs.map((_, i) => columns.map((column) => column[i] - mean(column)));
}

/** The model of a set of checkpoints: how heights and slopes depend on a column of groups, and what heights are adjusted for. */
function design({ cells: runs }, groupOf, adjust) {
  const names = [...new Set(runs.map(groupOf))];
  const groups = runs.map((run) => names.indexOf(groupOf(run)));
  const ofGroups = indicators(groups, names.length);
  const constant = runs.map(() => [1]);
  const adjusted = logColumns(runs, adjust);
  const withAdjusted = (columns) => columns.map((row, i) => [...row, ...adjusted[i]]);
  return { names, groups, ofGroups, constant, withAdjusted };
}

/** @param replicates numbers of simulated data sets for tests and for effects; 0 for effects: t intervals */
function ask({ points, noise, replicates = { tests: 499, effects: 0 } }, groups) {
  const options = { scale: "logit", noise, scatterGroups: groups };
  const estimates = (terms, contrasts) =>
    estimateEffects(points, terms, contrasts, { ...options, replicates: replicates.effects });
  return {
    test: (name, full, reduced) => ({
      test: name,
      ...testTerms(points, full, reduced, { ...options, replicates: replicates.tests }),
    }),
    estimates,
    estimate: (terms, heights, slopes) => estimates(terms, [{ heights, slopes }])[0],
  };
}

/** Each source's line: its slope, and its height at the reference accuracy and the mean of what is adjusted for. */
export function sourceLines(data, units, adjust) {
  const { names, groups, ofGroups, withAdjusted } = design(data, ({ source }) => source, adjust);
  const { estimate } = ask(data[units], groups);
  const terms = { heights: withAdjusted(ofGroups), slopes: ofGroups };
  const none = unit(names.length + adjust.length, -1);
  return names.map((source, g) => ({
    source,
    n: groups.filter((group) => group === g).length,
    slope: estimate(terms, none, unit(names.length, g)),
    height: estimate(terms, unit(none.length, g), unit(names.length, g, logit(AT))),
  }));
}

/**
 * Do the sources have one line? Slopes first; heights given equal slopes; and whether all heights are within the margin of each other.
 *
 * @returns decisions: three tests; effects: differences of heights, pair by pair, given equal slopes
 */
export function compareSources(data, units, adjust, margin) {
  const { names, groups, ofGroups, constant, withAdjusted } = design(data, ({ source }) => source, adjust);
  const { test, estimates } = ask(data[units], groups);
  const separate = { heights: withAdjusted(ofGroups), slopes: ofGroups };
  const parallel = { heights: withAdjusted(ofGroups), slopes: constant };
  const common = { heights: withAdjusted(constant), slopes: constant };
  const pairs = names.flatMap((a, i) =>
    names.slice(i + 1).map((b, k) => {
      const heights = unit(names.length + adjust.length, i);
      heights[i + 1 + k] = -1;
      return { effect: `${a} − ${b}`, contrast: { heights, slopes: [0] } };
    }),
  );
  const found = estimates(
    parallel,
    pairs.map(({ contrast }) => contrast),
  );
  const effects = found.map((effect, k) => ({
    effect: pairs[k].effect,
    ...effect,
    equivalence: testEquivalence(effect, margin),
  }));
  return {
    decisions: [
      test("slopes", separate, parallel),
      test("heights", parallel, common),
      // Every pair must be shown to be close, so the largest p applies to the claim (intersection–union)
      { test: "one line", p: Math.max(...effects.map(({ equivalence }) => equivalence.p)) },
    ],
    effects,
  };
}

/**
 * Mixtures of two sources: does the height follow the first's share, and in a straight line on the logit scale?
 *
 * @param share cell → the first source's share, in [0, 1]
 * @returns decisions and checks: tests; effects; heights: of each mixture's line at the reference accuracy AT
 */
export function compareMixtures(data, units, adjust, share) {
  const { names, groups, ofGroups, constant, withAdjusted } = design(data, share, adjust);
  const { test, estimate, estimates } = ask(data[units], groups);
  const shares = data.cells.map((run) => [1, share(run)]);
  const linear = { heights: withAdjusted(shares), slopes: constant };
  const freeSlopes = { heights: withAdjusted(shares), slopes: shares };
  const free = { heights: withAdjusted(ofGroups), slopes: constant };
  const none = unit(2 + adjust.length, -1);
  const x0 = mean(data[units].points.map(({ x }) => logit(x)));
  const mixed = names.filter((value) => value > 0 && value < 1);
  const all = names.length + adjust.length;
  const places = mixed.map((value) => {
    const heights = unit(all, names.indexOf(value));
    heights[names.indexOf(1)] -= value;
    heights[names.indexOf(0)] -= 1 - value;
    return { heights, slopes: [0] };
  });
  const found = estimates(free, [...places, ...names.map((_, k) => ({ heights: unit(all, k), slopes: [logit(AT)] }))]);
  return {
    decisions: [
      test("dilution", linear, { heights: withAdjusted(constant), slopes: constant }),
      test("lack of fit", free, linear),
    ],
    checks: [test("slopes", freeSlopes, linear)],
    effects: [
      { effect: "all of it − none of it", ...estimate(linear, unit(none.length, 1), [0]) },
      { effect: "all of it − none of it (slopes free)", ...estimate(freeSlopes, unit(none.length, 1), [0, x0]) },
      ...mixed.map((value, k) => ({ effect: `share ${value} − straight line between the parts`, ...found[k] })),
    ],
    heights: names.map((value, k) => ({ share: value, ...found[mixed.length + k] })),
  };
}

/** Effects of doublings at the same reference accuracy, all columns in one model, with a height for each source. */
export function compareScaling(data, units, columns) {
  const { names, groups, ofGroups, constant } = design(data, ({ source }) => source, []);
  const { test, estimates } = ask(data[units], groups);
  const model = (used) => {
    const logs = logColumns(data.cells, used);
    return { heights: ofGroups.map((row, i) => [...row, ...logs[i]]), slopes: constant };
  };
  const full = model(columns);
  const found = estimates(
    full,
    columns.map((_, c) => ({ heights: unit(names.length + columns.length, names.length + c), slopes: [0] })),
  );
  return {
    decisions: columns.map((column) => test(`log2 ${column}`, full, model(columns.filter((name) => name !== column)))),
    effects: found.map((effect, c) => ({ effect: `log2 ${columns[c]}`, ...effect })),
  };
}
