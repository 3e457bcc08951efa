// transformers.js on a local model in the Hugging Face layout, float32 on the CPU. Prints JSON: images, seconds, seconds of the
// text embeddings.
//   node transformers-js.mjs INSTALLED MODELS MODEL vision IMAGES CLASSIFIER OUT     processor and vision model; text embeddings are computed
//                                                                                   once and kept in CLASSIFIER; OUT: image,top1
//   node transformers-js.mjs INSTALLED MODELS MODEL pipeline IMAGES COUNT           zero-shot-image-classification, one call on COUNT images
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [installed, models, model, mode, folder, ...rest] = process.argv.slice(2);
const library = createRequire(join(resolve(installed), "index.js"))("@huggingface/transformers");
const {
  AutoProcessor,
  AutoTokenizer,
  CLIPTextModelWithProjection,
  CLIPVisionModelWithProjection,
  RawImage,
  env,
  pipeline,
} = library;
env.allowRemoteModels = false;
env.localModelPath = `${resolve(models)}/`;

const BATCH = 32;
const TEMPLATE = "a photo of a {}.";
const names = readFileSync("prompts/class-names/imagenet-openai.csv", "utf8")
  .trim()
  .split(/\r?\n/)
  .slice(1)
  .map((line) => line.replace(/^\d+,n\d+,/, "").replace(/^"(.*)"$/, "$1"));
const images = readdirSync(folder, { recursive: true })
  .filter((path) => /\.(?:jpe?g|png)$/i.test(path))
  .sort();
const options = { dtype: "fp32", device: "cpu" };

if (mode === "vision") await runVision(...rest);
else await runPipeline(Number(rest[0]));

async function runVision(classifierFile, out) {
  const textSeconds = existsSync(classifierFile) ? null : await makeClassifier(classifierFile);
  const bytes = readFileSync(classifierFile);
  const classifier = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const processor = await AutoProcessor.from_pretrained(model);
  const vision = await CLIPVisionModelWithProjection.from_pretrained(model, options);
  const rows = ["image,top1"];
  const begun = performance.now();
  for (let first = 0; first < images.length; first += BATCH) {
    const batch = images.slice(first, first + BATCH);
    const read = await Promise.all(batch.map((path) => RawImage.read(join(folder, path))));
    const { image_embeds } = await vision(await processor(read));
    const best = bestClasses(image_embeds.normalize().data, classifier, image_embeds.dims[1]);
    for (const [i, path] of batch.entries()) rows.push(`${path},${best[i]}`);
  }
  const seconds = (performance.now() - begun) / 1000;
  writeFileSync(out, `${rows.join("\n")}\n`);
  console.log(JSON.stringify({ images: images.length, seconds, textSeconds }));
}

async function makeClassifier(file) {
  const tokenizer = await AutoTokenizer.from_pretrained(model);
  const text = await CLIPTextModelWithProjection.from_pretrained(model, options);
  const begun = performance.now();
  const parts = [];
  for (let first = 0; first < names.length; first += BATCH) {
    const prompts = names.slice(first, first + BATCH).map((name) => TEMPLATE.replace("{}", name));
    const { text_embeds } = await text(tokenizer(prompts, { padding: true, truncation: true }));
    parts.push(Buffer.from(Float32Array.from(text_embeds.normalize().data).buffer));
  }
  const seconds = (performance.now() - begun) / 1000;
  writeFileSync(file, Buffer.concat(parts));
  return seconds;
}

function bestClasses(features, classifier, dimension) {
  const best = [];
  for (let at = 0; at < features.length; at += dimension) {
    let [top, most] = [0, Number.NEGATIVE_INFINITY];
    for (let c = 0; c * dimension < classifier.length; c++) {
      let score = 0;
      for (let d = 0; d < dimension; d++) score += features[at + d] * classifier[c * dimension + d];
      if (score > most) [top, most] = [c, score];
    }
    best.push(top);
  }
  return best;
}

async function runPipeline(count) {
  const classify = await pipeline("zero-shot-image-classification", model, options);
  const paths = images.slice(0, count).map((path) => join(folder, path));
  const begun = performance.now();
  const results = await classify(paths, [...new Set(names)], { hypothesis_template: TEMPLATE });
  const seconds = (performance.now() - begun) / 1000;
  console.log(JSON.stringify({ images: results.length, seconds }));
}
