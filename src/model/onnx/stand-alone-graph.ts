import { join, posix } from "node:path";
import { FIELD, TensorProtoDataLocation, TensorProtoDataType } from "./onnx-schema.ts";
import { readExternalData } from "./onnx-tensor.ts";
import {
  delimitedField,
  delimitedHead,
  fieldsOf,
  joinPieces,
  totalLength,
  varintField,
  type WireField,
} from "./wire.ts";

const { FLOAT, DOUBLE, BFLOAT16 } = TensorProtoDataType;

/** Element types that few runtimes support, and that are converted to float32 when copied. */
export type WidenedType = "bfloat16" | "float64";

/** Values in another file. */
export interface FileRange {
  /** absolute path */
  readonly file: string;
  readonly offset: number;
  /** size in bytes */
  readonly length: number;
  /** element type of values that are converted to float32; null for values that are copied unchanged */
  readonly widens: WidenedType | null;
}

/** A file to be written, in order. */
export interface FilePlan {
  readonly name: string;
  readonly bytes: number;
  readonly pieces: readonly (Uint8Array | FileRange)[];
}

/** The files of a self-contained graph. */
export interface StandAloneGraph {
  /** the ONNX file */
  readonly graph: FilePlan;
  /** the file of its weights, if they exceed the size limit of the ONNX file */
  readonly data: FilePlan | null;
}

export interface StandAloneOptions {
  /** path of the ONNX file, with "/" as separator */
  readonly name: string;
  /** name of the side file in the same folder for weights that do not fit into the ONNX file */
  readonly dataName: string;
  /** new names of inputs and outputs: old → new */
  readonly rename: ReadonlyMap<string, string>;
  /** metadata properties of the ONNX file */
  readonly metadata?: ReadonlyMap<string, string>;
  /** maximum size in bytes of weights inside the ONNX file; protobuf limits a message to 2 GiB */
  readonly maxInlineBytes?: number;
}

/** Leaves room for the graph below protobuf's limit of 2 GiB. */
const MAX_INLINE = 1.9e9;
/** Tensors in a side file are page-aligned, so that runtimes can memory-map them (onnx.proto3, TensorProto.external_data). */
const PAGE = 4096;

/**
 * Plans the self-contained files of a graph whose weights are in other files. No weight is read: the pieces contain the location
 * of each.
 *
 * @param bytes  the ONNX file; only its initializers have external data
 * @param folder base folder of the locations of its external data
 */
export function standAloneGraph(
  { bytes, folder }: { readonly bytes: Uint8Array; readonly folder: string },
  { name, dataName, rename, metadata = new Map(), maxInlineBytes = MAX_INLINE }: StandAloneOptions,
): StandAloneGraph {
  const isGraph = ({ number }: WireField) => number === FIELD.ModelProto.graph;
  const fields = [...fieldsOf(bytes)];
  const graph = [...fieldsOf(fields.find(isGraph)?.body ?? new Uint8Array())];
  const isWeight = ({ number }: WireField) => number === FIELD.GraphProto.initializer;
  const weights = graph.filter(isWeight).map(({ body }) => parseWeight(body, folder));
  const body = graph.filter((field) => !isWeight(field)).map((field) => renameIn(field, rename));
  const head = fields.filter((field) => !isGraph(field)).map(({ raw }) => raw);

  const inside = weights.reduce((sum, weight) => sum + sizeOf(weight.values), totalLength(body));
  const data: (Uint8Array | FileRange)[] = [];
  let at = 0;
  const initializers = weights.flatMap((weight): (Uint8Array | FileRange)[] => {
    const { values } = weight;
    if (inside <= maxInlineBytes || values instanceof Uint8Array) return insideGraph(weight);
    const gap = (PAGE - (at % PAGE)) % PAGE;
    const place = { location: posix.basename(dataName), offset: at + gap, length: sizeOf(values) };
    data.push(new Uint8Array(gap), values);
    at = place.offset + place.length;
    return besideGraph(weight, place);
  });
  const content = [...body, ...initializers];
  const properties = entriesField(FIELD.ModelProto.metadataProps, [...metadata]);
  const onnx = [...head, ...properties, delimitedHead(FIELD.ModelProto.graph, lengthOf(content)), ...content];
  return {
    graph: { name, bytes: lengthOf(onnx), pieces: onnx },
    data: data.length === 0 ? null : { name: dataName, bytes: at, pieces: data },
  };
}

/** An initializer: its kept fields and its values. */
interface Weight {
  /** its name and dimensions */
  readonly kept: readonly Uint8Array[];
  /** TensorProto.DataType, after widening */
  readonly type: number;
  /** their location; for an initializer with inline values, the fields that contain them */
  readonly values: FileRange | Uint8Array;
}

function parseWeight(bytes: Uint8Array, folder: string): Weight {
  const { dims, name, dataType, externalData, dataLocation } = FIELD.TensorProto;
  const fields = [...fieldsOf(bytes)];
  const type = fields.find(({ number }) => number === dataType)?.value ?? 0;
  const of = (...numbers: number[]) => fields.filter(({ number }) => numbers.includes(number));
  const kept = of(dims, name).map(({ raw }) => raw);
  const entries = of(externalData).map(({ body }) => parseEntry(body));
  const place = readExternalData(entries);
  if (place === null) {
    const written: readonly number[] = [dims, name, dataType, dataLocation];
    const rest = fields.filter(({ number }) => !written.includes(number));
    return { kept, type, values: joinPieces(rest.map(({ raw }) => raw)) };
  }
  const { location, offset, length } = place;
  if (length === null) throw new RangeError(`the external data of ${location} has no length`);
  const widens = type === BFLOAT16 ? "bfloat16" : type === DOUBLE ? "float64" : null;
  const values: FileRange = { file: join(folder, location), offset, length, widens };
  return { kept, type: widens === null ? type : FLOAT, values };
}

function parseEntry(bytes: Uint8Array): { key: string; value: string } {
  const { key, value } = FIELD.StringStringEntryProto;
  const texts = new Map([...fieldsOf(bytes)].map(({ number, body }) => [number, new TextDecoder().decode(body)]));
  return { key: texts.get(key) ?? "", value: texts.get(value) ?? "" };
}

/** The initializer with inline values. */
function insideGraph({ kept, type, values }: Weight): (Uint8Array | FileRange)[] {
  const { dataType, rawData } = FIELD.TensorProto;
  const before = [...kept, varintField(dataType, type)];
  const held = values instanceof Uint8Array ? [values] : [delimitedHead(rawData, sizeOf(values)), values];
  const pieces = [...before, ...held];
  return [delimitedHead(FIELD.GraphProto.initializer, lengthOf(pieces)), ...pieces];
}

/** The initializer with its values in a side file. */
function besideGraph(
  { kept, type }: Weight,
  place: { readonly location: string; readonly offset: number; readonly length: number },
): Uint8Array[] {
  const { dataType, externalData, dataLocation } = FIELD.TensorProto;
  const entries = Object.entries(place).map(([name, content]): [string, string] => [name, String(content)]);
  return delimitedField(FIELD.GraphProto.initializer, [
    ...kept,
    varintField(dataType, type),
    ...entriesField(externalData, entries),
    varintField(dataLocation, TensorProtoDataLocation.EXTERNAL),
  ]);
}

/** A repeated field of key-value pairs. */
function entriesField(field: number, entries: readonly (readonly [string, string])[]): Uint8Array[] {
  const { key, value } = FIELD.StringStringEntryProto;
  const text = (number: number, content: string) => delimitedField(number, [new TextEncoder().encode(content)]);
  return entries.flatMap(([name, content]) => delimitedField(field, [...text(key, name), ...text(value, content)]));
}

/** A node, input or output of the graph with the new names. */
function renameIn({ number, body, raw }: WireField, rename: ReadonlyMap<string, string>): Uint8Array {
  const { node, input, output } = FIELD.GraphProto;
  const names: readonly number[] =
    number === node
      ? [FIELD.NodeProto.input, FIELD.NodeProto.output]
      : number === input || number === output
        ? [FIELD.ValueInfoProto.name]
        : [];
  if (names.length === 0) return raw;
  let isChanged = false;
  const pieces = [...fieldsOf(body)].flatMap((field) => {
    const name = names.includes(field.number) ? rename.get(new TextDecoder().decode(field.body)) : undefined;
    if (name === undefined) return [field.raw];
    isChanged = true;
    return delimitedField(field.number, [new TextEncoder().encode(name)]);
  });
  return isChanged ? joinPieces(delimitedField(number, pieces)) : raw;
}

/** Size of values in bytes when they are written. */
function sizeOf(values: FileRange | Uint8Array): number {
  if (values instanceof Uint8Array) return values.length;
  const { length, widens } = values;
  return widens === null ? length : widens === "bfloat16" ? length * 2 : length / 2;
}

function lengthOf(pieces: readonly (Uint8Array | FileRange)[]): number {
  return pieces.reduce((sum, piece) => sum + sizeOf(piece), 0);
}
