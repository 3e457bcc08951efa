import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ort from "onnxruntime-node";
import { type Matrix, matrix } from "../src/foundation/math/matrix.ts";
import { openCheckpoint } from "../src/model/checkpoint/open-checkpoint.ts";
import { float16ToNumber, toFloat16 } from "../src/model/onnx/float16.ts";
import { ROOT } from "./_child.ts";
import type { Difference } from "./_difference.ts";
import { embedSubject, subjectTensor } from "./_difference-images.ts";
import { bestClasses, classVectors, comparePredictions, cosines } from "./_difference-scores.ts";
import { CHECKPOINTS, demoSubject, emojiSubject, readTemplates, type Subject } from "./_difference-subjects.ts";
import { readMeasured } from "./_measured.ts";
import type { PeersMeasured } from "./_peer-round.ts";
import { samplePath } from "./_samples.ts";
import { makeScratch } from "./_scratch.ts";

const SIMPLE = join(ROOT, "prompts", "templates", "simple-7.txt");

interface Embedded {
  readonly embeddings: Matrix;
  readonly classes: Matrix;
}

/** What other activations, precisions and files of one name do to predictions. */
export async function modelDifferences(photos: Subject | null): Promise<Difference[]> {
  const demo = { ...(await demoSubject("hf-split")), templates: readTemplates(SIMPLE) };
  const float32 = await embed(demo);
  const seed1 = await emojiSubject("noto-640");
  const seed2 = await emojiSubject("noto-640-seed2");
  const [fp16, int8] = await Promise.all(
    ["fp16", "quantized"].map(async (variant) => {
      return embed({ ...demo, checkpoint: await openCheckpoint(join(CHECKPOINTS, "hf-split"), { variant }) });
    }),
  );
  return [
    ...(await activationDifferences(photos)),
    compare("float16 graphs for float32", demo, float32, fp16!),
    compare("dynamic int8 graphs for float32", demo, float32, int8!),
    compare(
      "dynamic int8 in one batch of 123, not one image at a time",
      demo,
      int8!,
      await int8InOneBatch(demo, int8!),
    ),
    ...(photos === null ? [] : [await scoresOfPhotos(photos)]),
    scoresInFloat16(seed1, await embed(seed1)),
    ...autocastDifferences(),
    compare("another file of the same name (another seed)", seed1, await embed(seed1), await embed(seed2)),
  ];
}

async function scoresOfPhotos(photos: Subject): Promise<Difference> {
  const subject = { ...photos, templates: readTemplates(SIMPLE) };
  return scoresInFloat16(subject, await embed(subject));
}

async function embed(subject: Subject): Promise<Embedded> {
  return { embeddings: await embedSubject(subject), classes: await classVectors(subject) };
}

function compare(change: string, subject: Subject, before: Embedded, after: Embedded): Difference {
  const [first, second] = [before, after].map(({ embeddings, classes }) => bestClasses(embeddings, classes));
  const isOneSpace = !change.includes("seed"); // cosines between spaces of two trainings mean nothing
  const cosine = isOneSpace ? cosines(before.embeddings, after.embeddings) : null;
  return { section: "model", change, affected: null, ...comparePredictions(subject, first!, second!, cosine) };
}

/** Weights whose configuration names the other activation. */
async function activationDifferences(photos: Subject | null): Promise<Difference[]> {
  const scratch = makeScratch();
  const demo = { ...(await demoSubject("hf-split")), templates: readTemplates(SIMPLE) };
  const [right, wrong] = await Promise.all(
    ["quick_gelu", "gelu"].map(async (activation) => {
      const folder = join(scratch, activation);
      mkdirSync(folder);
      for (const file of ["config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"]) {
        cpSync(join(CHECKPOINTS, "hf-split", file), join(folder, file));
      }
      edit(join(folder, "config.json"), /"quick_gelu"/g, `"${activation}"`);
      cpSync(join(CHECKPOINTS, "weights", "hf-clip.safetensors"), join(folder, "model.safetensors"));
      return { ...demo, checkpoint: await openCheckpoint(folder, { name: "hf-clip.safetensors" }) };
    }),
  );
  const change = "GELU for QuickGELU, both towers";
  const found = [compare(change, right!, await embed(right!), await embed(wrong!))];
  const weights = samplePath("photos-clip");
  if (photos === null || weights === null) return found;
  const folder = join(scratch, "photos-clip");
  mkdirSync(folder);
  for (const file of [
    "open_clip_config.json",
    "open_clip_model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
  ]) {
    cpSync(join(weights, file), join(folder, file));
  }
  const subject = { ...photos, templates: readTemplates(SIMPLE) };
  const before = await embed(subject);
  edit(join(folder, "open_clip_config.json"), /"quick_gelu": true/, '"quick_gelu": false');
  const { embeddings } = before; // its image tower has ReLU
  const classes = await classVectors({ ...subject, checkpoint: await openCheckpoint(folder) });
  const compared = compare("GELU for QuickGELU, text tower alone", subject, before, { embeddings, classes });
  return [...found, { ...compared, cosine: cosines(before.classes, classes) }];
}

function edit(path: string, pattern: RegExp, replacement: string): void {
  writeFileSync(path, readFileSync(path, "utf8").replace(pattern, replacement));
}

/** The quantized image graph on all images at once, by onnxruntime alone: its activations share one scale. */
async function int8InOneBatch(subject: Subject, { classes }: Embedded): Promise<Embedded> {
  const session = await ort.InferenceSession.create(
    join(CHECKPOINTS, "hf-split", "onnx", "vision_model_quantized.onnx"),
  );
  const { height, width } = subject.checkpoint.preprocessing.size;
  const n = subject.images.length;
  const tensor = new ort.Tensor("float32", await subjectTensor(subject), [n, 3, height, width]);
  const { image_embeds: embeds } = await session.run({ pixel_values: tensor });
  const data = embeds!.data as Float32Array;
  return { embeddings: matrix(data, n, data.length / n), classes };
}

/** 100 × cosine rounded to float16, as autocast gives logits: equal scores go to the first class. */
function scoresInFloat16(subject: Subject, { embeddings, classes }: Embedded): Difference {
  const round = (score: number) => float16ToNumber(toFloat16(Float32Array.of(100 * score))[0] as number);
  const compared = comparePredictions(
    subject,
    bestClasses(embeddings, classes),
    bestClasses(embeddings, classes, round),
    null,
  );
  return { section: "model", change: "scores (100 × cosine) rounded to float16", affected: null, ...compared };
}

/** open_clip in bf16 autocast against Shiftline in float32, as `npm run bench -- peers` counted it. */
function autocastDifferences(): Difference[] {
  return ["photos-clip", "vit-b-32", "vit-l-14"].flatMap((model) => {
    const measured = readMeasured<PeersMeasured>(`peers-${model}`);
    return (measured?.agreements ?? [])
      .filter(({ precision }) => precision === "bf16")
      .map(
        ({ images, equal }): Difference => ({
          section: "model",
          change: "open_clip in bf16 autocast for float32",
          checkpoint: model === "photos-clip" ? model : `${model}, random weights`,
          data: "ImageNet photos, repeated",
          n: images,
          affected: null,
          changed: images - equal,
          accuracy: null,
          changedAccuracy: null,
          cosine: null,
        }),
      );
  });
}
