import { embedPrompts } from "../src/evaluation/classifier/embed-prompts.ts";
import { fillTemplate } from "../src/evaluation/classifier/template.ts";
import { type Matrix, matrix } from "../src/foundation/math/matrix.ts";
import type { Checkpoint } from "../src/model/checkpoint/open-checkpoint.ts";
import type { Difference } from "./_difference.ts";
import type { LabeledImage, Subject } from "./_difference-subjects.ts";
import { median } from "./_rates.ts";

const BATCH = 32;

/** Embeddings of images of one size, from pixels (h, w, 3). @param toTensor normalizes one image into (3, h, w) */
export async function embedPixels(
  checkpoint: Checkpoint,
  pixels: readonly Uint8Array[],
  toTensor: (pixels: Uint8Array, tensor: Float32Array) => void,
): Promise<Matrix> {
  const encoder = await checkpoint.openImageEncoder();
  const length = 3 * checkpoint.preprocessing.size.height * checkpoint.preprocessing.size.width;
  const embeddings: number[] = [];
  for (let start = 0; start < pixels.length; start += BATCH) {
    const batch = pixels.slice(start, start + BATCH);
    const tensor = new Float32Array(batch.length * length);
    for (const [i, image] of batch.entries()) toTensor(image, tensor.subarray(i * length, (i + 1) * length));
    embeddings.push(...(await encoder.encode(tensor, batch.length)));
  }
  await encoder.close();
  return matrix(Float32Array.from(embeddings), pixels.length, embeddings.length / pixels.length);
}

/** fingerprint → prompt → its embedding as the text tower gives it */
const knownPrompts = new Map<string, Map<string, Float32Array>>();

/** Text embeddings of prompts, each computed once for a checkpoint. */
async function promptEmbeddings(
  checkpoint: Checkpoint,
  prompts: readonly string[],
): Promise<Map<string, Float32Array>> {
  const known = knownPrompts.get(checkpoint.fingerprint) ?? new Map<string, Float32Array>();
  knownPrompts.set(checkpoint.fingerprint, known);
  const missing = [...new Set(prompts)].filter((prompt) => !known.has(prompt));
  if (missing.length === 0) return known;
  const { data, columns } = await embedPrompts(checkpoint, missing);
  for (const [i, prompt] of missing.entries()) known.set(prompt, data.slice(i * columns, (i + 1) * columns));
  return known;
}

/**
 * Class vectors (c, d) of unit length from a subject's prompts.
 *
 * @param isUnnormalized averages embeddings as the tower gives them, as imagenet-testbed's CLIP does, and not unit vectors
 */
export async function classVectors(
  { checkpoint, classNames, templates }: Pick<Subject, "checkpoint" | "classNames" | "templates">,
  isUnnormalized = false,
): Promise<Matrix> {
  const promptsOf = classNames.map((name) => templates.map((template) => fillTemplate(template, name)));
  const embeddings = await promptEmbeddings(checkpoint, promptsOf.flat());
  const columns = embeddings.values().next().value?.length ?? 0;
  const data = new Float32Array(classNames.length * columns);
  for (const [c, prompts] of promptsOf.entries()) {
    const mean = new Float64Array(columns);
    for (const prompt of prompts) {
      const embedding = embeddings.get(prompt) as Float32Array;
      const scale = isUnnormalized ? 1 : 1 / Math.hypot(...embedding);
      for (let d = 0; d < columns; d++) mean[d]! += scale * embedding[d]!;
    }
    const length = Math.hypot(...mean);
    for (let d = 0; d < columns; d++) data[c * columns + d] = mean[d]! / length;
  }
  return matrix(data, classNames.length, columns);
}

/** The class with the highest score for each image; of equal scores the first. @param round of each score */
export function bestClasses(
  embeddings: Matrix,
  classes: Matrix,
  round: (score: number) => number = (s) => s,
): number[] {
  return Array.from({ length: embeddings.rows }, (_, i) => {
    const length = Math.sqrt(dot(embeddings, i, embeddings, i));
    let best = 0;
    let highest = -Infinity;
    for (let c = 0; c < classes.rows; c++) {
      const score = round(dot(embeddings, i, classes, c) / length);
      if (score > highest) [best, highest] = [c, score];
    }
    return best;
  });
}

export function accuracyOf(best: readonly number[], images: readonly Pick<LabeledImage, "label">[]): number {
  return best.filter((c, i) => c === images[i]?.label).length / images.length;
}

/** Compares predictions with and without a change, on the same images and classes. */
export function comparePredictions(
  subject: Subject,
  before: readonly number[],
  after: readonly number[],
  cosine: Difference["cosine"],
): Pick<Difference, "checkpoint" | "data" | "n" | "changed" | "accuracy" | "changedAccuracy" | "cosine"> {
  return {
    checkpoint: subject.checkpoint.id,
    data: subject.data,
    n: before.length,
    changed: before.filter((c, i) => c !== after[i]).length,
    accuracy: accuracyOf(before, subject.images),
    changedAccuracy: accuracyOf(after, subject.images),
    cosine,
  };
}

/** Cosines between rows of equal number, of those that `only` names. */
export function cosines(first: Matrix, second: Matrix, only?: readonly number[]): NonNullable<Difference["cosine"]> {
  const rows = only ?? Array.from({ length: first.rows }, (_, i) => i);
  const values = rows.map(
    (i) => dot(first, i, second, i) / Math.sqrt(dot(first, i, first, i) * dot(second, i, second, i)),
  );
  return { median: median(values), min: Math.min(...values) };
}

function dot(first: Matrix, i: number, second: Matrix, j: number): number {
  const d = first.columns;
  let sum = 0;
  for (let k = 0; k < d; k++) sum += first.data[i * d + k]! * second.data[j * d + k]!;
  return sum;
}
