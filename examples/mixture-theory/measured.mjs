// EmojiShift's measured heights: accuracy on a style at one reference accuracy, for Noto, EmojiOne and their mixtures.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lineBand } from "../../dist/analysis/robustness/line-band.js";
import { fitBaseline, parseAccuracies } from "../../dist/index.js";
import { weightOfShare } from "./setting.mjs";

const ROOT = join(import.meta.dirname, "..", "..");
const REFERENCE = "emoji-fluent-emoji-flat";
/** Sources by EmojiOne's share. */
const SHARES = {
  noto: 0,
  "noto75-emojione25": 0.25,
  "noto50-emojione50": 0.5,
  "noto25-emojione75": 0.75,
  emojione: 1,
};
/** Title → benchmarks, of which the average is taken. */
const STYLES = {
  Noto: ["emoji-noto"],
  EmojiOne: ["emoji-emojione"],
  "average of five shifts": [
    "emoji-fluent-emoji",
    "emoji-fxemoji",
    "emoji-noto-v1",
    "emoji-fluent-emoji-high-contrast",
    "emoji-emojione-monotone",
  ],
};

/** Reference accuracy at which EmojiShift compares heights: every source reaches it. */
export const REFERENCE_ACCURACY = 0.15;

/**
 * Heights of the lines of the sources of EmojiShift made of Noto and EmojiOne.
 *
 * @returns rows { shift, share, height, low, high, checkpoints }; accuracies are fractions, low and high the line's 95 % t interval
 */
export function measuredHeights() {
  const path = join(ROOT, "results", "emojishift", "accuracies.csv");
  const values = new Map();
  for (const { checkpoint, benchmark, accuracy } of parseAccuracies(readFileSync(path, "utf8"), path).rows) {
    values.set(`${checkpoint} ${benchmark}`, accuracy);
  }
  const checkpoints = [...new Set([...values.keys()].map((key) => key.split(" ")[0]))];
  return Object.entries(STYLES).flatMap(([shift, benchmarks]) =>
    Object.entries(SHARES).map(([source, share]) => {
      const members = checkpoints.filter((name) => name.replace(/-\d+(-seed\d+)?$/, "") === source);
      const points = members.map((model) => ({
        model,
        idAccuracy: values.get(`${model} ${REFERENCE}`),
        accuracy: benchmarks.reduce((sum, name) => sum + values.get(`${model} ${name}`), 0) / benchmarks.length,
      }));
      const band = lineBand(fitBaseline(points), REFERENCE_ACCURACY);
      const { expectedAccuracy: height, confidenceLow: low, confidenceHigh: high } = band;
      return { shift, share, height, low, high, checkpoints: points.length };
    }),
  );
}

const logit = (p) => Math.log(p / (1 - p));

/**
 * The curves of the theory's form that come nearest to measured heights: on the logit scale a weighted mean of two ends, its weight
 * λ q / (λ q + 1 − q) with one λ for all shifts. Least squares, each height weighted by its interval; λ to four digits.
 *
 * @returns { ratio, ends: shift → [logit at share 0, logit at share 1], squares, straightSquares (λ = 1) }
 */
export function fitCurves(rows) {
  const shifts = [...new Set(rows.map(({ shift }) => shift))];
  const fitAt = (ratio) => {
    const fits = shifts.map((shift) =>
      fitEnds(
        rows.filter((row) => row.shift === shift),
        ratio,
      ),
    );
    return {
      ratio,
      ends: Object.fromEntries(shifts.map((shift, i) => [shift, fits[i].ends])),
      squares: fits.reduce((sum, { squares }) => sum + squares, 0),
    };
  };
  let [low, high] = [Math.log(1 / 20), Math.log(20)];
  while (high - low > 1e-5) {
    const third = (high - low) / 3;
    if (fitAt(Math.exp(low + third)).squares < fitAt(Math.exp(high - third)).squares) high -= third;
    else low += third;
  }
  return { ...fitAt(Math.exp((low + high) / 2)), straightSquares: fitAt(1).squares };
}

/** The two ends, by weighted least squares: y = (1 − w) e₀ + w e₁. */
function fitEnds(rows, ratio) {
  let [s00, s01, s11, t0, t1] = [0, 0, 0, 0, 0];
  const points = rows.map(({ share, height, low, high }) => {
    const w = weightOfShare(share, ratio);
    return { w, y: logit(height), precision: (logit(high) - logit(low)) ** -2 };
  });
  for (const { w, y, precision } of points) {
    s00 += precision * (1 - w) ** 2;
    s01 += precision * (1 - w) * w;
    s11 += precision * w ** 2;
    t0 += precision * (1 - w) * y;
    t1 += precision * w * y;
  }
  const determinant = s00 * s11 - s01 ** 2;
  const ends = [(s11 * t0 - s01 * t1) / determinant, (s00 * t1 - s01 * t0) / determinant];
  const squares = points.reduce(
    (sum, { w, y, precision }) => sum + precision * (y - (1 - w) * ends[0] - w * ends[1]) ** 2,
    0,
  );
  return { ends, squares };
}
