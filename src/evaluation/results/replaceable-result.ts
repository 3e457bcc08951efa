import { join } from "node:path";
import { type DefinitionHashes, differingParts } from "../../data/benchmark/definition.ts";
import { InputError } from "../../foundation/errors.ts";
import type { EvaluationKey } from "../../foundation/evaluation-key.ts";
import { DEFAULT_RUNTIME } from "../../model/onnx/runtime.ts";
import { findPlaces, type ResultProblem } from "./result-places.ts";
import { keyDifferences, type Recipe, readRun, type StoredRun } from "./run-file.ts";

/** A result to write. */
export interface NewResult {
  readonly key: EvaluationKey;
  readonly recipe: Recipe;
  /** number of images that its protocol scores */
  readonly images: number;
  /** file of a user's definition of the benchmark; null for a shipped one */
  readonly definitionFile: string | null;
}

/** Names of a recipe's parts in messages. */
const PARTS: Readonly<Record<keyof Recipe, string>> = {
  definition: "definition of the benchmark under one version",
  fingerprint: "checkpoint",
  preprocessing: "preprocessing",
  benchmark_version: "version of the benchmark",
  manifest_sha256: "manifest",
  templates_sha256: "template set of this name",
  class_names_sha256: "class-name list of this name",
  text_sha256: "text settings",
  provider: "execution provider",
  precision: "precision",
};

/**
 * Returns why a new result must not replace an existing one. It may replace one with the same recipe, an incomplete one
 * with fewer images, and one by an older version of the benchmark.
 *
 * @returns a description of the old result and what to do; null if it may be replaced
 */
export function whyNotReplaceable(old: StoredRun, { key, recipe, images, definitionFile }: NewResult): string | null {
  const keyFields = keyDifferences(old, key);
  if (keyFields.length > 0) {
    const there = keyFields.map((field) => `${field.name} ${field.there}`).join(" and ");
    return `contains the result of ${there}, which has the same folder; rename the file of that name, or choose another --out`;
  }
  const differing = differingRecipe(old.recipe ?? {}, recipe);
  if (differing.length === 0) return null;
  if (differing.length === 1 && differing[0] === "manifest_sha256" && (old.images?.n ?? 0) < images) return null;
  const isOlderVersion = (old.recipe?.benchmark_version ?? 0) < recipe.benchmark_version;
  if (old.recipe?.fingerprint === recipe.fingerprint && isOlderVersion) return null;
  const lists = listsThatDiffer(old.recipe?.definition ?? {}, recipe.definition);
  if (lists.length > 0 && differing.every((part) => part === "definition" || part === "manifest_sha256")) {
    return `contains a result made with another ${lists.join(" and another ")} of this name; it is not overwritten: rename the file, choose another --out, or move that folder`;
  }
  const hint = differing.some((part) => part === "fingerprint" || part === "text_sha256")
    ? "give this checkpoint another name with --name ID=PATH, or "
    : differing.includes("definition")
      ? `raise the version${definitionFile === null ? "" : ` in ${definitionFile}`} if this is intended, or `
      : "";
  const names = differing.map((part) => `${PARTS[part].endsWith("s") ? "other" : "another"} ${PARTS[part]}`);
  return `contains a result made with different settings (${names.join(", ")}); it is not overwritten: ${hint}choose another --out, or move that folder`;
}

/** Names of the user's list files in messages, by the part of a definition's hashes. */
const LISTS: Readonly<Record<string, string>> = { classes: "list of classes", labels: "file of labels" };

/** Returns the names of the user's lists that differ between two definitions. */
function listsThatDiffer(old: DefinitionHashes, next: DefinitionHashes): string[] {
  return differingParts(old, next).flatMap((part) => LISTS[part] ?? []);
}

/** Returns the parts in which two recipes differ; a recipe without a runtime used cpu and float32. */
function differingRecipe(named: NonNullable<StoredRun["recipe"]>, recipe: Recipe): (keyof Recipe)[] {
  const old = { ...DEFAULT_RUNTIME, ...named };
  const differs = (part: keyof Recipe) =>
    part === "definition"
      ? old.definition === undefined || differingParts(old.definition, recipe.definition).length > 0
      : JSON.stringify(old[part]) !== JSON.stringify(recipe[part]);
  return (Object.keys(PARTS) as (keyof Recipe)[]).filter(differs);
}

/**
 * Whether a run used images with the same names and sizes as now, but different content. A run with fewer images may be
 * replaced anyway, see {@link whyNotReplaceable}.
 *
 * @param images number of images of the new result
 */
export function isOfOtherContent(
  { recipe, images: old }: StoredRun,
  next: Pick<Recipe, "manifest_sha256"> & { readonly content_sha256: string },
  images: number,
): boolean {
  const before = old?.content_sha256;
  if (before === undefined || before === next.content_sha256 || (old?.n ?? 0) < images) return false;
  return recipe?.manifest_sha256 === next.manifest_sha256;
}

/** Whether two results differ only in their lists of images, which may contain the same images in another container. */
function differInListAlone(old: StoredRun, { key, recipe }: NewResult): boolean {
  const differing = differingRecipe(old.recipe ?? {}, recipe);
  return keyDifferences(old, key).length === 0 && differing.length === 1 && differing[0] === "manifest_sha256";
}

/**
 * Refuses to overwrite a result made with different settings, see {@link whyNotReplaceable}.
 *
 * @returns whether the folder contains a result that differs only in its list of images and has as many: if the images
 *   are the same, see `readSameImages`, it is kept; otherwise it must not be overwritten
 * @throws InputError naming the folder, what differs and what to do
 */
export async function checkReplaceable(folder: string, next: NewResult): Promise<boolean> {
  const run = await readRun(folder).catch((cause: unknown) => {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(`${cause.message}; move the folder, or choose another --out`, { cause });
  });
  const reason = run === null ? null : whyNotReplaceable(run, next);
  if (run === null || reason === null) return false;
  if (run.images?.n === next.images && differInListAlone(run, next)) return true;
  throw new InputError(`${folder}: ${reason}`);
}

/**
 * Refuses to overwrite a result of images with different content, see {@link isOfOtherContent}; this is known only
 * after they are embedded.
 *
 * @throws InputError naming the folder
 */
export async function checkImageContent(
  folder: string,
  next: Pick<Recipe, "manifest_sha256"> & { readonly content_sha256: string },
  images: number,
): Promise<void> {
  const run = await readRun(folder);
  if (run === null || !isOfOtherContent(run, next, images)) return;
  throw new InputError(
    `${folder}: contains a result of images with different content under the same names; it is not overwritten: choose another --out, or move that folder`,
  );
}

const UNKNOWN = "so it is unknown whether it belongs to this checkpoint: move it, or choose another --out";

/**
 * Refuses to mix a checkpoint's results with those of another checkpoint of the same name, or of the same files with
 * different text settings.
 *
 * @throws InputError if a result below `<out>/<id>` has a different fingerprint or different text settings
 */
export async function checkCheckpointName(
  out: string,
  id: string,
  checkpoint: { readonly fingerprint: string; readonly text: { readonly sha256: string } | null },
): Promise<void> {
  const problems: ResultProblem[] = [];
  for (const place of await findPlaces(out, id, problems)) {
    const folder = join(out, ...place);
    const run = await readRun(folder).catch((cause: unknown) => {
      if (!(cause instanceof InputError)) throw cause;
      throw new InputError(`${cause.message}; ${UNKNOWN}`, { cause });
    });
    if (run === null) continue;
    const { fingerprint, text_sha256: text } = run.recipe ?? {};
    const isSame = fingerprint === checkpoint.fingerprint;
    if (isSame && text === (checkpoint.text?.sha256 ?? null)) continue;
    const what = isSame
      ? "the same files with different text settings (cleaning, padding, context length)"
      : "another checkpoint of the same name";
    throw new InputError(
      `${join(out, id)}: contains results of ${what}; choose a different name with --name ID=PATH, or choose another --out`,
    );
  }
  const [problem] = problems;
  if (problem !== undefined) throw new InputError(`${problem.reason}; ${UNKNOWN}`);
}
