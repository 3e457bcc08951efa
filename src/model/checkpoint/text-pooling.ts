import { join, posix } from "node:path";
import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { readBytes } from "../../foundation/files/read-text.ts";
import { findCompanion } from "./companion-files.ts";
import { readConfig } from "./model-config.ts";
import type { ShiftlineJson } from "./shiftline-json.ts";

/** How the states of a text's tokens become its embedding, outside the graph. Plain data. */
export interface TextPooling {
  /** "mean": of the states of the text's own tokens, without padding; "cls": the first token's state */
  readonly mode: "mean" | "cls";
  readonly dense: DenseLayer | null;
}

/** activation(x · weight^T + bias) */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** (outputs, inputs) */
  readonly weight: Float32Array;
  /** (outputs,), null for none */
  readonly bias: Float32Array | null;
  readonly activation: "identity" | "tanh";
}

/** A pooling and the files that say it, relative to the checkpoint's folder. */
export interface PoolingConfig {
  readonly pooling: TextPooling;
  readonly files: readonly { readonly role: string; readonly path: string }[];
  /** For people, a sentence about the output it is applied to. */
  readonly description: string;
}

const MODULES = z.array(z.looseObject({ path: z.string(), type: z.string() }));
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
 * Reads how a text graph's token states are pooled: `text.pooling` of shiftline.json, else sentence-transformers' modules
 * (modules.json, 1_Pooling/config.json, 2_Dense).
 *
 * Source: sentence-transformers 5 models/Pooling.py, models/Dense.py (behaviour)
 *
 * @returns null where nothing says it
 * @throws InputError if a module or an option of one is not supported, or a file is damaged
 */
export async function readTextPooling(root: string, shiftline: ShiftlineJson | null): Promise<PoolingConfig | null> {
  if (shiftline?.text.pooling !== undefined) {
    const { pooling: mode, dense } = shiftline.text;
    const layer = dense === undefined ? null : await readDense(root, dense);
    return {
      pooling: { mode, dense: layer?.layer ?? null },
      files: layer?.files ?? [],
      description: describe(mode, "shiftline.json", layer),
    };
  }
  const list = await findCompanion(root, "modules.json");
  const modules = list === null ? null : (await readConfig(root, list, MODULES)).config;
  const [poolingFolder, denseFolder] =
    modules === null ? ["1_Pooling", "2_Dense"] : sortModules(modules, join(root, list as string));
  const config = poolingFolder === null ? null : await findCompanion(root, posix.join(poolingFolder, "config.json"));
  if (config === null) return null;
  const mode = readMode((await readConfig(root, config, POOLING)).config, join(root, config));
  const hasDense =
    denseFolder !== null &&
    (modules !== null || (await findCompanion(root, posix.join(denseFolder, "config.json"))) !== null);
  const layer = hasDense ? await readDense(root, denseFolder) : null;
  const files = [
    ...(list === null ? [] : [{ role: "text modules", path: list }]),
    { role: "text pooling", path: config },
  ];
  return {
    pooling: { mode, dense: layer?.layer ?? null },
    files: [...files, ...(layer?.files ?? [])],
    description: describe(mode, config, layer),
  };
}

/** Folders of Pooling and Dense; what else comes after the transformer must not change a direction. */
function sortModules(modules: z.infer<typeof MODULES>, where: string): [string | null, string | null] {
  const kind = ({ type }: { type: string }) => type.split(".").at(-1);
  const of = (name: string) => modules.filter((module) => kind(module) === name);
  const other = modules.find(
    (module) => !["Transformer", "Pooling", "Dense", "Normalize"].includes(kind(module) ?? ""),
  );
  const order = modules.map(kind).filter((name) => name === "Pooling" || name === "Dense");
  if (other !== undefined) {
    // a whole CLIP as one module pools by itself
    if (modules.every((module) => kind(module) !== "Pooling")) return [null, null];
    throw new InputError(
      `${where}: the module ${other.type} is not supported: only Transformer, Pooling, Dense and Normalize are`,
    );
  }
  if (of("Pooling").length > 1 || of("Dense").length > 1 || order[0] === "Dense")
    throw new InputError(`${where}: ${order.join(", ")}: one Pooling and at most one Dense after it are supported`);
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
  readonly layer: DenseLayer;
  readonly files: readonly { readonly role: string; readonly path: string }[];
  readonly folder: string;
}

async function readDense(root: string, folder: string): Promise<FoundDense> {
  const configFile = posix.join(folder, "config.json");
  const {
    in_features: inputs,
    out_features: outputs,
    bias,
    activation_function: name,
  } = (await readConfig(root, configFile, DENSE)).config;
  const activation = ACTIVATIONS[name];
  if (activation === undefined) {
    throw new InputError(
      `${join(root, configFile)}: activation_function ${name} is not supported, only Identity and Tanh`,
    );
  }
  const weights = posix.join(folder, "model.safetensors");
  if ((await findCompanion(root, weights)) === null) {
    throw new InputError(
      `${join(root, folder)}: no model.safetensors: the weights of its Dense layer are needed in that format (torch: safetensors.torch.save_file(torch.load("pytorch_model.bin"), "model.safetensors"))`,
    );
  }
  const read = parseSafetensors(await readBytes(join(root, weights)), join(root, weights));
  const layer = {
    ...{ inputs, outputs, activation },
    weight: read("linear.weight", [outputs, inputs]),
    bias: bias ? read("linear.bias", [outputs]) : null,
  };
  return {
    layer,
    files: [
      { role: "text dense config", path: configFile },
      { role: "text dense", path: weights },
    ],
    folder,
  };
}

const HEADER = z.record(z.string(), z.unknown());
const ENTRY = z.looseObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

/** Gives float32 tensors of a safetensors file by name and shape. @throws InputError if it is damaged or has them otherwise */
function parseSafetensors(bytes: Uint8Array, where: string): (name: string, shape: readonly number[]) => Float32Array {
  const damaged = (what: string) => new InputError(`${where}: not a whole safetensors file: ${what}`);
  if (bytes.length < 8) throw damaged("it is too short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8)) throw damaged("its header is cut off");
  const start = 8 + Number(length);
  let header: Record<string, unknown>;
  try {
    header = HEADER.parse(JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))));
  } catch (cause) {
    throw new InputError(`${where}: not a safetensors file: its header is not JSON`, { cause });
  }
  return (name, shape) => {
    const entry = ENTRY.safeParse(header[name]).data;
    if (entry === undefined) throw new InputError(`${where}: it has no ${name}`);
    if (entry.dtype !== "F32" || entry.shape.join() !== shape.join()) {
      throw new InputError(
        `${where}: ${name}: expected F32 (${shape.join(", ")}), got ${entry.dtype} (${entry.shape.join(", ")})`,
      );
    }
    const [from, to] = entry.data_offsets;
    const count = shape.reduce((product, size) => product * size, 1);
    if (to - from !== count * 4 || start + to > bytes.length) throw damaged(`${name} is cut off`);
    return Float32Array.from({ length: count }, (_, i) => view.getFloat32(start + from + i * 4, true));
  };
}

function describe(mode: TextPooling["mode"], source: string, dense: FoundDense | null): string {
  const what = mode === "mean" ? "the mean of the states of a text's tokens" : "the state of a text's first token";
  const layer =
    dense === null
      ? ""
      : `, then the Dense layer of ${dense.folder} (${dense.layer.inputs} → ${dense.layer.outputs}, ${dense.layer.activation})`;
  return `text embeddings are ${what} (${source})${layer}`;
}

/**
 * Pools the states of a batch.
 *
 * @param states  (n, t, h), row-major
 * @param lengths tokens of each text, without padding
 * @returns (n, d)
 * @throws InputError if the states are not of this shape, or not as wide as the Dense layer takes
 */
export function poolStates(
  states: Float32Array,
  dims: readonly number[],
  lengths: readonly number[],
  { mode, dense }: TextPooling,
  where: string,
): { data: Float32Array; dims: readonly number[] } {
  const [n, t, h] = dims as [number, number, number];
  const isWhole = dims.length === 3 && n === lengths.length && lengths.every((length) => length >= 1 && length <= t);
  if (!isWhole || (dense !== null && dense.inputs !== h)) {
    const wanted = dense === null ? "(n, tokens, width)" : `(n, tokens, ${dense.inputs})`;
    throw new InputError(`${where} gave (${dims.join(", ")}) for ${lengths.length} texts, ${wanted} was expected`);
  }
  const d = dense?.outputs ?? h;
  const data = new Float32Array(n * d);
  const pooled = new Float64Array(h);
  for (let i = 0; i < n; i++) {
    pooled.fill(0);
    const count = mode === "mean" ? (lengths[i] as number) : 1;
    for (let token = 0, p = i * t * h; token < count; token++)
      for (let j = 0; j < h; j++, p++) pooled[j] = (pooled[j] as number) + (states[p] as number);
    for (let j = 0; j < h; j++) pooled[j] = (pooled[j] as number) / count;
    for (let j = 0; j < d; j++)
      data[i * d + j] = dense === null ? (pooled[j] as number) : denseOutput(dense, pooled, j);
  }
  return { data, dims: [n, d] };
}

function denseOutput({ inputs, weight, bias, activation }: DenseLayer, x: Float64Array, j: number): number {
  let sum = bias === null ? 0 : (bias[j] as number);
  for (let k = 0; k < inputs; k++) sum += (weight[j * inputs + k] as number) * (x[k] as number);
  return activation === "tanh" ? Math.tanh(sum) : sum;
}
