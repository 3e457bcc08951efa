import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { readTextIfThere } from "../../foundation/files/if-there.ts";
import type { OpenClipNames } from "../architectures/open-clip-names.ts";

/*
 * open_clip's training writes its arguments to `logs/NAME/params.txt`, one `name: value` per line, and its epochs to
 * `logs/NAME/checkpoints/`.
 * Source: open_clip 3.3.0 src/open_clip_train/main.py `main`, params.py; src/open_clip/factory.py `create_model_and_transforms`
 */

/** The arguments of a training run that concern its weights. */
export interface TrainingParams {
  /** path relative to the folder of the weights */
  readonly file: string;
  /** the value for `--arch`; null if open_clip does not know the model's name, or the sizes differ from it */
  readonly arch: string | null;
  /** the `preprocess_cfg` of its evaluation */
  readonly preprocessing: Readonly<Record<string, unknown>>;
  /** whether training started from OpenAI's weights under a model name without QuickGELU */
  readonly isFromOpenAi: boolean;
}

/** Reads the arguments of the training run that wrote weights to a folder; null if there are none. */
export async function readTrainingParams(folder: string, names: OpenClipNames): Promise<TrainingParams | null> {
  for (const file of ["params.txt", "../params.txt"]) {
    const text = await readTextIfThere(join(folder, file)).catch((cause: unknown) => {
      if (cause instanceof InputError) return null; // the file need not be open_clip's
      throw cause;
    });
    const params = text === null ? null : parseTrainingParams(file, text, names);
    if (params !== null) return params;
  }
  return null;
}

/** @returns null if the text does not come from open_clip's training */
export function parseTrainingParams(file: string, text: string, names: OpenClipNames): TrainingParams | null {
  const values = new Map(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const [, name, value] = /^(\w+): (.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined || value === "None" ? [] : [[name, value.trim()]];
    }),
  );
  const model = values.get("model")?.replaceAll("/", "-");
  if (model === undefined || !values.has("force_quick_gelu")) return null;
  const isQuick = values.get("force_quick_gelu") === "True";
  const name = isQuick ? `${model.replace(/-quickgelu$/, "")}-quickgelu` : model;
  const isResized = values.has("force_image_size") || values.has("force_context_length");
  const pretrained = names.pretrained.find((row) => row.model === model && row.tag === values.get("pretrained"));
  const isFromOpenAi = values.get("pretrained")?.toLowerCase() === "openai" && !name.endsWith("-quickgelu");
  return {
    file,
    isFromOpenAi,
    arch: Object.hasOwn(names.models, name) && !isResized ? name : null,
    preprocessing: {
      ...pretrained?.preprocess_cfg,
      ...listOf("mean", values.get("image_mean")),
      ...listOf("std", values.get("image_std")),
      ...wordOf("interpolation", values.get("image_interpolation")),
      ...wordOf("resize_mode", values.get("image_resize_mode")),
    },
  };
}

/**
 * Warns that the activation may differ from training: `--arch` names another model, or the training arguments do not determine
 * it. Before 3.0, open_clip built OpenAI's models with QuickGELU regardless of the model's name; since then the name decides.
 *
 * @param arch the value of `--arch`
 * @see open_clip 2.x src/open_clip/factory.py `create_model`, which calls `load_openai_model`
 */
export function warnOfTraining(training: TrainingParams | null, arch: string | undefined): string[] {
  const trained = training?.arch ?? null;
  if (training === null || trained === null) return [];
  if (arch === undefined) {
    return training.isFromOpenAi
      ? [
          `${training.file} of the training states ${trained} and pretrained openai: open_clip before 3.0 trained this with QuickGELU, later versions with GELU, which is used; for an earlier version, give --arch ${trained}-quickgelu`,
        ]
      : [];
  }
  const named = (arch.split(":")[0] as string).replaceAll("/", "-").toLowerCase();
  const expected = [trained, ...(training.isFromOpenAi ? [`${trained}-quickgelu`] : [])];
  if (expected.some((name) => name.toLowerCase() === named)) return [];
  return [`--arch ${arch} is used, but ${training.file} of the training states ${trained}`];
}

/** Parses three numbers as Python prints a list; a single number applies to all three. */
function listOf(key: string, value: string | undefined): Record<string, readonly number[]> {
  if (value === undefined) return {};
  const numbers = value
    .replace(/[[\]()]/g, "")
    .split(",")
    .map(Number);
  return { [key]: numbers.length === 1 ? [numbers[0], numbers[0], numbers[0]].map(Number) : numbers };
}

function wordOf(key: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [key]: value };
}
