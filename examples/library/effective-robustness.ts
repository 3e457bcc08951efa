// Effective robustness of the checkpoints of an accuracies.csv: node effective-robustness.js ACCURACIES [BASELINE]
import { readFileSync } from "node:fs";
import {
  effectiveRobustness,
  fitBaseline,
  type ModelPoint,
  parseAccuracies,
  readBaseline,
  studyRobustness,
} from "shiftline";

const [file, baselineId = "openclip"] = process.argv.slice(2);
if (file === undefined) throw new Error("usage: node effective-robustness.js ACCURACIES [BASELINE]");

// Every shift of the file, as `shiftline fit` computes it
const { rows } = parseAccuracies(readFileSync(file, "utf8"), file);
const study = studyRobustness(rows, await readBaseline(baselineId));
for (const row of study.rows) {
  const points = (100 * row.effectiveRobustness).toFixed(2);
  console.log(`${row.checkpoint}: ${row.benchmark} against ${row.idSide}: ${points} points`);
}

// A line through your models
const models: ModelPoint[] = [
  { model: "small", idAccuracy: 0.55, accuracy: 0.41 },
  { model: "medium", idAccuracy: 0.63, accuracy: 0.5 },
  { model: "large", idAccuracy: 0.71, accuracy: 0.58 },
  { model: "larger", idAccuracy: 0.76, accuracy: 0.66 },
];
const fit = fitBaseline(models, { scale: "logit" });
const [mine] = effectiveRobustness(fit, [
  { model: "mine", idAccuracy: 0.66, accuracy: 0.6, images: 10_000, idImages: 50_000 },
]);
console.log(`mine: ${mine?.accuracy} where the line expects ${mine?.expectedAccuracy.toFixed(4)}`);
