/**
 * Creates the models that the other benchmarks time, if they do not exist yet, which takes minutes. The other benchmarks also do
 * this.
 *
 *   SHIFTLINE_ORACLE=path/to/venv npm run bench -- models [--models DIR]
 */
import { parseArgs } from "node:util";
import { huggingFaceModel, modelsFolder, openClipModel, photosClip, tinyViT, transformersJs } from "./_models.ts";
import { NO_SAMPLES } from "./_samples.ts";

const { values } = parseArgs({ options: { models: { type: "string" } } });
const models = modelsFolder(values.models);
for (const folder of [
  openClipModel(models, "ViT-B-32"),
  openClipModel(models, "ViT-L-14"),
  huggingFaceModel(models),
  photosClip(models),
  tinyViT(models),
  transformersJs(models),
]) {
  console.log(folder ?? `no trained checkpoint of photos: ${NO_SAMPLES}`);
}
