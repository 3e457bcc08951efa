import { join } from "node:path";
import { type DefinitionHashes, differingParts } from "../../data/benchmark/definition.ts";
import { InputError } from "../../foundation/errors.ts";
import type { EvaluationKey } from "../../foundation/evaluation-key.ts";
import { DEFAULT_RUNTIME } from "../../model/onnx/runtime.ts";
import { findPlaces, type ResultProblem } from "./result-places.ts";
import { keyDifferences, type Recipe, readRun, type StoredRun } from "./run-file.ts";

/** A result that is to be written. */
export interface NewResult {
  readonly key: EvaluationKey;
  readonly recipe: Recipe;
  /** images that its protocol scores */
  readonly images: number;
  /** file of the user's own definition of the benchmark; null where it ships */
  readonly definitionFile: string | null;
}

/** The names of a recipe's parts in messages. */
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
 * Why a new result may not take the place of one that is there. It may take that of one of the same recipe, of one with
 * fewer images than expected by one with more, and of an older version of the benchmark.
 *
 * @returns what the old one is and what to do; null where it may be replaced
 */
export function whyNotReplaceable(old: StoredRun, { key, recipe, images, definitionFile }: NewResult): string | null {
  const others = keyDifferences(old, key);
  if (others.length > 0) {
    const there = others.map((one) => `${one.name} ${one.there}`).join(" and ");
    return `holds the result of ${there}, which has the same folder; rename the file of that name, or choose another --out`;
  }
  const differing = differingRecipe(old.recipe ?? {}, recipe);
  if (differing.length === 0) return null;
  if (differing.length === 1 && differing[0] === "manifest_sha256" && (old.images?.n ?? 0) < images) return null;
  const isOlderVersion = (old.recipe?.benchmark_version ?? 0) < recipe.benchmark_version;
  if (old.recipe?.fingerprint === recipe.fingerprint && isOlderVersion) return null;
  const lists = listsThatDiffer(old.recipe?.definition ?? {}, recipe.definition);
  if (lists.length > 0 && differing.every((part) => part === "definition" || part === "manifest_sha256")) {
    return `holds a result made otherwise (another ${lists.join(" and another ")} of this name); it is not written over: rename the file, choose another --out, or move that folder away`;
  }
  const hint = differing.some((part) => part === "fingerprint" || part === "text_sha256")
    ? "give this checkpoint another name with --name ID=PATH, or "
    : differing.includes("definition")
      ? `raise the version${definitionFile === null ? "" : ` in ${definitionFile}`} where that is meant, or `
      : "";
  const names = differing.map((part) => `${PARTS[part].endsWith("s") ? "other" : "another"} ${PARTS[part]}`);
  return `holds a result made otherwise (${names.join(", ")}); it is not written over: ${hint}choose another --out, or move that folder away`;
}

/** What the user's files of lists are in messages, by the part of a definition's hashes. */
const LISTS: Readonly<Record<string, string>> = { classes: "list of classes", labels: "file of labels" };

/** The user's lists that two definitions have and that differ, under one name. */
function listsThatDiffer(old: DefinitionHashes, next: DefinitionHashes): string[] {
  return differingParts(old, next).flatMap((part) => LISTS[part] ?? []);
}

/** The parts in which two recipes differ; one that does not name what ran the graphs is of cpu and float32. */
function differingRecipe(named: NonNullable<StoredRun["recipe"]>, recipe: Recipe): (keyof Recipe)[] {
  const old = { ...DEFAULT_RUNTIME, ...named };
  const differs = (part: keyof Recipe) =>
    part === "definition"
      ? old.definition === undefined || differingParts(old.definition, recipe.definition).length > 0
      : JSON.stringify(old[part]) !== JSON.stringify(recipe[part]);
  return (Object.keys(PARTS) as (keyof Recipe)[]).filter(differs);
}

/**
 * Whether a run is of images that had the same names and sizes as now, but other content. One of fewer images is not:
 * it may be replaced, see {@link whyNotReplaceable}.
 *
 * @param images images of the new result
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

/** Whether two results differ in nothing but their lists of images, which may hold the same images in another container. */
function differInListAlone(old: StoredRun, { key, recipe }: NewResult): boolean {
  const differing = differingRecipe(old.recipe ?? {}, recipe);
  return keyDifferences(old, key).length === 0 && differing.length === 1 && differing[0] === "manifest_sha256";
}

/**
 * Refuses to write over what was made otherwise, see {@link whyNotReplaceable}.
 *
 * @returns whether the folder holds a result that differs in its list of images alone and has as many: it may be of the same
 *   images, see `readSameImages`, and is not to be written over if it is not
 * @throws InputError naming the folder, what differs and what to do
 */
export async function checkReplaceable(folder: string, next: NewResult): Promise<boolean> {
  const run = await readRun(folder).catch((cause: unknown) => {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(`${cause.message}; move the folder away, or choose another --out`, { cause });
  });
  const reason = run === null ? null : whyNotReplaceable(run, next);
  if (run === null || reason === null) return false;
  if (run.images?.n === next.images && differInListAlone(run, next)) return true;
  throw new InputError(`${folder}: ${reason}`);
}

/**
 * Refuses to write over a result of images with other content, see {@link isOfOtherContent}: known only once they are
 * embedded.
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
    `${folder}: holds a result of images with other content under the same names; it is not written over: choose another --out, or move that folder away`,
  );
}

const UNKNOWN = "so whether it is of this checkpoint is not known: move it away, or choose another --out";

/**
 * Refuses to put a checkpoint's results beside those of another checkpoint of the same name, or of the same files with
 * other text settings.
 *
 * @throws InputError if a result below `<out>/<id>` has another fingerprint, or other text settings
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
      ? "the same files with other text settings (cleaning, padding, context length)"
      : "another checkpoint of the same name";
    throw new InputError(
      `${join(out, id)}: holds results of ${what}; give this one another with --name ID=PATH, or choose another --out`,
    );
  }
  const [problem] = problems;
  if (problem !== undefined) throw new InputError(`${problem.reason}; ${UNKNOWN}`);
}
