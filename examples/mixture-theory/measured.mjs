// EmojiShift's measured heights: accuracy on a style at one reference accuracy, for Noto, EmojiOne and their mixtures.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { lineBand } from "../../dist/analysis/robustness/line-band.js";
import { inverseLogit, logit } from "../../dist/foundation/statistics/logit.js";
import { fitBaseline, parseAccuracies } from "../../dist/index.js";
import { weightOfShare } from "./setting.mjs";

const ROOT = join(import.meta.dirname, "..", "..");
const PILOT = join(ROOT, "results", "emojishift", "accuracies.csv");
const STUDY = join(ROOT, "examples", "emojishift", "study", "results", "lines.csv");
/** Sources by EmojiOne's share. */
const SHARES = { noto: 0, "noto75-emojione25": 0.25, "noto50-emojione50": 0.5, "noto25-emojione75": 0.75, emojione: 1 };

/** Reference accuracy at which EmojiShift compares heights: every source reaches it. */
export const REFERENCE_ACCURACY = 0.15;

/**
 * Heights of the lines of EmojiShift's sources made of Noto and EmojiOne, from the full study, or from the pilot's 28 checkpoints where it
 * has none yet.
 *
 * @returns rows { shift, share (of EmojiOne), height, low, high }; accuracies are fractions, low and high an interval of the height of about 95 %
 */
export function measuredHeights() {
  return existsSync(STUDY) ? studyHeights() : pilotHeights();
}

/** Training styles by new pictures of the drawings that were trained on; two standard errors for new pictures of these drawings. */
function studyHeights() {
  const rows = parse(readFileSync(STUDY, "utf8"), { columns: true });
  const styles = { "emoji-noto": "Noto", "emoji-emojione": "EmojiOne", average: "average of five shifts" };
  return Object.entries(styles).flatMap(([benchmark, shift]) =>
    Object.entries(SHARES).map(([source, share]) => {
      const row = rows.find((line) => line.benchmark === benchmark && line.source === source);
      const [height, error] = [Number(row.height), Number(row.pictures_height_se)];
      const [low, high] = [height - 2 * error, height + 2 * error].map(inverseLogit);
      return { shift, share, height: inverseLogit(height), low, high };
    }),
  );
}

/** Training styles by new pictures of the drawings that were trained on; a line through each source's checkpoints. */
function pilotHeights() {
  const reference = "emoji-fluent-emoji-flat";
  const five = ["fluent-emoji", "fxemoji", "noto-v1", "fluent-emoji-high-contrast", "emojione-monotone"];
  const styles = { Noto: ["noto"], EmojiOne: ["emojione"], "average of five shifts": five };
  const values = new Map();
  for (const { checkpoint, benchmark, accuracy } of parseAccuracies(readFileSync(PILOT, "utf8"), PILOT).rows) {
    values.set(`${checkpoint} ${benchmark}`, accuracy);
  }
  const checkpoints = [...new Set([...values.keys()].map((key) => key.split(" ")[0]))];
  return Object.entries(styles).flatMap(([shift, names]) =>
    Object.entries(SHARES).map(([source, share]) => {
      const members = checkpoints.filter((name) => name.replace(/-\d+(-seed\d+)?$/, "") === source);
      const points = members.map((model) => ({
        model,
        idAccuracy: values.get(`${model} ${reference}`),
        accuracy: names.reduce((sum, name) => sum + values.get(`${model} emoji-${name}`), 0) / names.length,
      }));
      const band = lineBand(fitBaseline(points), REFERENCE_ACCURACY);
      const { expectedAccuracy: height, confidenceLow: low, confidenceHigh: high } = band;
      return { shift, share, height, low, high };
    }),
  );
}

/**
 * The curves of the theory's form that fit measured heights best: on the logit scale a weighted mean of two ends, its weight
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
