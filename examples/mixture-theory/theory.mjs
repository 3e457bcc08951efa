// The theory of mixtures in a simple setting, compared with EmojiShift's measured curve: see README.md.
//   node theory.mjs [OUT]      after npm run build; writes classifiers.csv, heights.csv and mixture-theory.svg into OUT (here by default)
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lineBand } from "../../dist/analysis/robustness/line-band.js";
import { inverseLogit, logit } from "../../dist/foundation/statistics/logit.js";
import { fitBaseline } from "../../dist/index.js";
import { drawFigure } from "./figure.mjs";
import { fitCurves, measuredHeights, REFERENCE_ACCURACY } from "./measured.mjs";
import {
  AT,
  accuracy,
  height,
  leastSquaresDirection,
  lineSlope,
  meanDirection,
  REFERENCE,
  SHARES,
  SHIFTS,
  strengthRatio,
  weightOfShare,
} from "./setting.mjs";
import { SAMPLES, SEEDS, trainMeanClassifier } from "./training.mjs";

const out = process.argv[2] ?? import.meta.dirname;
const names = Object.keys(SHIFTS);
const fine = Array.from({ length: 101 }, (_, i) => i / 100);

const classifiers = SHARES.flatMap((share, at) =>
  SAMPLES.flatMap((samples, size) =>
    SEEDS.map((seed) => {
      const weights = trainMeanClassifier(share, samples, seed + 100 * size + 10_000 * at);
      const underShift = Object.fromEntries(names.map((name) => [name, accuracy(weights, SHIFTS[name])]));
      return { share, samples, seed, reference: accuracy(weights, REFERENCE), ...underShift };
    }),
  ),
);

const heights = names.flatMap((shift) =>
  SHARES.map((share) => {
    const points = classifiers
      .filter((row) => row.share === share)
      .map((row) => ({ model: `${row.samples} ${row.seed}`, idAccuracy: row.reference, accuracy: row[shift] }));
    const { expectedAccuracy, confidenceLow, confidenceHigh } = lineBand(fitBaseline(points, { scale: "probit" }), AT);
    return {
      of: "theory",
      shift,
      share,
      at: AT,
      mean_classifier: height(meanDirection(share), SHIFTS[shift]),
      least_squares: height(leastSquaresDirection(share), SHIFTS[shift]),
      height: expectedAccuracy,
      low: confidenceLow,
      high: confidenceHigh,
    };
  }),
);

const measured = measuredHeights();
const curves = fitCurves(measured);
const expected = (shift, share) => {
  const [none, all] = curves.ends[shift];
  const weight = weightOfShare(share, curves.ratio);
  return inverseLogit((1 - weight) * none + weight * all);
};
const beside = measured.map((row) => ({
  of: "EmojiShift",
  shift: row.shift,
  share: row.share,
  at: REFERENCE_ACCURACY,
  mean_classifier: expected(row.shift, row.share),
  least_squares: null,
  height: row.height,
  low: row.low,
  high: row.high,
}));

mkdirSync(out, { recursive: true });
writeTable("classifiers.csv", classifiers);
writeTable("heights.csv", [...heights, ...beside]);
writeFileSync(join(out, "mixture-theory.svg"), await drawFigure(figure()));
print();

function writeTable(name, rows) {
  const cell = (value) => (typeof value === "number" ? String(Number(value.toPrecision(8))) : (value ?? ""));
  const lines = [Object.keys(rows[0]), ...rows.map((row) => Object.values(row).map(cell))];
  writeFileSync(join(out, name), `${lines.map((line) => line.join(",")).join("\n")}\n`);
}

function figure() {
  const percent = (share) => `${Math.round(100 * share)} %`;
  const of = (shift) => heights.filter((row) => row.shift === shift);
  const curve = (direction, shift) => fine.map((share) => ({ share, height: height(direction(share), SHIFTS[shift]) }));
  const [first] = names;
  const series = SHARES.map((share) => {
    const points = classifiers.filter((row) => row.share === share).map((row) => ({ x: row.reference, y: row[first] }));
    const ends = [0.55, 0.87].map((x) => ({ x, y: height(meanDirection(share), SHIFTS[first], x) }));
    return { points, ends, label: percent(share) };
  });
  const labels = [
    { share: 0.02, height: 0.585, text: names[0], anchor: "start" },
    { share: 0.76, height: 0.76, text: names[1], anchor: "end" },
    { share: 1, height: 0.669, text: names[2], anchor: "end" },
  ];
  const [low, high] = [Math.min(...measured.map((row) => row.low)), Math.max(...measured.map((row) => row.high))];
  const measuredDomain = [low, high].map((end, i) => inverseLogit(logit(end) + (i === 0 ? -0.2 : 0.2)));
  return {
    lines: {
      title: "Theory: a line for each share",
      remark: first,
      xLabel: "In-distribution accuracy (%)",
      yLabel: "Accuracy under shift (%)",
      xDomain: [0.54, 0.92],
      yDomain: [0.5, 0.8],
      xTicks: [0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9],
      yTicks: [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8],
      series,
    },
    theory: {
      title: `Theory: heights at ${percent(AT)}`,
      remark: "dashed: least squares",
      xLabel: "Share of the second source (%)",
      yLabel: "Accuracy under shift (%)",
      scale: "probit",
      yDomain: [0.55, 0.82],
      yTicks: [0.55, 0.6, 0.65, 0.7, 0.75, 0.8],
      shifts: names.map((name, i) => ({
        label: labels[i],
        curves: [{ points: curve(meanDirection, name) }, { points: curve(leastSquaresDirection, name), dashed: true }],
        rows: of(name),
      })),
    },
    measured: {
      title: `EmojiShift: heights at ${percent(REFERENCE_ACCURACY)}`,
      xLabel: "Share of EmojiOne (%)",
      yLabel: "Accuracy on the style (%)",
      scale: "logit",
      yDomain: measuredDomain,
      yTicks: [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9].filter(
        (tick) => tick > measuredDomain[0] && tick < measuredDomain[1],
      ),
      shifts: Object.keys(curves.ends).map((shift) => ({
        label: labelOf(shift),
        curves: [{ points: fine.map((share) => ({ share, height: expected(shift, share) })) }],
        rows: measured.filter((row) => row.shift === shift),
      })),
    },
  };
}

/** The label is above a falling or rising curve, on its open side, and below a flat one. */
function labelOf(shift) {
  const [none, all] = curves.ends[shift];
  if (Math.abs(all - none) < 0.5) return { share: 1, height: expected(shift, 1), text: shift, anchor: "end", dy: 13 };
  const [share, anchor] = all > none ? [0.84, "end"] : [0.06, "start"];
  return { share, height: expected(shift, share), text: shift, anchor, dy: -12 };
}

function print() {
  const percent = (value) => (value === null ? "" : (100 * value).toFixed(1));
  const slope = (share) => lineSlope(meanDirection(share), SHIFTS[names[0]]).toFixed(3);
  console.log(`λ = ${strengthRatio().toFixed(3)}; slopes on "${names[0]}": ${SHARES.map(slope).join(", ")}`);
  console.table(
    [...heights, ...beside].map(({ of, shift, share, mean_classifier, least_squares, height, low, high }) => ({
      of,
      shift,
      share,
      "mean classifier": percent(mean_classifier),
      "least squares": percent(least_squares),
      height: `${percent(height)} (${percent(low)}–${percent(high)})`,
    })),
  );
  console.log(
    `EmojiShift: λ = ${curves.ratio.toFixed(2)} fits best; a straight line has ${(curves.straightSquares / curves.squares).toFixed(1)} times the residual sum of squares`,
  );
}
