// Classifies an image with the given class names: node classify.js CHECKPOINT IMAGE NAME NAME...
import { readFileSync } from "node:fs";
import { buildZeroShotClassifier, openCheckpoint, preprocessImage } from "shiftline";

const [path, file, ...names] = process.argv.slice(2);
if (path === undefined || file === undefined || names.length < 2) {
  throw new Error("usage: node classify.js CHECKPOINT IMAGE NAME NAME...");
}
const checkpoint = await openCheckpoint(path);
const { weights } = await buildZeroShotClassifier(checkpoint, names, ["a photo of a {}."]);
const { tensor } = await preprocessImage(readFileSync(file), checkpoint.preprocessing);
const encoder = await checkpoint.openImageEncoder();
const features = await encoder.encode(tensor, 1); // (1, d), not normalized
await encoder.close();

// The rows of the classifier, (c, d), have unit length
const length = Math.hypot(...features);
const scores = names.map((name, c) => {
  const row = weights.data.subarray(c * weights.columns, (c + 1) * weights.columns);
  return { name, cosine: row.reduce((sum, weight, d) => sum + weight * (features[d] ?? 0), 0) / length };
});
scores.sort((a, b) => b.cosine - a.cosine);
for (const { name, cosine } of scores) console.log(`${cosine.toFixed(3)}  ${name}`);
