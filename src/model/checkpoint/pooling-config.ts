import { join, posix } from "node:path";
import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { jsonAs } from "../../foundation/files/file-content.ts";
import { staysInside } from "../../foundation/files/inside-folder.ts";
import { type CheckpointFacts, type CompanionFile, findCompanion, namedCompanion } from "./checkpoint-facts.ts";
import type { ShiftlineJson } from "./shiftline-json.ts";
import type { DenseLayer, TextPooling } from "./text-pooling.ts";

/** How token states become an embedding, according to files. */
export interface PoolingConfig {
  readonly mode: TextPooling["mode"];
  readonly dense: DenseConfig | null;
  /** The files that state it, relative to the checkpoint's folder. */
  readonly files: readonly { readonly role: string; readonly path: string }[];
  /** A sentence about the output, for messages. */
  readonly description: string;
}

/** A Dense layer without its weights. */
export interface DenseConfig extends Omit<DenseLayer, "weight" | "bias"> {
  readonly hasBias: boolean;
  /** The file of its weights, relative to the checkpoint's folder. */
  readonly weights: string;
}

/** sentence-transformers' files, unless a modules.json names others. */
export const POOLING_FILES = ["modules.json", "1_Pooling/config.json", "2_Dense/config.json"];
/** File names of a Dense layer's weights; the first that exists is used. */
export const DENSE_WEIGHTS = ["model.safetensors", "pytorch_model.bin"];

/** The transformer is in the folder itself, whose path is "". */
const folder = z
  .string()
  .refine((path) => path === "" || staysInside(path), "expected a folder below that of modules.json");
const MODULES = z.array(z.looseObject({ path: folder, type: z.string() }));
const POOLING = z.looseObject({ word_embedding_dimension: z.number().nullish() });
const DENSE = z.looseObject({
  in_features: z.int().positive(),
  out_features: z.int().positive(),
  bias: z.boolean().default(true),
  activation_function: z.string().default("torch.nn.modules.activation.Tanh"),
});
const ACTIVATIONS: Readonly<Record<string, DenseLayer["activation"]>> = {
  "torch.nn.modules.linear.Identity": "identity",
  "torch.nn.modules.activation.Tanh": "tanh",
};

/**
 * Parses how a text graph's token states are pooled: `text.pooling` of shiftline.json, otherwise sentence-transformers' modules
 * (modules.json, 1_Pooling/config.json, 2_Dense).
 *
 * Source: sentence-transformers 5 models/Pooling.py, models/Dense.py (behavior)
 *
 * @returns null if no file states it
 * @throws InputError if a module or an option of one is not supported, or a file is damaged
 */
export function parsePooling(facts: CheckpointFacts, shiftline: ShiftlineJson | null): PoolingConfig | null {
  if (shiftline?.text.pooling !== undefined) {
    const { pooling: mode, dense: folder } = shiftline.text;
    const found = folder === undefined ? null : parseDense(facts, folder);
    return poolingConfig(mode, "shiftline.json", found, []);
  }
  const { list, pooling, dense } = poolingFolders(facts);
  const config = pooling === null ? null : findCompanion(facts, posix.join(pooling, "config.json"));
  if (config === null) return null;
  const mode = readMode(jsonAs(config, POOLING), config.path);
  const hasDense = dense !== null && (list !== null || findCompanion(facts, posix.join(dense, "config.json")) !== null);
  return poolingConfig(mode, config.file, hasDense ? parseDense(facts, dense) : null, [
    ...(list === null ? [] : [{ role: "text modules", path: list.file }]),
    { role: "text pooling", path: config.file },
  ]);
}

/** Folders of the Pooling and Dense modules, null for a missing module, and the modules.json that names them. */
export function poolingFolders(facts: CheckpointFacts): {
  readonly list: CompanionFile | null;
  readonly pooling: string | null;
  readonly dense: string | null;
} {
  const list = findCompanion(facts, "modules.json");
  if (list === null) return { list, pooling: "1_Pooling", dense: "2_Dense" };
  const [pooling, dense] = sortModules(jsonAs(list, MODULES), list.path);
  return { list, pooling, dense };
}

/** Folders of Pooling and Dense; other modules after the transformer must not change the direction of a vector. */
function sortModules(modules: z.infer<typeof MODULES>, where: string): [string | null, string | null] {
  const kind = ({ type }: { type: string }) => type.split(".").at(-1);
  const of = (name: string) => modules.filter((module) => kind(module) === name);
  const unsupported = modules.find(
    (module) => !["Transformer", "Pooling", "Dense", "Normalize"].includes(kind(module) ?? ""),
  );
  const order = modules.map(kind).filter((name) => name === "Pooling" || name === "Dense");
  if (unsupported !== undefined) {
    // a complete CLIP as one module pools internally
    if (modules.every((module) => kind(module) !== "Pooling")) return [null, null];
    throw new InputError(
      `${where}: the module ${unsupported.type} is not supported: only Transformer, Pooling, Dense and Normalize are`,
    );
  }
  if (of("Pooling").length > 1 || of("Dense").length > 1 || order[0] === "Dense")
    throw new InputError(`${where}: ${order.join(", ")}: expected one Pooling and at most one Dense after it`);
  return [of("Pooling")[0]?.path ?? null, of("Dense")[0]?.path ?? null];
}

function readMode(config: Readonly<Record<string, unknown>>, where: string): TextPooling["mode"] {
  const on = Object.keys(config).filter((key) => key.startsWith("pooling_mode_") && config[key] === true);
  const named =
    config.pooling_mode === undefined
      ? on.map((key) => key.slice("pooling_mode_".length))
      : [config.pooling_mode].flat();
  const [mode, second] = named;
  if (second === undefined && (mode === "mean_tokens" || mode === "mean")) return "mean";
  if (second === undefined && (mode === "cls_token" || mode === "cls")) return "cls";
  const found = named.length === 0 ? "none" : named.join(" and ");
  throw new InputError(`${where}: pooling ${found} is not supported, only mean_tokens or cls_token alone`);
}

interface FoundDense {
  readonly folder: string;
  readonly config: DenseConfig;
  readonly files: PoolingConfig["files"];
}

function parseDense(facts: CheckpointFacts, folder: string): FoundDense {
  const file = namedCompanion(facts, posix.join(folder, "config.json"));
  const { in_features: inputs, out_features: outputs, bias: hasBias, activation_function: name } = jsonAs(file, DENSE);
  const activation = ACTIVATIONS[name];
  if (activation === undefined) {
    throw new InputError(`${file.path}: activation_function ${name} is not supported, only Identity and Tanh`);
  }
  const weights = findCompanion(facts, ...DENSE_WEIGHTS.map((name) => posix.join(folder, name)))?.file;
  if (weights === undefined) {
    throw new InputError(
      `${join(facts.root, folder)}: no ${DENSE_WEIGHTS.join(" and no ")}: the weights of its Dense layer are needed`,
    );
  }
  return {
    folder,
    config: { inputs, outputs, activation, hasBias, weights },
    files: [
      { role: "text dense config", path: file.file },
      { role: "text dense", path: weights },
    ],
  };
}

function poolingConfig(
  mode: TextPooling["mode"],
  source: string,
  dense: FoundDense | null,
  files: PoolingConfig["files"],
): PoolingConfig {
  const what = mode === "mean" ? "the mean of the states of a text's tokens" : "the state of a text's first token";
  const layer =
    dense === null
      ? ""
      : `, then the Dense layer of ${dense.folder} (${dense.config.inputs} → ${dense.config.outputs}, ${dense.config.activation})`;
  return {
    mode,
    dense: dense?.config ?? null,
    files: [...files, ...(dense?.files ?? [])],
    description: `text embeddings are ${what} (${source})${layer}`,
  };
}
