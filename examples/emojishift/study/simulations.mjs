// How often the study's tests reject, and its intervals hold the truth, in simulated data like the study's without any difference:
//
//   node simulations.mjs [--data-sets 2000] [--replicates 99] [--only NAME] [--out FILE]       after npm run build
//
// The cells, the reference accuracies, the effective numbers of images and the correlations of errors are the study's. Logits on the shift are on
// one line, with the effects of samples and steps that a design has, and scatter; errors are normal on the logit scale, their covariances known.
// Writes simulations.csv next to this file by default. Each data set has a separate seed.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { formatCsv } from "../../../dist/foundation/files/format-csv.js";
import { choleskyInPlace, choleskyMultiply } from "../../../dist/foundation/math/cholesky.js";
import { inverseLogit, logit } from "../../../dist/foundation/statistics/logit.js";
import { createRandomNumbers } from "../../../dist/foundation/statistics/random-numbers.js";
import { ANALYSES, belongs } from "./analysis.mjs";
import { studyPoints } from "./points.mjs";
import { readPlan, readRuns, readTable, readTop1, STUDY } from "./read-study.mjs";

const SLOPE = 0.9;
const SCATTER = 0.1;
/** Logits per doubling, about what the study found on the average. */
const DOUBLING = { samples: 0.02, steps: 0.1 };

/** Hypotheses of the plan on benchmarks: the average, the line-drawing shifts, where few answers are right, and second drawings, of 35 things. */
export const DESIGNS = [
  ["sources", "average"],
  ["sources", "emoji-fluent-emoji-high-contrast"],
  ["own-style", "emoji-noto-second"],
  ["dilution", "average"],
  ["dilution", "emoji-emojione-monotone"],
  ["dilution", "emoji-noto-second"],
  ["dilution", "emoji-emojione-second"],
  ["scaling", "emoji-emojione-monotone"],
].map(([hypothesis, benchmark]) => ({ name: `${hypothesis} ${benchmark}`, hypothesis, benchmark }));

const COLUMNS = [
  "hypothesis",
  "benchmark",
  "kind",
  "test",
  "data_sets",
  "replicates",
  "hits",
  "of",
  "hits_at_1_percent",
];

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The lower Cholesky factor of correlations; with more cells than drawings they lack full rank and are shrunk as little as necessary. */
function factor(correlations, n) {
  for (let shrink = 1e-6; ; shrink *= 4) {
    const lower = correlations.map((value, k) => (k % (n + 1) === 0 ? 1 : value * (1 - shrink)));
    if (choleskyInPlace(lower, n)) return lower;
  }
}

/** Draws data sets of the study's cells on a benchmark, in which the doublings' effects are the only deviation from one line, except scatter. */
function drawerOf({ cells, drawings: { points, noise } }, effects) {
  const n = cells.length;
  const factors = [factor(noise.x, n), factor(noise.y, n)];
  const place = points.map(({ x }) => logit(x));
  const height = mean(points.map(({ y }) => logit(Math.max(y, 0.003))));
  const middle = mean(place);
  const raised = cells.map((cell) =>
    Object.entries(effects).reduce((sum, [name, effect]) => {
      const average = mean(cells.map((entry) => Math.log2(entry[name])));
      return sum + effect * (Math.log2(cell[name]) - average);
    }, 0),
  );
  return (random) => {
    const normals = () => Float64Array.from({ length: n }, () => random.normal());
    const [inX, inY] = factors.map((lower) => {
      const errors = new Float64Array(n);
      choleskyMultiply(lower, n, normals(), errors);
      return errors;
    });
    const scatter = normals();
    const read = (value, error, images) => {
      const p = inverseLogit(value);
      return inverseLogit(value + error / Math.sqrt(images * p * (1 - p)));
    };
    return points.map(({ xImages, yImages }, i) => {
      const eta = height + SLOPE * (place[i] - middle) + raised[i] + SCATTER * scatter[i];
      return { x: read(place[i], inX[i], xImages), y: read(eta, inY[i], yImages), xImages, yImages };
    });
  };
}

/**
 * @param design  one of DESIGNS
 * @param numbers of the data sets: from, to (exclusive)
 * @returns rows: what is counted (`test`: rejects at 0.05, and at 0.01; `interval`: of any effect, contains the truth), data sets, hits, total
 */
export function simulate(plan, study, { name, hypothesis: id, benchmark }, [from, to], replicates) {
  const hypothesis = plan.hypotheses.find((candidate) => candidate.id === id);
  const data = study.pointsOf(benchmark, belongs(hypothesis));
  const draw = drawerOf(data, hypothesis.adjust === undefined ? {} : DOUBLING);
  const counted = new Map();
  const count = (kind, test, hit, hitAt1) => {
    const row = counted.get(test) ?? { hypothesis: id, benchmark, kind, test, hits: 0, of: 0, hits_at_1_percent: null };
    const at1 = hitAt1 === undefined ? null : row.hits_at_1_percent + Number(hitAt1);
    counted.set(test, { ...row, hits: row.hits + Number(hit), of: row.of + 1, hits_at_1_percent: at1 });
  };
  for (let k = from; k < to; k++) {
    const random = createRandomNumbers(1_000_003 * DESIGNS.findIndex((design) => design.name === name) + k);
    const drawings = { ...data.drawings, points: draw(random), replicates: { tests: replicates, effects: replicates } };
    const found = ANALYSES[hypothesis.analysis]({ ...data, drawings }, "drawings", hypothesis, plan);
    for (const { test, p } of [...found.decisions, ...(found.checks ?? [])])
      if (test !== "one line") count("test", test, p <= 0.05, p <= 0.01);
    for (const { low, high } of found.effects) count("interval", "effects", low <= 0 && high >= 0);
  }
  return [...counted.values()].map((row) => ({ ...row, data_sets: to - from, replicates }));
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      "data-sets": { type: "string", default: "2000" },
      replicates: { type: "string", default: "99" },
      only: { type: "string", default: "" },
      out: { type: "string", default: join(STUDY, "simulations.csv") },
    },
  });
  const plan = readPlan();
  const study = studyPoints(plan, readRuns(), readTop1(), readTable(join(STUDY, "training.csv")));
  const designs = DESIGNS.filter(({ name }) => name.includes(values.only));
  const rows = designs.flatMap((design) => {
    const found = simulate(plan, study, design, [0, Number(values["data-sets"])], Number(values.replicates));
    for (const { test, hits, of } of found) console.error(`${design.name}: ${test}: ${hits} of ${of}`);
    return found;
  });
  writeFileSync(values.out, formatCsv(COLUMNS, rows));
}
