/** What the name of a weight file says. */
export interface WeightName {
  /** the file, or the index of its shards; relative to the checkpoint's folder */
  readonly file: string;
  /** the library that gives files this name; null for a name of nobody's */
  readonly family: "open_clip" | "transformers" | null;
  readonly format: "safetensors" | "pytorch";
  /** the part of `model.fp16.safetensors` that tells it from others; empty where there is none */
  readonly variant: string;
  readonly isIndex: boolean;
}

const FAMILY = "(?<stem>open_clip_model|open_clip_pytorch_model|model|pytorch_model)";
const WHOLE = new RegExp(`^${FAMILY}(?:\\.(?<variant>[\\w-]+))?\\.(?<ending>safetensors|bin|pt|pth)$`);
const INDEX = new RegExp(
  `^${FAMILY}(?:\\.(?<before>[\\w-]+))?\\.(?<ending>safetensors|bin)\\.index(?:\\.(?<after>[\\w-]+))?\\.json$`,
);
const SHARD = /[.-]\d{5}-of-\d{5}\.(?:safetensors|bin)$/;
/** Not .bin, which anything may be called: torchvision puts a meta.bin beside ImageNet's images. */
const ANY = /\.(?<ending>safetensors|pt|pth|ckpt|th)$/i;
const ENDINGS = /\.(?:safetensors|bin|pt|pth|ckpt|th)$/i;
/** What training leaves beside a model: state of the optimizer, arguments, random numbers. */
const NO_MODEL = /^(?:training_args|optimizer|scheduler|scaler|rng_state|trainer_state|random_states)\b/;
const INDEX_NAME = /\.index(?:\.[\w-]+)?\.json$/;
/** What downloads are called until they are whole. */
const UNFINISHED = /\.(?:incomplete|part|partial|crdownload|download|aria2|tmp)$/i;

/** Whether a name is that of weights, or of the index of their shards. */
export function isWeightName(name: string): boolean {
  return parseWeightName(name) !== null || SHARD.test(name);
}

/** Whether a name is that of a download that is not whole. */
export function isUnfinishedName(name: string): boolean {
  return UNFINISHED.test(name);
}

/** @returns null for what is no weight file, or only a shard of one */
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

/** A weight file's name without its ending; null for the names that say nothing of the model. */
export function weightStem(name: string): string | null {
  if (INDEX_NAME.test(name) || SHARD.test(name)) return null;
  const parsed = parseWeightName(name);
  if (parsed !== null && parsed.family !== null) return null;
  return name.replace(ENDINGS, "");
}
