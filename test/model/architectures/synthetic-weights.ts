import { closeSync, openSync, writeSync } from "node:fs";

/**
 * Weights and pixels that TypeScript and Python compute alike, so that they need not be committed: the counterpart of
 * `test/fixtures/architectures/make/synthetic.py`, which describes the method.
 */

/** A tensor of floats: value[i] = scale · block[(offset(name) + i) mod length] + shift, each step rounded to float32. A tensor of int64 is 0. */
export type TensorRecipe =
  | readonly [shape: readonly number[], scale: number, shift: number]
  | readonly [shape: readonly number[], type: "int64"];

/** name → recipe, in the state dict's order */
export type TensorRecipes = Readonly<Record<string, TensorRecipe>>;

/** Types in which the floats can be stored; narrower types are rounded to nearest, ties to even. */
export type FloatType = "float32" | "float16" | "bfloat16";

const LENGTH = 2 ** 20 + 7;
const SEED = 0x5eed18;
const BYTES: Readonly<Record<FloatType, number>> = { float32: 4, float16: 2, bfloat16: 2 };

/** lowbias32 (Chris Wellons), on unsigned 32-bit integers */
function hash32(index: number): number {
  let i = index ^ (index >>> 16);
  i = Math.imul(i, 0x7feb352d);
  i ^= i >>> 15;
  i = Math.imul(i, 0x846ca68b);
  return (i ^ (i >>> 16)) >>> 0;
}

let block: Float32Array | null = null;

function theBlock(): Float32Array {
  block ??= Float32Array.from({ length: LENGTH }, (_, i) => ((hash32(i + SEED) >>> 8) - 2 ** 23) / 2 ** 23);
  return block;
}

/** FNV-1a (32 bits) of an ASCII name, modulo the block's length. */
export function offsetOf(name: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) value = Math.imul(value ^ name.charCodeAt(i), 0x01000193);
  return (value >>> 0) % LENGTH;
}

/** The block of one scale and shift in one type, ready to be written. */
interface StoredBlock {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** The most recent blocks, because most tensors of a network share a few. */
const stored: StoredBlock[] = [];
const MAX_STORED = 16; // up to 4 MiB each

export function storedBlock(scale: number, shift: number, type: FloatType): Uint8Array {
  const key = `${scale} ${shift} ${type}`;
  const known = stored.find((candidate) => candidate.key === key);
  if (known !== undefined) return known.bytes;
  const factor = Math.fround(scale);
  const addend = Math.fround(shift);
  const floats = theBlock().map((value) => Math.fround(factor * value) + addend);
  const bytes = new Uint8Array(type === "float32" ? floats.buffer : narrow(floats, type).buffer);
  stored.push({ key, bytes });
  if (stored.length > MAX_STORED) stored.shift();
  return bytes;
}

function narrow(values: Float32Array, type: "float16" | "bfloat16"): Uint16Array {
  const round = type === "float16" ? float16Bits : bfloat16Bits;
  return Uint16Array.from(values, round);
}

const asFloat = new Float32Array(1);
const asBits = new Uint32Array(asFloat.buffer);

/** Bits of the nearest bfloat16, ties to even; for finite numbers. */
export function bfloat16Bits(value: number): number {
  asFloat[0] = value;
  const bits = asBits[0] as number;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** Bits of the nearest float16, ties to even; for numbers below 65,520 in size. */
export function float16Bits(value: number): number {
  asFloat[0] = value;
  const sign = ((asBits[0] as number) >>> 16) & 0x8000;
  const size = Math.abs(value);
  // Below 2^-14 float16 has steps of 2^-24; above, it keeps 11 bits
  const exponent = Math.max(Math.floor(Math.log2(size)), -14);
  const steps = roundToEven(size / 2 ** (exponent - 10));
  return sign | (steps + (exponent + 14) * 1024);
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Size of a tensor in bytes when stored in a type. */
export function tensorBytes([shape, scale]: TensorRecipe, type: FloatType): number {
  return count(shape) * (scale === "int64" ? 8 : BYTES[type]);
}

/** The tensor's bytes in pieces, which are views of memory shared with other tensors: do not change them. */
export function* tensorPieces(name: string, recipe: TensorRecipe, type: FloatType): Generator<Uint8Array> {
  const [shape, scale, shift] = recipe;
  if (scale === "int64") {
    yield new Uint8Array(8 * count(shape));
    return;
  }
  yield* pieces(name, storedBlock(scale, shift as number, type), tensorBytes(recipe, type), BYTES[type]);
}

function* pieces(name: string, bytes: Uint8Array, byteLength: number, elementBytes: number): Generator<Uint8Array> {
  let start = offsetOf(name) * elementBytes;
  for (let left = byteLength; left > 0; ) {
    const piece = bytes.subarray(start, start + left);
    yield piece;
    left -= piece.length;
    start = 0;
  }
}

/** Channel means of the two images */
const IMAGE_MEANS = [
  [1.5, -1, 0.5],
  [-1.25, 0.75, -1.5],
] as const;

/** Normalized pixels (3, height, width) of image 0 or 1. */
export function syntheticPixels(image: 0 | 1, height: number, width: number): Float32Array {
  const pixels = new Float32Array(3 * height * width);
  let at = 0;
  const bytes = new Uint8Array(pixels.buffer);
  const values = theBlock();
  const blockBytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (const piece of pieces(`image ${image}`, blockBytes, pixels.byteLength, 4)) {
    bytes.set(piece, at);
    at += piece.length;
  }
  IMAGE_MEANS[image].forEach((mean, channel) => {
    const end = (channel + 1) * height * width;
    for (let i = channel * height * width; i < end; i++) pixels[i] = (pixels[i] as number) + mean;
  });
  return pixels;
}

const SAFETENSORS_NAMES: Readonly<Record<FloatType, string>> = { float32: "F32", float16: "F16", bfloat16: "BF16" };

/** Writes the tensors as a safetensors file without keeping them in memory. */
export function writeSafetensors(path: string, tensors: TensorRecipes, type: FloatType = "float32"): void {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  // Widest first, as the safetensors library orders them
  const entries = Object.entries(tensors).sort(([, a], [, b]) => Number(b[1] === "int64") - Number(a[1] === "int64"));
  for (const [name, recipe] of entries) {
    const end = offset + tensorBytes(recipe, type);
    const dtype = recipe[1] === "int64" ? "I64" : SAFETENSORS_NAMES[type];
    header[name] = { dtype, shape: recipe[0], data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.alloc(Math.ceil(json.length / 8) * 8, " ");
  json.copy(padded);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  writePieces(path, function* () {
    yield length;
    yield padded;
    for (const [name, recipe] of entries) yield* tensorPieces(name, recipe, type);
  });
}

/** Writes pieces of bytes one after the other into a new file. */
export function writePieces(path: string, makePieces: () => Iterable<Uint8Array>): void {
  const file = openSync(path, "w");
  try {
    for (const piece of makePieces()) {
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
    }
  } finally {
    closeSync(file);
  }
}
