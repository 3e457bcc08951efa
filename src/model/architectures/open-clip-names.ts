import { readFile } from "node:fs/promises";
import { z } from "zod";
import { closestNames } from "../../foundation/closest-names.ts";
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
/** open_clip's information about weights with a model name and tag. */
export type PretrainedName = OpenClipNames["pretrained"][number];

/** The architecture that `--arch` names. */
export interface NamedArchitecture {
  /** open_clip's name of the model */
  readonly name: string;
  /** its `model_cfg` */
  readonly config: Readonly<Record<string, unknown>>;
  /** the pretrained name, if a tag was given */
  readonly pretrained: PretrainedName | null;
}

let read: Promise<OpenClipNames> | null = null;

/** The table that ships with the package; read once. */
export function openClipNames(): Promise<OpenClipNames> {
  const path = packagePath("architectures", "open-clip.json");
  read ??= readFile(path, "utf8").then((text) => parseJson(text, path, schema));
  return read;
}

/**
 * Finds the architecture that `--arch` names: a model of open_clip (`ViT-B-32-quickgelu`), optionally with a pretrained tag
 * (`ViT-B-32-quickgelu:laion400m_e32`), or a model in OpenAI's spelling (`ViT-B/32`, `ViT-L/14@336px`).
 *
 * @throws InputError with the closest names, or the model's tags
 */
export function findArchitecture(names: OpenClipNames, requested: string): NamedArchitecture {
  const [model = "", tag] = requested.split(":");
  const spelled = model.replaceAll("/", "-").replace(/@(\d+)px$/, "-$1");
  const name = Object.hasOwn(names.models, spelled)
    ? spelled
    : Object.keys(names.models).find((known) => known.toLowerCase() === spelled.toLowerCase());
  if (name === undefined) {
    const closest = closestNames(spelled, Object.keys(names.models));
    throw new InputError(
      `unknown architecture "${requested}"; did you mean ${closest.join(", ")}? (names are ${names.source}'s model names)`,
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
