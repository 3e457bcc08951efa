import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toFloat16 } from "../../../src/model/onnx/float16.ts";
import { fixtures, temporaryFolder, writeTree } from "../../helpers.ts";
import { dict, makeArchive, makePickle, makeSafetensors, tensor } from "../weights/make-archive.ts";

/** Fixture models by the name of their weights → the export of the same weights. */
export const EXPORTS = {
  tiny: "external-data",
  "hf-clip": "hf-split",
  siglip: "siglip",
  "siglip-open-clip": "siglip-open-clip",
} as const;

export type WeightName = keyof typeof EXPORTS;

export const exportFolder = (name: WeightName) => join(fixtures, "checkpoints", EXPORTS[name]);
export const weightPath = (file: string) => join(fixtures, "checkpoints", "weights", file);
export const weightBytes = (name: WeightName) => readFileSync(weightPath(`${name}.safetensors`));

/** The library's file name for the weights of a fixture model. */
export const usualName = (name: WeightName) =>
  name === "hf-clip" || name === "siglip" ? "model.safetensors" : "open_clip_model.safetensors";

/**
 * A folder with the small files of a fixture model's export and additional files; by default its weights under its library's
 * name.
 */
export function weightFolder(
  name: WeightName,
  files: Readonly<Record<string, string | Uint8Array>> = { [usualName(name)]: weightBytes(name) },
): string {
  const folder = temporaryFolder();
  for (const file of readdirSync(exportFolder(name))) {
    if (file.endsWith(".json")) copyFileSync(join(exportFolder(name), file), join(folder, file));
  }
  return writeTree(folder, files);
}

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The tensors of a safetensors file of float32: name → shape and bytes. */
export type Tensors = ReadonlyMap<
  string,
  { readonly dtype: string; readonly shape: readonly number[]; readonly bytes: Buffer }
>;

export function readTensors(file: Buffer): Tensors {
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString("utf8", 8, start)) as Record<string, Entry>;
  return new Map(
    Object.entries(header)
      .filter(([name]) => name !== "__metadata__")
      .map(
        ([
          name,
          {
            dtype,
            shape,
            data_offsets: [from, to],
          },
        ]) => [name, { dtype, shape, bytes: file.subarray(start + from, start + to) }],
      ),
  );
}

export function writeTensors(tensors: Tensors): Buffer {
  const header: Record<string, Entry> = {};
  let at = 0;
  for (const [name, { dtype, shape, bytes }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
  }
  return makeSafetensors(header, Buffer.concat([...tensors.values()].map(({ bytes }) => bytes)));
}

/** The same tensors as `torch.save` writes a state dict, float32 each. */
export function torchArchive(tensors: Tensors): Buffer {
  const entries = [...tensors].map(([name, { shape, bytes }], i): [string, string] => {
    const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
    return [name, tensor({ key: `${i}`, count: bytes.length / 4, shape, strides })];
  });
  const storages = Object.fromEntries([...tensors.values()].map(({ bytes }, i) => [`${i}`, bytes]));
  return makeArchive(makePickle(dict(Object.fromEntries(entries))), storages);
}

/** The same values rounded to half precision, stored in half precision or as float32. */
export function halfTensors(tensors: Tensors, stored: "F16" | "F32"): Tensors {
  return new Map(
    [...tensors].map(([name, { shape, bytes }]) => {
      const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      const halves = toFloat16(values);
      const rounded = stored === "F16" ? halves : fromHalves(halves);
      return [
        name,
        { dtype: stored, shape, bytes: Buffer.from(rounded.buffer, rounded.byteOffset, rounded.byteLength) },
      ];
    }),
  );
}

/** bfloat16 is the upper half of a float32. */
export function bfloat16Tensors(tensors: Tensors, stored: "BF16" | "F32"): Tensors {
  return new Map(
    [...tensors].map(([name, { shape, bytes }]) => {
      const rounded = Buffer.from(bytes);
      for (let i = 0; i < rounded.length; i += 4) rounded.writeUInt16LE(0, i);
      const upper = Buffer.concat(
        Array.from({ length: rounded.length / 4 }, (_, i) => rounded.subarray(i * 4 + 2, i * 4 + 4)),
      );
      return [name, { dtype: stored, shape, bytes: stored === "BF16" ? upper : rounded }];
    }),
  );
}

function fromHalves(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/** Shards of a safetensors file and their index, as the Hub's libraries write them. */
export function shardTensors(tensors: Tensors, shards = 2): Record<string, Buffer | string> {
  const names = [...tensors.keys()];
  const fileOf = (shard: number) =>
    `model-${`${shard + 1}`.padStart(5, "0")}-of-${`${shards}`.padStart(5, "0")}.safetensors`;
  const shardOf = (i: number) => Math.floor((i * shards) / names.length);
  const files: Record<string, Buffer | string> = {};
  for (let shard = 0; shard < shards; shard++) {
    files[fileOf(shard)] = writeTensors(new Map([...tensors].filter((_, i) => shardOf(i) === shard)));
  }
  const map = Object.fromEntries(names.map((name, i) => [name, fileOf(shardOf(i))]));
  files["model.safetensors.index.json"] = JSON.stringify({ metadata: { total_size: 0 }, weight_map: map });
  return files;
}

/** Small seeded float32 values of these sizes; rows of a large table repeat. */
export function randomTensor(
  shape: readonly number[],
  seed: number,
  scale = 0.05,
): { dtype: string; shape: readonly number[]; bytes: Buffer } {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
  let state = seed >>> 0 || 1;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    values[i] = (state / 2 ** 31 - 1) * scale;
  }
  return { dtype: "F32", shape, bytes: Buffer.from(values.buffer) };
}

const wholeTensor = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return { dtype: "I64", shape: [], bytes };
};

/** Random weights with the names, vocabulary and three numbers of OpenAI's archives, small except for the vocabulary. */
export function openAiTensors(): Tensors {
  const [width, embedding, patch, pixels] = [64, 32, 16, 32];
  const tensors = new Map<string, { dtype: string; shape: readonly number[]; bytes: Buffer }>();
  const add = (name: string, ...shape: number[]) => {
    const tensor = randomTensor(shape, tensors.size + 1);
    const isNorm = /ln_\w+\.weight$/.test(name);
    if (isNorm) for (let i = 0; i < tensor.bytes.length; i += 4) tensor.bytes.writeFloatLE(1 + (i % 3) / 10, i);
    tensors.set(name, tensor);
  };
  const block = (prefix: string) => {
    for (const norm of ["ln_1", "ln_2"]) for (const part of ["weight", "bias"]) add(`${prefix}.${norm}.${part}`, width);
    add(`${prefix}.attn.in_proj_weight`, 3 * width, width);
    add(`${prefix}.attn.in_proj_bias`, 3 * width);
    add(`${prefix}.attn.out_proj.weight`, width, width);
    add(`${prefix}.attn.out_proj.bias`, width);
    add(`${prefix}.mlp.c_fc.weight`, 4 * width, width);
    add(`${prefix}.mlp.c_fc.bias`, 4 * width);
    add(`${prefix}.mlp.c_proj.weight`, width, 4 * width);
    add(`${prefix}.mlp.c_proj.bias`, width);
  };
  add("visual.conv1.weight", width, 3, patch, patch);
  add("visual.class_embedding", width);
  add("visual.positional_embedding", (pixels / patch) ** 2 + 1, width);
  for (const norm of ["ln_pre", "ln_post"]) for (const part of ["weight", "bias"]) add(`visual.${norm}.${part}`, width);
  block("visual.transformer.resblocks.0");
  add("visual.proj", width, embedding);
  add("token_embedding.weight", 49_408, width);
  add("positional_embedding", 77, width);
  block("transformer.resblocks.0");
  for (const part of ["weight", "bias"]) add(`ln_final.${part}`, width);
  add("text_projection", width, embedding);
  tensors.set("logit_scale", randomTensor([], 7));
  for (const [name, value] of Object.entries({ input_resolution: pixels, context_length: 77, vocab_size: 49_408 })) {
    tensors.set(name, wholeTensor(value));
  }
  return tensors;
}
