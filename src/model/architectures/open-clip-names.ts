import { readFile } from "node:fs/promises";
import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { packagePath } from "../../foundation/files/package-root.ts";
import { parseJson } from "../../foundation/files/parse-json.ts";

const schema = z.strictObject({
  source: z.string(),
  models: z.record(z.string(), z.record(z.string(), z.unknown())),
  pretrained: z.array(
    z.strictObject({
      model: z.string(),
      tag: z.string(),
      repository: z.string().nullable(),
      file: z.string().nullable(),
      quick_gelu: z.boolean(),
      preprocess_cfg: z.record(z.string(), z.unknown()),
    }),
  ),
});

/** open_clip's model configurations by name, and its pretrained names. */
export type OpenClipNames = z.infer<typeof schema>;
/** What open_clip says of weights that it names by model and tag. */
export type PretrainedName = OpenClipNames["pretrained"][number];

/** What `--arch` names. */
export interface NamedArchitecture {
  /** open_clip's name of the model */
  readonly name: string;
  /** its `model_cfg` */
  readonly config: Readonly<Record<string, unknown>>;
  /** the pretrained name, where a tag was given */
  readonly pretrained: PretrainedName | null;
}

/** Names that an unknown name is compared with in a message. */
const SUGGESTIONS = 5;
let read: Promise<OpenClipNames> | null = null;

/** The table that ships with the package; read once. */
export function openClipNames(): Promise<OpenClipNames> {
  const path = packagePath("architectures", "open-clip.json");
  read ??= readFile(path, "utf8").then((text) => parseJson(text, path, schema));
  return read;
}

/**
 * Finds what `--arch` names: a model of open_clip (`ViT-B-32-quickgelu`), with a pretrained tag behind it
 * (`ViT-B-32-quickgelu:laion400m_e32`), or a model as OpenAI spells it (`ViT-B/32`, `ViT-L/14@336px`).
 *
 * @throws InputError naming the closest names, or the model's tags
 */
export function findArchitecture(names: OpenClipNames, wanted: string): NamedArchitecture {
  const [model = "", tag] = wanted.split(":");
  const spelled = model.replaceAll("/", "-").replace(/@(\d+)px$/, "-$1");
  const name = Object.hasOwn(names.models, spelled)
    ? spelled
    : Object.keys(names.models).find((known) => known.toLowerCase() === spelled.toLowerCase());
  if (name === undefined) {
    const closest = closestNames(spelled, Object.keys(names.models));
    throw new InputError(
      `unknown architecture "${wanted}"; did you mean ${closest.join(", ")}? (names are ${names.source}'s model names)`,
    );
  }
  const config = names.models[name] as Readonly<Record<string, unknown>>;
  if (tag === undefined) return { name, config, pretrained: null };
  const cleaned = tag.toLowerCase().replaceAll("-", "_");
  const tags = names.pretrained.filter((row) => row.model === name);
  const pretrained = tags.find((row) => row.tag === cleaned);
  if (pretrained !== undefined) return { name, config, pretrained };
  const known = tags.length === 0 ? "it has none" : `known: ${tags.map((row) => row.tag).join(", ")}`;
  throw new InputError(`unknown pretrained tag "${tag}" of ${name}; ${known}`);
}

/** The names that differ least from a name, by edit distance without regard to case. */
function closestNames(wanted: string, names: readonly string[]): string[] {
  const distances = names.map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) }));
  distances.sort((a, b) => a.distance - b.distance);
  return distances.slice(0, SUGGESTIONS).map(({ name }) => name);
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] as number) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] as number) + 1, (current[column - 1] as number) + 1));
    }
    previous = current;
  }
  return previous[b.length] as number;
}
