import { dirname, join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { readBytes } from "../../foundation/files/read-text.ts";
import type { OnnxModel, OnnxNode } from "./onnx-model.ts";
import type { TensorInfo } from "./onnx-tensor.ts";

/** TensorProto.DataType */
const FLOAT = 1;
const BFLOAT16 = 16;
/** protobuf ends a message here. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * What a graph says of itself once bfloat16 is widened: its inputs and outputs are float32, its weights keep their type for people.
 * onnxruntime has no kernels for bfloat16 on processors.
 */
export function describeWidened(model: OnnxModel): OnnxModel {
  const { inputs, outputs, tensors, nodes, functions } = model;
  const isNarrow = ({ type }: { type: string }) => type === "bfloat16";
  const usesIt = (node: OnnxNode): boolean =>
    TYPE_ATTRIBUTES.some((name) => node.integers.get(name) === BFLOAT16) ||
    (node.tensor !== null && isNarrow(node.tensor)) ||
    node.body.some(usesIt);
  const called = [...functions.values()].flat();
  if (![...inputs, ...outputs, ...tensors].some(isNarrow) && !nodes.some(usesIt) && !called.some(usesIt)) return model;
  const widen = (infos: readonly TensorInfo[]) =>
    infos.map((info) => (isNarrow(info) ? { ...info, type: "float32" } : info));
  return { ...model, inputs: widen(inputs), outputs: widen(outputs), widens: true };
}

type Kind =
  | "model"
  | "graph"
  | "function"
  | "node"
  | "attribute"
  | "tensor"
  | "value"
  | "type"
  | "tensorType"
  | "nested";

/** Length-delimited fields to descend into (onnx.proto3). */
const CHILDREN: Readonly<Record<Exclude<Kind, "tensor">, Readonly<Record<number, Kind>>>> = {
  model: { 7: "graph", 25: "function" },
  graph: { 1: "node", 5: "tensor", 11: "value", 12: "value", 13: "value" },
  function: { 7: "node", 11: "attribute", 12: "value" },
  node: { 5: "attribute" },
  attribute: { 5: "tensor", 6: "graph", 10: "tensor", 11: "graph" },
  value: { 2: "type" },
  type: { 1: "tensorType", 4: "nested", 9: "nested" },
  tensorType: {},
  nested: { 1: "type" },
};

/** Attributes that hold an element type: of Cast, of RandomNormal and the like, of QuantizeLinear. */
const TYPE_ATTRIBUTES = ["to", "dtype", "output_dtype"];

/**
 * A graph with every bfloat16 turned into float32: weights keep their values, which float32 holds exactly, casts to bfloat16 no longer
 * round. Weights of files beside it are put into it.
 *
 * @throws InputError if it would be larger than protobuf allows, or is damaged
 */
export async function widenBfloat16(path: string): Promise<Uint8Array> {
  const external = new Map<string, Uint8Array>();
  const bytes = await readBytes(path, MOST_BYTES);
  let chunks: Uint8Array[];
  try {
    for (const location of locationsOf(bytes))
      external.set(location, await readBytes(join(dirname(path), location), MOST_BYTES));
    chunks = rewrite(bytes, "model", external);
  } catch (cause) {
    if (cause instanceof RangeError)
      throw new InputError(`${path}: its bfloat16 values cannot be turned into float32: ${(cause as Error).message}`, {
        cause,
      });
    throw cause;
  }
  const length = sizeOf(chunks);
  if (length > MOST_BYTES) {
    throw new InputError(
      `${path}: its bfloat16 weights are turned into float32, for which onnxruntime has kernels, and have ${(length / 1e9).toFixed(1)} GB then, more than one graph may have; export it in float32, with weights in a side file`,
    );
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

interface Field {
  readonly field: number;
  readonly wire: number;
  /** of a varint */
  readonly value: number;
  /** of a length-delimited field */
  readonly body: Uint8Array;
  /** key and all */
  readonly raw: Uint8Array;
}

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let pos = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[pos++];
      if (byte === undefined) throw new RangeError("it ends within a field");
      value += (byte & 127) * shift; // beyond 2^53 only negative numbers, which are copied and not looked at
      if (byte < 128) return value;
    }
  };
  while (pos < bytes.length) {
    const start = pos;
    const key = varint();
    const [field, wire] = [Math.floor(key / 8), key % 8];
    let value = 0;
    let body = bytes.subarray(0, 0);
    if (wire === 0) value = varint();
    else if (wire === 1) pos += 8;
    else if (wire === 5) pos += 4;
    else if (wire === 2) {
      const length = varint();
      body = bytes.subarray(pos, pos + length);
      pos += length;
    } else throw new RangeError(`wire type ${wire}`);
    if (pos > bytes.length) throw new RangeError("it ends within a field");
    yield { field, wire, value, body, raw: bytes.subarray(start, pos) };
  }
}

function rewrite(bytes: Uint8Array, kind: Kind, external: ReadonlyMap<string, Uint8Array>): Uint8Array[] {
  if (kind === "tensor") return rewriteTensor(bytes, external);
  const name = kind === "attribute" ? nameOf(bytes) : "";
  const holdsType = (field: number) =>
    (kind === "tensorType" && field === 1) || (kind === "attribute" && field === 3 && TYPE_ATTRIBUTES.includes(name));
  const out: Uint8Array[] = [];
  for (const { field, wire, value, body, raw } of fieldsOf(bytes)) {
    const child = CHILDREN[kind][field];
    if (wire === 2 && child !== undefined) out.push(...delimited(field, rewrite(body, child, external)));
    else if (wire === 0 && value === BFLOAT16 && holdsType(field)) out.push(varintField(field, FLOAT));
    else out.push(raw);
  }
  return out;
}

/** A tensor: bfloat16 values as float32, and values of a side file put in. */
function rewriteTensor(bytes: Uint8Array, external: ReadonlyMap<string, Uint8Array>): Uint8Array[] {
  const fields = [...fieldsOf(bytes)];
  const isWide = fields.some(({ field, value }) => field === 2 && value === BFLOAT16);
  const data = externalData(fields, external);
  if (!isWide && data === null) return [bytes];
  const halves = data ?? fields.find(({ field }) => field === 9)?.body ?? packedHalves(fields);
  // 2: data_type, 5: int32_data, 9: raw_data, 13 and 14: where a side file has them
  const kept = fields.filter(({ field }) => ![2, 5, 9, 13, 14].includes(field)).map(({ raw }) => raw);
  const type = isWide ? FLOAT : (fields.find(({ field }) => field === 2)?.value ?? 0);
  return [...kept, varintField(2, type), ...delimited(9, [isWide ? toFloat32(halves) : halves])];
}

/** bfloat16 is the upper half of a float32. */
function toFloat32(halves: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(halves.length * 2);
  for (let i = 0; i < halves.length; i += 2) {
    bytes[i * 2 + 2] = halves[i] as number;
    bytes[i * 2 + 3] = halves[i + 1] as number;
  }
  return bytes;
}

/** `int32_data`: one number a value, packed or not. */
function packedHalves(fields: readonly Field[]): Uint8Array {
  const values: number[] = [];
  for (const { field, wire, value, body } of fields) {
    if (field !== 5) continue;
    if (wire === 0) values.push(value);
    else {
      let number = 0;
      let shift = 1;
      for (const byte of body) {
        number += (byte & 127) * shift;
        shift *= 128;
        if (byte < 128) {
          values.push(number);
          [number, shift] = [0, 1];
        }
      }
    }
  }
  return Uint8Array.from(values.flatMap((value) => [value & 255, (value >> 8) & 255]));
}

function externalData(fields: readonly Field[], external: ReadonlyMap<string, Uint8Array>): Uint8Array | null {
  const entries = entriesOf(fields);
  const location = entries.get("location");
  if (location === undefined) return null;
  const bytes = external.get(location) ?? new Uint8Array(0);
  const offset = Number(entries.get("offset") ?? 0);
  const end = entries.has("length") ? offset + Number(entries.get("length")) : bytes.length;
  if (!(end <= bytes.length)) throw new RangeError(`${location} is truncated`);
  return bytes.subarray(offset, end);
}

function entriesOf(fields: readonly Field[]): Map<string, string> {
  const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
  return new Map(
    fields
      .filter(({ field }) => field === 13)
      .map(({ body }) => {
        const entry = [...fieldsOf(body)];
        const at = (wanted: number) => text(entry.find(({ field }) => field === wanted)?.body);
        return [at(1), at(2)];
      }),
  );
}

/** The side files that weights lie in, those of subgraphs and constants too. */
function locationsOf(bytes: Uint8Array, kind: Kind = "model", found = new Set<string>()): Set<string> {
  if (kind === "tensor") {
    const location = entriesOf([...fieldsOf(bytes)]).get("location");
    if (location !== undefined) found.add(location);
    return found;
  }
  for (const { field, wire, body } of fieldsOf(bytes)) {
    const child = CHILDREN[kind][field];
    if (wire === 2 && child !== undefined) locationsOf(body, child, found);
  }
  return found;
}

function nameOf(bytes: Uint8Array): string {
  for (const { field, body } of fieldsOf(bytes)) if (field === 1) return new TextDecoder().decode(body);
  return "";
}

function delimited(field: number, chunks: readonly Uint8Array[]): Uint8Array[] {
  return [Uint8Array.from([...varint(field * 8 + 2), ...varint(sizeOf(chunks))]), ...chunks];
}

function varintField(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(field * 8), ...varint(value)]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

function sizeOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}
