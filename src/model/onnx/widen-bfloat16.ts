import { dirname, join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { readBytes } from "../../foundation/files/read-text.ts";
import { byteSize } from "../../foundation/number-text.ts";
import type { OnnxModel } from "./onnx-model.ts";
import type { OnnxNode } from "./onnx-node.ts";
import type { GraphSource } from "./onnx-runtime.ts";
import { FIELD, FORMS, type MessageName, TensorProtoDataType } from "./onnx-schema.ts";
import { type ExternalData, readExternalData, type TensorInfo } from "./onnx-tensor.ts";
import {
  delimitedField,
  fieldsOf,
  joinPieces,
  MAX_MESSAGE_BYTES,
  totalLength,
  varintField,
  varintsOf,
  type WireField,
} from "./wire.ts";

const { FLOAT, BFLOAT16 } = TensorProtoDataType;

/** Attributes that contain an element type: of Cast, of RandomNormal and similar operations, of QuantizeLinear. */
const TYPE_ATTRIBUTES = ["to", "dtype", "output_dtype"];

/**
 * Describes a graph after bfloat16 is widened: its inputs and outputs are float32; its weights keep their type for messages.
 * onnxruntime has no bfloat16 kernels for CPUs.
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

/**
 * The graph that a session opens: the one in memory if there is one, otherwise the file or, if it has bfloat16 values, a copy
 * with float32 instead.
 *
 * @throws InputError as {@link widenBfloat16}
 */
export async function runnableGraph({
  path,
  widens,
  source,
}: Pick<OnnxModel, "path" | "widens"> & { readonly source?: GraphSource | undefined }): Promise<GraphSource> {
  if (source !== undefined) return source;
  if (widens !== true) return { path };
  return { bytes: await widenBfloat16(path), folder: dirname(path), name: path };
}

/**
 * Converts every bfloat16 of a graph to float32: weights keep their exact values, and casts to bfloat16 no longer round. External
 * data is moved into the graph.
 *
 * @throws InputError if the result would exceed protobuf's limit, or the graph is damaged
 */
export async function widenBfloat16(path: string): Promise<Uint8Array> {
  const external = new Map<string, Uint8Array>();
  const bytes = await readBytes(path, MAX_MESSAGE_BYTES);
  let pieces: readonly Uint8Array[];
  try {
    for (const location of locationsOf(bytes, "ModelProto", new Set()))
      external.set(location, await readBytes(join(dirname(path), location), MAX_MESSAGE_BYTES));
    pieces = rewrite(bytes, "ModelProto", external);
  } catch (cause) {
    if (cause instanceof RangeError)
      throw new InputError(`${path}: its bfloat16 values cannot be converted to float32: ${(cause as Error).message}`, {
        cause,
      });
    throw cause;
  }
  const length = totalLength(pieces);
  if (length > MAX_MESSAGE_BYTES) {
    throw new InputError(
      `${path}: its bfloat16 weights must be converted to float32, for which onnxruntime has kernels, but then have ${byteSize(length)}, more than the limit of one graph; export it in float32, with weights in a side file`,
    );
  }
  return joinPieces(pieces);
}

/** A message in pieces; one without bfloat16 is a single unchanged piece. */
function rewrite(bytes: Uint8Array, kind: MessageName, external: ReadonlyMap<string, Uint8Array>): Uint8Array[] {
  if (kind === "TensorProto") return rewriteTensor(bytes, external);
  const pieces: Uint8Array[] = [];
  let isChanged = false;
  const typeField = elementTypeField(bytes, kind);
  for (const field of fieldsOf(bytes)) {
    const inner = messageOf(field, kind);
    const copy = inner === null ? [field.body] : rewrite(field.body, inner, external);
    const isWidened = field.number === typeField && field.wire === 0 && field.value === BFLOAT16;
    if (isWidened) pieces.push(varintField(field.number, FLOAT));
    else if (copy.length === 1 && copy[0] === field.body) pieces.push(field.raw);
    else pieces.push(...delimitedField(field.number, copy));
    isChanged ||= pieces.at(-1) !== field.raw;
  }
  return isChanged ? pieces : [bytes];
}

/** The type of message that a field contains, if the schema defines it. */
function messageOf({ number, wire }: WireField, kind: MessageName): MessageName | null {
  return wire === 2 ? (FORMS[kind][number]?.message ?? null) : null;
}

/** The field of a message that contains an element type, null if there is none. */
function elementTypeField(bytes: Uint8Array, kind: MessageName): number | null {
  if (kind === "TypeProtoTensor") return FIELD.TypeProtoTensor.elemType;
  return kind === "AttributeProto" && isTypeAttribute(bytes) ? FIELD.AttributeProto.i : null;
}

function isTypeAttribute(bytes: Uint8Array): boolean {
  return TYPE_ATTRIBUTES.includes(textOf(bytes, FIELD.AttributeProto.name));
}

/** A string field of a message; empty if it is missing. */
function textOf(bytes: Uint8Array, fieldNumber: number): string {
  let text = "";
  for (const { number, body } of fieldsOf(bytes)) if (number === fieldNumber) text = new TextDecoder().decode(body);
  return text;
}

/** A tensor with bfloat16 values as float32, and external values moved into it. */
function rewriteTensor(bytes: Uint8Array, external: ReadonlyMap<string, Uint8Array>): Uint8Array[] {
  const fields = [...fieldsOf(bytes)];
  const { dataType, int32Data, rawData, externalData, dataLocation } = FIELD.TensorProto;
  const type = fields.find(({ number }) => number === dataType)?.value ?? 0;
  const data = sideFileData(fields, external);
  if (type !== BFLOAT16 && data === null) return [bytes];
  const values = data ?? fields.find(({ number }) => number === rawData)?.body ?? int32Halves(fields);
  const replaced: readonly number[] = [dataType, int32Data, rawData, externalData, dataLocation];
  const kept = fields.filter(({ number }) => !replaced.includes(number)).map(({ raw }) => raw);
  return [
    ...kept,
    varintField(dataType, type === BFLOAT16 ? FLOAT : type),
    ...delimitedField(rawData, [type === BFLOAT16 ? toFloat32(values) : values]),
  ];
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

/** The values of `int32_data`, one number per value, packed or not, as two bytes each. */
function int32Halves(fields: readonly WireField[]): Uint8Array {
  const values: number[] = [];
  for (const { number, wire, value, body } of fields) {
    if (number !== FIELD.TensorProto.int32Data) continue;
    if (wire === 0) values.push(value);
    else for (const half of varintsOf(body)) values.push(half);
  }
  return Uint8Array.from(values.flatMap((value) => [value & 255, (value >> 8) & 255]));
}

/** A tensor's values if they are in a side file, otherwise null. */
function sideFileData(fields: readonly WireField[], files: ReadonlyMap<string, Uint8Array>): Uint8Array | null {
  const place = placeOf(fields);
  if (place === null) return null;
  const bytes = files.get(place.location) ?? new Uint8Array(0);
  const end = place.length === null ? bytes.length : place.offset + place.length;
  if (!(end <= bytes.length)) throw new RangeError(`${place.location} is truncated`);
  return bytes.subarray(place.offset, end);
}

function placeOf(fields: readonly WireField[]): ExternalData | null {
  const entries = fields.filter(({ number }) => number === FIELD.TensorProto.externalData);
  const { key, value } = FIELD.StringStringEntryProto;
  return readExternalData(entries.map(({ body }) => ({ key: textOf(body, key), value: textOf(body, value) })));
}

/** The side files that contain weights, including those of subgraphs and constants. */
function locationsOf(bytes: Uint8Array, kind: MessageName, found: Set<string>): Set<string> {
  if (kind === "TensorProto") {
    const place = placeOf([...fieldsOf(bytes)]);
    if (place !== null) found.add(place.location);
    return found;
  }
  for (const field of fieldsOf(bytes)) {
    const inner = messageOf(field, kind);
    if (inner !== null) locationsOf(field.body, inner, found);
  }
  return found;
}
