// Runs a checkpoint that shiftline converted to Hugging Face's layout in transformers.js, and compares its embeddings with PyTorch's.
//
//   npm install --ignore-scripts @huggingface/transformers@4.3.1
//   node transformers-js.mjs CONVERTED EXPECTED.json         EXPECTED.json from compare.py --write
//   node transformers-js.mjs CONVERTED EXPECTED.json wasm    the graphs in onnxruntime-web's WebAssembly instead
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const [folder, file, runtime] = process.argv.slice(2);
const { texts, pixels, ids, image, text } = JSON.parse(readFileSync(file, "utf8"));

const unit = ({ data, dims }) => {
  const width = dims[1];
  const lengths = Array.from({ length: dims[0] }, (_, i) => Math.hypot(...data.slice(i * width, (i + 1) * width)));
  return Array.from(data, (value, i) => value / lengths[Math.floor(i / width)]);
};
const compare = (what, found, expected) => {
  const [a, b] = [unit(found), unit(expected)];
  const largest = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
  console.log(`${what}: (${found.dims.join(", ")}), unit vectors differ by up to ${largest.toExponential(1)}`);
};

await (runtime === "wasm" ? runInWasm() : runInTransformersJs());

async function runInTransformersJs() {
  const library = await import("@huggingface/transformers");
  const { AutoTokenizer, Tensor } = library;
  library.env.allowRemoteModels = false;
  const isSiglip = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")).model_type === "siglip";
  const [Vision, Text] = isSiglip
    ? [library.SiglipVisionModel, library.SiglipTextModel]
    : [library.CLIPVisionModelWithProjection, library.CLIPTextModelWithProjection];
  const options = { dtype: "fp32", device: "cpu" };
  const name = resolve(folder);
  const vision = await Vision.from_pretrained(name, options);
  const images = await vision({ pixel_values: new Tensor("float32", Float32Array.from(pixels.data), pixels.dims) });
  compare("transformers.js, images", images.image_embeds ?? images.pooler_output, image);
  const tokenizer = await AutoTokenizer.from_pretrained(name);
  const padding = isSiglip ? "max_length" : true;
  const tokens = await (await Text.from_pretrained(name, options))(tokenizer(texts, { padding, truncation: true }));
  compare("transformers.js, texts with its tokenizer", tokens.text_embeds ?? tokens.pooler_output, text);
}

async function runInWasm() {
  const ort = await import("onnxruntime-web");
  ort.env.wasm.numThreads = 1;
  const run = async (graph, input) => {
    const path = join(folder, "onnx", graph);
    const side = `${path}_data`;
    const externalData = existsSync(side) ? [{ path: `${graph}_data`, data: readFileSync(side) }] : [];
    const session = await ort.InferenceSession.create(readFileSync(path), {
      executionProviders: ["wasm"],
      externalData,
    });
    const outputs = await session.run({ [session.inputNames[0]]: input });
    return outputs[session.outputNames[0]];
  };
  const pixelTensor = new ort.Tensor("float32", Float32Array.from(pixels.data), pixels.dims);
  compare("WebAssembly, images", await run("vision_model.onnx", pixelTensor), image);
  const idTensor = new ort.Tensor("int64", BigInt64Array.from(ids.data, BigInt), ids.dims);
  compare("WebAssembly, texts", await run("text_model.onnx", idTensor), text);
}
