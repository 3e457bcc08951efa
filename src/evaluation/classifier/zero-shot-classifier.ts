import { InputError } from "../../foundation/errors.ts";
import { type Matrix, matrix, row } from "../../foundation/math/matrix.ts";
import { meanRow } from "../../foundation/math/mean-row.ts";
import { NoDirectionError, normalizeRows, normalizeRowsInPlace } from "../../foundation/math/normalize-rows.ts";
import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import { type EmbedPromptsOptions, embedPrompts } from "./embed-prompts.ts";
import { checkTemplate, fillTemplate, type Template } from "./template.ts";

/** The weights of a zero-shot classifier: image embeddings times these are its scores. */
export interface ZeroShotClassifier {
  /**
   * (c, d), one row per class in the order of the class names, each of unit length; not multiplied by the logit scale.
   * Classes with the same prompts have bitwise identical rows, so their scores are exactly tied.
   */
  readonly weights: Matrix;
}

/**
 * Builds the zero-shot classifier of Radford et al. 2021: for each class, the normalized mean of its normalized
 * prompt embeddings (ensembling in embedding space).
 *
 * @param checkpoint  embeds the prompts
 * @param classNames  c names, in the order of the rows
 * @param templates   t strings, each with one `{}`
 * @returns weights (c, d), float32, each row of unit length
 * @throws InputError if either list is empty, a template has no `{}`, or the checkpoint has no text encoder
 * @see https://arxiv.org/abs/2103.00020 section 3.1.4; reference: open_clip src/open_clip/zero_shot_classifier.py
 */
export async function buildZeroShotClassifier(
  checkpoint: Checkpoint,
  classNames: readonly string[],
  templates: readonly Template[],
  options: EmbedPromptsOptions = {},
): Promise<ZeroShotClassifier> {
  if (templates.length === 0) throw new InputError("zero-shot classifier: expected at least one template, got none");
  for (const template of templates) checkTemplate(template, "zero-shot classifier");
  const promptsOfClass = classNames.map((name) => templates.map((template) => fillTemplate(template, name)));
  return buildClassifierFromPrompts(checkpoint, promptsOfClass, options);
}

/**
 * Builds a zero-shot classifier from a list of prompts per class, each with at least one.
 *
 * @param promptsOfClass  c lists; equal prompts are encoded once
 */
export async function buildClassifierFromPrompts(
  checkpoint: Checkpoint,
  promptsOfClass: readonly (readonly string[])[],
  options: EmbedPromptsOptions = {},
): Promise<ZeroShotClassifier> {
  if (promptsOfClass.length === 0) throw new InputError("zero-shot classifier: expected at least one class, got none");
  const unique = [...new Set(promptsOfClass.flat())];
  const index = new Map(unique.map((prompt, i) => [prompt, i]));
  const embeddings = await embedPrompts(checkpoint, unique, options);
  const directions = withDirections(checkpoint, () => normalizeRows(embeddings, "prompt embeddings"));
  const weights = matrix(
    new Float32Array(promptsOfClass.length * directions.columns),
    promptsOfClass.length,
    directions.columns,
  );
  for (const [c, prompts] of promptsOfClass.entries()) {
    if (prompts.length === 0) throw new InputError(`zero-shot classifier: class ${c} has no prompt`);
    const rows = Int32Array.from(prompts, (prompt) => index.get(prompt) as number);
    row(weights, c).set(meanRow(directions, rows));
  }
  withDirections(checkpoint, () => normalizeRowsInPlace(weights, "class weights"));
  return { weights };
}

/** Reports an embedding of length zero as a problem of the checkpoint. */
function withDirections<Result>(checkpoint: Checkpoint, compute: () => Result): Result {
  try {
    return compute();
  } catch (cause) {
    if (!(cause instanceof NoDirectionError)) throw cause;
    throw new InputError(`${checkpoint.path}: text encoder: ${cause.message}`, { cause });
  }
}
