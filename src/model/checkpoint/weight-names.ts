/** Properties of a weight file that follow from its name. */
export interface WeightName {
  /** path of the file or the index of its shards, relative to the checkpoint's folder */
  readonly file: string;
  /** the library that uses this file name; null for any other name */
  readonly family: "open_clip" | "transformers" | null;
  readonly format: "safetensors" | "pytorch";
  /** the distinguishing part of a name such as `model.fp16.safetensors`; empty if there is none */
  readonly variant: string;
  readonly isIndex: boolean;
}

const FAMILY = "(?<stem>open_clip_model|open_clip_pytorch_model|model|pytorch_model)";
const WHOLE = new RegExp(`^${FAMILY}(?:\\.(?<variant>[\\w-]+))?\\.(?<ending>safetensors|bin|pt|pth)$`);
const INDEX = new RegExp(
  `^${FAMILY}(?:\\.(?<before>[\\w-]+))?\\.(?<ending>safetensors|bin)\\.index(?:\\.(?<after>[\\w-]+))?\\.json$`,
);
const SHARD = /[.-]\d{5}-of-\d{5}\.(?:safetensors|bin)$/;
/** Not .bin, which is used for many purposes: torchvision writes a meta.bin to ImageNet's folder. */
const ANY = /\.(?<ending>safetensors|pt|pth|ckpt|th)$/i;
const ENDINGS = /\.(?:safetensors|bin|pt|pth|ckpt|th)$/i;
/** Files that training writes in addition to a model: optimizer state, arguments, random states. */
const NO_MODEL = /^(?:training_args|optimizer|scheduler|scaler|rng_state|trainer_state|random_states)\b/;
const INDEX_NAME = /\.index(?:\.[\w-]+)?\.json$/;
/** File names of incomplete downloads. */
const UNFINISHED = /\.(?:incomplete|part|partial|crdownload|download|aria2|tmp)$/i;

/** Whether a name is that of weights or of an index of shards. */
export function isWeightName(name: string): boolean {
  return parseWeightName(name) !== null || SHARD.test(name);
}

/** Whether a name is that of an incomplete download. */
export function isUnfinishedName(name: string): boolean {
  return UNFINISHED.test(name);
}

/** @returns null for a file that is not a weight file, or only a shard */
export function parseWeightName(file: string): WeightName | null {
  const index = INDEX.exec(file)?.groups;
  if (index !== undefined) {
    return { ...describe(file, index.stem, index.ending), variant: index.before ?? index.after ?? "", isIndex: true };
  }
  if (SHARD.test(file) || NO_MODEL.test(file)) return null;
  const whole = WHOLE.exec(file)?.groups;
  if (whole !== undefined) {
    return { ...describe(file, whole.stem, whole.ending), variant: whole.variant ?? "", isIndex: false };
  }
  const any = ANY.exec(file)?.groups;
  return any === undefined ? null : { ...describe(file, undefined, any.ending), variant: "", isIndex: false };
}

function describe(
  file: string,
  stem: string | undefined,
  ending: string | undefined,
): Pick<WeightName, "file" | "family" | "format"> {
  return {
    file,
    family: stem === undefined ? null : stem.startsWith("open_clip") ? "open_clip" : "transformers",
    format: ending?.toLowerCase() === "safetensors" ? "safetensors" : "pytorch",
  };
}

/** A weight file's name without its extension; null for generic names that do not identify the model. */
export function weightStem(name: string): string | null {
  if (INDEX_NAME.test(name) || SHARD.test(name)) return null;
  const parsed = parseWeightName(name);
  if (parsed !== null && parsed.family !== null) return null;
  return name.replace(ENDINGS, "");
}
