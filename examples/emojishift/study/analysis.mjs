// The plan's analyses of the study: decisions family by family, effects, and lines.
import { holm } from "../../../dist/foundation/statistics/holm.js";
import { agreementOnTheLine } from "./agreement.mjs";
import { compareMixtures, compareScaling, compareSources, sourceLines } from "./lines.mjs";

/** Numbers of simulated data sets for decisions and for additional results. */
const REPLICATES = { deciding: { tests: 1999, effects: 999 }, beside: { tests: 199, effects: 0 } };

/** The analyses of a benchmark, with drawings or pictures as units. */
export const ANALYSES = {
  groups: (data, units, { adjust }, { margin }) => compareSources(data, units, adjust, margin),
  mixture: (data, units, { adjust, columns }) =>
    compareMixtures(data, units, adjust, ({ shares }) => shares[Object.keys(columns)[0]]),
  scaling: (data, units, { columns }) => compareScaling(data, units, columns),
};

/** The cells of a hypothesis: for a mixture, those made only of its sources. */
export function belongs({ analysis, columns }) {
  if (analysis !== "mixture") return () => true;
  return ({ shares }) => Math.abs(Object.keys(columns).reduce((sum, name) => sum + shares[name], 0) - 1) < 1e-9;
}

/**
 * @param plan  of readPlan
 * @param study of studyPoints
 * @param top1  of readTop1
 * @returns decisions: one row per test, with p values for new drawings, Holm's adjustment within the hypothesis and, additionally, p values for
 *   these drawings, and for new drawings without the columns that heights are adjusted for; effects: likewise; heights: of mixtures' lines; lines: each source's line on
 *   each benchmark
 */
export function analyzeStudy(plan, study, top1) {
  const decisions = [];
  const effects = [];
  const heights = [];
  for (const hypothesis of plan.hypotheses) {
    const family = [];
    for (const benchmark of hypothesis.benchmarks) {
      const data = study.pointsOf(benchmark, belongs(hypothesis));
      const analyze = (units, asked, replicates) =>
        ANALYSES[hypothesis.analysis]({ ...data, [units]: { ...data[units], replicates } }, units, asked, plan);
      const drawings = analyze("drawings", hypothesis, REPLICATES.deciding);
      const pictures = analyze("pictures", hypothesis, REPLICATES.beside);
      const unadjusted =
        hypothesis.adjust === undefined ? null : analyze("drawings", { ...hypothesis, adjust: [] }, REPLICATES.beside);
      const about = { hypothesis: hypothesis.id, benchmark, n: data.cells.length };
      drawings.decisions.forEach((decision, k) => {
        const beside = { picturesP: pictures.decisions[k].p, unadjustedP: unadjusted?.decisions[k].p };
        family.push({ ...about, kind: "decision", ...decision, ...beside });
      });
      (drawings.checks ?? []).forEach((check, k) => {
        const beside = { picturesP: pictures.checks[k].p, unadjustedP: unadjusted?.checks[k].p };
        decisions.push({ ...about, kind: "check", ...check, ...beside, pHolm: null });
      });
      (drawings.heights ?? []).forEach((height, k) => {
        heights.push({ ...about, ...height, pictures: pictures.heights[k] });
      });
      drawings.effects.forEach((effect, k) => {
        effects.push({ ...about, ...effect, pictures: pictures.effects[k], unadjusted: unadjusted?.effects[k] });
      });
    }
    const adjusted = holm(family.map(({ p }) => p));
    decisions.push(...family.map((row, k) => ({ ...row, pHolm: adjusted[k] })));
  }
  const rows = study.cells.flatMap((cell) => cell.rows).sort((a, b) => a - b);
  const agreement = agreementOnTheLine(plan, top1, rows, study.accuracies);
  return { decisions, effects, heights, lines: describeLines(plan, study), agreement };
}

/** Each source's line on every benchmark. */
function describeLines(plan, study) {
  const benchmarks = ["average", ...plan.shifts, ...plan.secondDrawings, ...plan.trainedDrawings];
  return benchmarks.flatMap((benchmark) => {
    const data = study.pointsOf(benchmark);
    const adjust = plan.hypotheses[0].adjust;
    const pictures = sourceLines(data, "pictures", adjust);
    return sourceLines(data, "drawings", adjust).map((line, k) => ({
      benchmark,
      ...line,
      pictures: pictures[k],
    }));
  });
}
