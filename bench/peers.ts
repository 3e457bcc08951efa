/**
 * Compares the whole `evaluate` with a bare `session.run` loop, decoding alone, open_clip in PyTorch and the machine's limits, in
 * rounds.
 *
 *   SHIFTLINE_ORACLE=path/to/venv npm run bench -- peers MODEL [--rounds 3] [--images 1024] [--peer-images 384] [--int8] [--write | --any-load]
 *                                                        [--models DIR] [--from IMAGES]
 *
 * MODEL is vit-b-32 or vit-l-14 (open_clip's random weights), photos-clip (the trained checkpoint of SHIFTLINE_SAMPLES) or a
 * folder with an open_clip export and its weights. The images are repeated by links to `--images` (evaluate) and `--peer-images`
 * (open_clip), so they are in the page cache and disks are not measured. Without SHIFTLINE_ORACLE, open_clip and the matrix
 * product are skipped. `--write` stores the raw rounds in bench/measured/peers-MODEL.json.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { findPython, lastJson, runChild, runNode } from "./_child.ts";
import { type EvaluateRun, runEvaluate } from "./_evaluate-run.ts";
import { findImages } from "./_images.ts";
import { describeSetting, writeMeasured } from "./_measured.ts";
import { modelsFolder, openClipModel, photosClip } from "./_models.ts";
import {
  compareWithOpenClip,
  type OpenClipRun,
  type OpenClipSetting,
  type Precision,
  runOpenClip,
  tuneOpenClip,
} from "./_open-clip-run.ts";
import type { Agreement, PeerRound, PeersMeasured } from "./_peer-round.ts";
import { peersTable } from "./_peers-table.ts";
import { median, type TimedCpu } from "./_rates.ts";
import { repeatImages } from "./_repeat-images.ts";
import { NO_SAMPLES } from "./_samples.ts";
import { makeScratch } from "./_scratch.ts";
import { visionGflop } from "./_vit-flops.ts";

const BATCH = 32;
const BARE_SECONDS = "8";
const DECODE_SECONDS = "5";
/** Number of images of the two runs whose difference is the text embedding. */
const FEW = 32;
const PROMPTS = 1000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "3" },
    images: { type: "string", default: "1024" },
    "peer-images": { type: "string", default: "384" },
    int8: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    "any-load": { type: "boolean", default: false },
    models: { type: "string" },
    from: { type: "string" },
  },
});
const [name] = positionals;
if (name === undefined) throw new Error("expected MODEL: vit-b-32, vit-l-14, photos-clip or a folder");
const setting = await describeSetting(values);
const folder = findModel(name);
const source = findImages(values.from);
const scratch = makeScratch();
const images = folderOf(Number(values.images));
const peerImages = folderOf(Number(values["peer-images"]));

function findModel(model: string): string {
  const models = modelsFolder(values.models);
  if (model === "vit-b-32") return openClipModel(models, "ViT-B-32");
  if (model === "vit-l-14") return openClipModel(models, "ViT-L-14");
  if (model !== "photos-clip") return model;
  const photos = photosClip(models);
  if (photos === null) throw new Error(NO_SAMPLES);
  return photos;
}

function folderOf(n: number): string {
  const to = join(scratch, `images-${n}`);
  if (!existsSync(to)) repeatImages(source.folder, to, n);
  return to;
}

function bare(graph: string, batch: number): TimedCpu {
  return runNode("bare-loop.mjs", [join(folder, graph), String(batch), BARE_SECONDS]);
}

function gemm(): PeerRound["gemm"] {
  const python = findPython();
  if (python === null) return null;
  type Rates = Record<"float32" | "bf16" | "onnxruntime", number[]>;
  const { float32, bf16, onnxruntime } = lastJson(runChild(python, ["bench/peers/gemm.py"]).stdout) as Rates;
  return { float32: median(float32), bf16: median(bf16), onnxruntime: median(onnxruntime) };
}

/** Two runs on a few images, without and with stored text embeddings. */
function timeText(variant?: string): { promptsPerSecond: number; predictionBytes: number } {
  const cold = evaluateOf(few, variant);
  const warm = evaluateOf(few, variant);
  return {
    promptsPerSecond: PROMPTS / (cold.seconds - warm.seconds),
    predictionBytes: warm.predictionsBytes / warm.images,
  };
}

function evaluateOf(of: string, variant?: string): EvaluateRun {
  const scratchFolder = join(scratch, variant ?? "float32");
  return runEvaluate({
    checkpoint: folder,
    images: of,
    scratch: scratchFolder,
    ...(variant === undefined ? {} : { variant }),
  });
}

const few = folderOf(FEW);
const text = timeText();
const textInt8 = values.int8 ? timeText("quantized") : null;
let openClipPrompts: number | null = null;
const work = { folder, images: peerImages, scratch };
const openClipTuning = tune();
const rounds: PeerRound[] = [];
const agreements: Agreement[] = [];
let versions = setting.versions;
for (let round = 0; round < Number(values.rounds); round++) {
  const product = gemm();
  const bareFloat = bare("visual.onnx", BATCH);
  const evaluated = evaluateOf(images);
  const decode = runNode<PeerRound["decode"]>("decode-loop.mjs", [
    ...[images, JSON.stringify(evaluated.preprocessing), DECODE_SECONDS],
  ]);
  const float32 = openClip("float32");
  const bf16 = openClip("bf16");
  const int8 = values.int8 ? roundOfInt8() : null;
  if (float32 !== null && bf16 !== null && round === 0) {
    agreements.push(compareWithOpenClip("float32", evaluated.predictions, float32.predictions));
    agreements.push(compareWithOpenClip("bf16", evaluated.predictions, bf16.predictions));
    versions = { ...versions, ...float32.versions };
  }
  rounds.push({
    gemm: product,
    bare: bareFloat,
    decode,
    evaluate: timed(evaluated),
    pipelineImagesPerSecond: evaluated.pipelineImagesPerSecond,
    openClip: float32 === null || bf16 === null ? null : { float32: loop(float32), bf16: loop(bf16) },
    int8,
  });
  console.error(
    `round ${round + 1} of ${values.rounds}: evaluate ${(evaluated.images / evaluated.seconds).toFixed(2)} images/s`,
  );
}

/** open_clip's settings are tested before the rounds; this also computes the text embeddings, which the rounds do not time. */
function tune(): PeersMeasured["openClipTuning"] {
  const float32 = tuneOpenClip(work, "float32");
  const bf16 = tuneOpenClip(work, "bf16");
  if (float32 === null || bf16 === null) return null;
  openClipPrompts = float32.classifierSeconds === null ? null : PROMPTS / float32.classifierSeconds;
  return { float32, bf16 };
}

function openClip(precision: Precision): OpenClipRun | null {
  const [fastest] = openClipTuning?.[precision].tried ?? [];
  return fastest === undefined ? null : runOpenClip(work, precision, fastest as OpenClipSetting);
}

function roundOfInt8(): PeerRound["int8"] {
  const bareOne = bare("visual_quantized.onnx", 1);
  const evaluated = evaluateOf(images, "quantized");
  const bareBatch = bare("visual_quantized.onnx", BATCH);
  const { pipelineImagesPerSecond } = evaluated;
  return { bareOne, bareBatch, evaluate: timed(evaluated), pipelineImagesPerSecond };
}

function timed({ images, seconds }: EvaluateRun) {
  return { images, seconds };
}

function loop({ images, seconds, processSeconds }: OpenClipRun) {
  return { images, seconds, processSeconds };
}

const config = JSON.parse(readFileSync(join(folder, "open_clip_config.json"), "utf8")).model_cfg;
const measured: PeersMeasured = {
  ...setting,
  versions,
  model: basename(folder),
  title: { "vit-b-32": "ViT-B/32", "vit-l-14": "ViT-L/14" }[name] ?? basename(folder),
  images: source.title,
  batch: BATCH,
  gflop: typeof config.vision_cfg.layers === "number" ? visionGflop(config.vision_cfg, config.embed_dim) : null,
  dimension: config.embed_dim,
  openClipTuning,
  promptsPerSecond: {
    shiftline: text.promptsPerSecond,
    int8: textInt8?.promptsPerSecond ?? null,
    openClip: openClipPrompts,
  },
  predictionBytes: text.predictionBytes,
  agreements,
  rounds,
};
console.log(peersTable(measured));
if (values.write) writeMeasured(`peers-${measured.model}`, measured);
