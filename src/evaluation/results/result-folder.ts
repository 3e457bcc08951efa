import { join } from "node:path";
import { z } from "zod";
import { type DefinitionHashes, differingParts } from "../../data/benchmark/definition.ts";
import { InputError } from "../../foundation/errors.ts";
import { atomicWrite, type FileContent } from "../../foundation/files/atomic-write.ts";
import { readOwnTextIfThere } from "../../foundation/files/if-there.ts";
import { parseJson } from "../../foundation/files/parse-json.ts";
import { removeStaleFiles } from "../../foundation/files/stale-files.ts";
import type { Metric } from "../scoring/accuracy.ts";
import { findPlaces, type ResultProblem } from "./result-places.ts";

/** What one result is of; together they name its folder. */
export interface ResultKey {
  readonly checkpoint: string;
  readonly benchmark: string;
  readonly protocol: string;
  readonly templates: string;
  readonly class_names: string;
}

/** The content of `metrics.json`. */
export interface ResultMetrics extends ResultKey {
  readonly schema: 1;
  readonly n: number;
  readonly expected_n: number;
  readonly metrics: readonly Metric[];
}

/** What must agree for one result to take another's place: the rest of `run.json` may differ from run to run. */
export interface Recipe {
  readonly fingerprint: string;
  readonly preprocessing: unknown;
  readonly benchmark_version: number;
  /** what the definition says that can change a score, by part; results of older versions have none */
  readonly definition: DefinitionHashes;
  readonly manifest_sha256: string;
  readonly templates_sha256: string;
  readonly class_names_sha256: string;
  /**
   * of whatever decides the token ids of texts: tokenizer, cleaning, padding, context length. Older results lack it:
   * theirs is not known, which is no difference, so that a new result may take their place
   */
  readonly text_sha256: string | null;
}

/** `<out>/<checkpoint>/<benchmark>/<protocol>/<prompts>` */
export function resultFolder(out: string, key: ResultKey, defaultClassNames: string): string {
  const prompts = key.class_names === defaultClassNames ? key.templates : `${key.templates}+${key.class_names}`;
  return join(out, key.checkpoint, key.benchmark, key.protocol, prompts);
}

/** The names that the folder of its prompts may have: with the class names where they are not the protocol's default. */
export function resultPrompts({ templates, class_names }: Pick<ResultKey, "templates" | "class_names">): string[] {
  return [templates, `${templates}+${class_names}`];
}

/** Writes a result's three files; `metrics.json` comes last, so what it says is always backed by the other two. */
export async function writeResult(
  folder: string,
  files: { readonly run: unknown; readonly metrics: ResultMetrics; readonly predictions: FileContent },
): Promise<void> {
  await removeStaleFiles(folder);
  await atomicWrite(join(folder, "predictions.csv"), files.predictions);
  await atomicWrite(join(folder, "run.json"), `${JSON.stringify(files.run, null, 2)}\n`);
  await atomicWrite(join(folder, "metrics.json"), `${JSON.stringify(files.metrics, null, 2)}\n`);
}

/**
 * Refuses to write over what was made otherwise. A result may take the place of one of the same recipe, of one with
 * fewer images than expected by one with more, and of an older version of the benchmark.
 *
 * @param images  images of the new run
 * @param result  what the new run is of, and the user's own definition of the benchmark; null where it ships
 * @throws InputError naming the folder, what differs and what to do
 */
export async function checkReplaceable(
  folder: string,
  recipe: Recipe,
  images: number,
  { key, own }: { readonly key: ResultKey; readonly own: { readonly path: string; readonly sha256: string } | null },
): Promise<void> {
  const text = await readOwnTextIfThere(join(folder, "run.json"));
  if (text === null) return;
  let old: OldRun;
  try {
    old = JSON.parse(text);
  } catch {
    throw new InputError(`${join(folder, "run.json")}: not JSON; move the folder away, or choose another --out`);
  }
  const other = otherKey(old, key);
  if (other !== null) {
    throw new InputError(
      `${folder}: holds the result of ${other}, which has the same folder; rename the file of that name, or choose another --out`,
    );
  }
  const differing = differences(old, recipe, own?.sha256 ?? null);
  if (differing.length === 0) return;
  const [only] = differing;
  if (differing.length === 1 && only === "manifest" && (old.images?.n ?? 0) < images) return;
  if (old.recipe?.fingerprint === recipe.fingerprint && (old.recipe.benchmark_version ?? 0) < recipe.benchmark_version)
    return;
  const hint = differing.some((name) => name === "checkpoint" || name === TEXT)
    ? "give this checkpoint another name with --name ID=PATH, or "
    : differing.includes(DEFINITION)
      ? `raise the version${own === null ? "" : ` in ${own.path}`} where that is meant, or `
      : "";
  throw new InputError(
    `${folder}: holds a result made otherwise (${differing.map((name) => `${name.endsWith("s") ? "other" : "another"} ${name}`).join(", ")}); it is not written over: ${hint}choose another --out, or move that folder away`,
  );
}

/**
 * Refuses to write over a result of images that had the same names and sizes, but other content: known only once they are
 * embedded. A result with fewer images may be replaced, as in {@link checkReplaceable}.
 *
 * @param images  images of the new result
 * @throws InputError naming the folder
 */
export async function checkImageContent(
  folder: string,
  recipe: Pick<Recipe, "manifest_sha256"> & { readonly content_sha256: string },
  images: number,
): Promise<void> {
  const path = join(folder, "run.json");
  const text = await readOwnTextIfThere(path);
  if (text === null) return;
  const old = parseJson(text, path, z.looseObject({})) as OldRun;
  const before = old.images?.content_sha256;
  if (before === undefined || before === recipe.content_sha256 || (old.images?.n ?? 0) < images) return;
  if (old.recipe?.manifest_sha256 !== recipe.manifest_sha256) return;
  throw new InputError(
    `${folder}: holds a result of images with other content under the same names; it is not written over: choose another --out, or move that folder away`,
  );
}

/** What `run.json` has that is asked of it here. */
interface OldRun {
  readonly recipe?: Partial<Recipe>;
  readonly checkpoint?: { readonly id?: string };
  readonly benchmark?: { readonly id?: string; readonly protocol?: string; readonly sha256?: string };
  readonly prompts?: { readonly templates?: { readonly id?: string }; readonly class_names?: { readonly id?: string } };
  readonly images?: { readonly n?: number; readonly expected?: number; readonly content_sha256?: string };
}

/** The key of the result that is there, where it is another's: names in which a "+" or letter case is all that differs. */
function otherKey({ checkpoint, benchmark, prompts }: OldRun, key: ResultKey): string | null {
  const fields: [string, string | undefined, string][] = [
    ["checkpoint", checkpoint?.id, key.checkpoint],
    ["benchmark", benchmark?.id, key.benchmark],
    ["protocol", benchmark?.protocol, key.protocol],
    ["templates", prompts?.templates?.id, key.templates],
    ["class names", prompts?.class_names?.id, key.class_names],
  ];
  const differing = fields.filter(([, there, here]) => there !== undefined && there !== here);
  return differing.length === 0 ? null : differing.map(([name, there]) => `${name} ${there}`).join(" and ");
}

const DEFINITION = "definition of the benchmark under one version";
const TEXT = "text settings";

/** @param text SHA-256 of the user's own definition: older versions wrote no more of it */
function differences(run: OldRun, recipe: Recipe, text: string | null): string[] {
  const old = run.recipe ?? {};
  const names: Record<keyof Recipe, string> = {
    definition: DEFINITION,
    fingerprint: "checkpoint",
    preprocessing: "preprocessing",
    benchmark_version: "version of the benchmark",
    manifest_sha256: "manifest",
    templates_sha256: "template set of this name",
    class_names_sha256: "class-name list of this name",
    text_sha256: TEXT,
  };
  const fields = Object.keys(names) as (keyof Recipe)[];
  return fields
    .filter((field) => field !== "text_sha256" || old[field] !== undefined)
    .filter((field) =>
      field === "definition"
        ? old.definition === undefined
          ? text !== null && run.benchmark?.sha256 !== undefined && run.benchmark.sha256 !== text
          : differingParts(old.definition, recipe.definition).length > 0
        : JSON.stringify(old[field]) !== JSON.stringify(recipe[field]),
    )
    .map((field) => names[field]);
}

/**
 * Refuses to put a checkpoint's results beside those of another checkpoint of the same name, or of the same files with
 * other text settings.
 *
 * @returns folders of results that do not say their text settings: older ones
 * @throws InputError if a result below `<out>/<id>` has another fingerprint, or other text settings
 */
export async function checkCheckpointName(
  out: string,
  id: string,
  { fingerprint, text }: { readonly fingerprint: string; readonly text: { readonly sha256: string } | null },
): Promise<string[]> {
  const problems: ResultProblem[] = [];
  const unknown: string[] = [];
  for (const place of await findPlaces(out, id, problems)) {
    const folder = join(out, ...place);
    const recipe = await readRecipe(join(folder, "run.json"));
    if (recipe === null) continue;
    const isSame = recipe.fingerprint === fingerprint;
    const { text_sha256: textSha256 } = recipe;
    if (isSame && textSha256 === undefined) unknown.push(folder);
    if (isSame && (textSha256 === undefined || textSha256 === (text?.sha256 ?? null))) continue;
    const what = isSame ? "the same files with other text settings (cleaning, padding, context length)" : OTHER;
    throw new InputError(
      `${join(out, id)}: holds results of ${what}; give this one another with --name ID=PATH, or choose another --out`,
    );
  }
  const [problem] = problems;
  if (problem !== undefined) throw new InputError(`${problem.reason}; ${UNKNOWN}`);
  return unknown;
}

const OTHER = "another checkpoint of the same name";
const UNKNOWN = "so whether it is of this checkpoint is not known: move it away, or choose another --out";

const runSchema = z.looseObject({
  recipe: z.looseObject({ fingerprint: z.string(), text_sha256: z.string().nullable() }).partial().default({}),
});

/** @returns null where there is no such file */
async function readRecipe(path: string): Promise<z.infer<typeof runSchema>["recipe"] | null> {
  try {
    const text = await readOwnTextIfThere(path);
    return text === null ? null : parseJson(text, path, runSchema).recipe;
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(`${cause.message}; ${UNKNOWN}`, { cause });
  }
}
