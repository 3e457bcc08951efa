/**
 * Compares the whole `evaluate` with transformers.js on the same files: ViT-B/32 in the Hugging Face layout, random weights,
 * float32.
 *
 *   SHIFTLINE_ORACLE=path/to/venv npm run bench -- transformers-js [--rounds 3] [--images 512] [--peer-images 256] [--calls 32] [--write | --any-load]
 *                                                                  [--models DIR] [--from IMAGES]
 *
 * Two methods from its documentation: processor and vision model in batches of 32 with text embeddings computed once before, and
 * the plain zero-shot-image-classification pipeline, which computes the texts of all 1000 classes again in each call: one call on
 * `--calls` images. Its loading is not timed; ours is. The package is installed on demand in the folder of the models, at one
 * exact version.
 */
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { runNode } from "./_child.ts";
import { runEvaluate } from "./_evaluate-run.ts";
import { findImages } from "./_images.ts";
import { describeSetting, writeMeasured } from "./_measured.ts";
import { huggingFaceModel, modelsFolder, TRANSFORMERS_JS, transformersJs } from "./_models.ts";
import type { TimedCpu } from "./_rates.ts";
import { repeatImages } from "./_repeat-images.ts";
import { makeScratch } from "./_scratch.ts";
import {
  type TransformersJsMeasured,
  type TransformersJsRound,
  transformersJsTable,
} from "./_transformers-js-table.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    images: { type: "string", default: "512" },
    "peer-images": { type: "string", default: "256" },
    calls: { type: "string", default: "32" },
    write: { type: "boolean", default: false },
    "any-load": { type: "boolean", default: false },
    models: { type: "string" },
    from: { type: "string" },
  },
});
const setting = await describeSetting(values);
const models = modelsFolder(values.models);
const checkpoint = huggingFaceModel(models);
const installed = transformersJs(models);
const source = findImages(values.from);
const scratch = makeScratch();
const images = join(scratch, "images");
const peerImages = join(scratch, "peer-images");
repeatImages(source.folder, images, Number(values.images));
repeatImages(source.folder, peerImages, Number(values["peer-images"]));

const peer = [installed, dirname(checkpoint), basename(checkpoint)];
const runVision = () => {
  const files = [peerImages, join(scratch, "classifier.bin"), join(scratch, "transformers-js.csv")];
  return runNode<TransformersJsRound["vision"] & { textSeconds: number | null }>("transformers-js.mjs", [
    ...[...peer, "vision", ...files],
  ]);
};
const first = runVision();
runEvaluate({ checkpoint, images: peerImages, scratch }); // stores the text embeddings
const rounds: TransformersJsRound[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const bare = runNode<TimedCpu>("bare-loop.mjs", [join(checkpoint, "onnx", "vision_model.onnx"), "32", "8"]);
  const evaluated = runEvaluate({ checkpoint, images, scratch });
  const { textSeconds: _, ...vision } = runVision();
  const pipeline = runNode<TransformersJsRound["pipeline"]>("transformers-js.mjs", [
    ...[...peer, "pipeline", peerImages, values.calls],
  ]);
  rounds.push({ bare, evaluate: { images: evaluated.images, seconds: evaluated.seconds }, vision, pipeline });
  console.error(`round ${round + 1} of ${values.rounds}`);
}
const measured: TransformersJsMeasured = {
  ...setting,
  versions: { ...setting.versions, "@huggingface/transformers": TRANSFORMERS_JS },
  images: source.title,
  promptsPerSecond: first.textSeconds === null ? null : 1000 / first.textSeconds,
  rounds,
};
console.log(transformersJsTable(measured));
if (values.write) writeMeasured("transformers-js", measured);
