// generated from onnx.proto by npm run onnx-schema; do not edit

import type { PbfReader, PbfWriter } from "pbf";

/** A message to be written; absent fields are omitted. */
export type Draft<T> = T extends Uint8Array
  ? Uint8Array
  : T extends readonly (infer Item)[]
    ? readonly Draft<Item>[]
    : T extends object
      ? { readonly [Name in keyof T]?: Draft<T[Name]> | undefined }
      : T;

export interface AttributeProto {
  name: string;
  type: number;
  f: number;
  i: number;
  s: Uint8Array | undefined;
  t: TensorProto | undefined;
  g: GraphProto | undefined;
  floats: number[];
  ints: number[];
  strings: Uint8Array[];
  tensors: TensorProto[];
  graphs: GraphProto[];
  /** the field of the oneof that is set */
  value: "f" | "i" | "s" | "t" | "g" | undefined;
}

export interface ValueInfoProto {
  name: string;
  type: TypeProto | undefined;
}

export interface NodeProto {
  input: string[];
  output: string[];
  name: string;
  opType: string;
  domain: string;
  overload: string;
  attribute: AttributeProto[];
}

export interface ModelProto {
  irVersion: number;
  opsetImport: OperatorSetIdProto[];
  producerName: string;
  producerVersion: string;
  domain: string;
  modelVersion: number;
  docString: string;
  graph: GraphProto | undefined;
  metadataProps: StringStringEntryProto[];
  trainingInfo: Uint8Array[];
  functions: FunctionProto[];
  configuration: Uint8Array[];
}

export interface StringStringEntryProto {
  key: string;
  value: string;
}

export interface GraphProto {
  node: NodeProto[];
  name: string;
  initializer: TensorProto[];
  input: ValueInfoProto[];
  output: ValueInfoProto[];
  valueInfo: ValueInfoProto[];
}

export interface TensorProto {
  dims: number[];
  dataType: number;
  floatData: number[];
  int32Data: number[];
  name: string;
  rawData: Uint8Array | undefined;
  externalData: StringStringEntryProto[];
  dataLocation: number;
}

export interface TensorShapeProtoDimension {
  dimValue: number;
  dimParam: string;
  /** the field of the oneof that is set */
  value: "dimValue" | "dimParam" | undefined;
}

export interface TensorShapeProto {
  dim: TensorShapeProtoDimension[];
}

export interface TypeProtoTensor {
  elemType: number;
  shape: TensorShapeProto | undefined;
}

export interface TypeProtoSequence {
  elemType: TypeProto | undefined;
}

export interface TypeProtoOptional {
  elemType: TypeProto | undefined;
}

export interface TypeProto {
  tensorType: TypeProtoTensor | undefined;
  sequenceType: TypeProtoSequence | undefined;
  optionalType: TypeProtoOptional | undefined;
  /** the field of the oneof that is set */
  value: "tensorType" | "sequenceType" | "optionalType" | undefined;
}

export interface OperatorSetIdProto {
  domain: string;
  version: number;
}

export interface FunctionProto {
  name: string;
  input: string[];
  output: string[];
  attributeProto: AttributeProto[];
  node: NodeProto[];
  opsetImport: OperatorSetIdProto[];
  domain: string;
  overload: string;
  valueInfo: ValueInfoProto[];
}

/** The fields' numbers. */
export const FIELD = {
  AttributeProto: { name: 1, type: 20, f: 2, i: 3, s: 4, t: 5, g: 6, floats: 7, ints: 8, strings: 9, tensors: 10, graphs: 11 },
  ValueInfoProto: { name: 1, type: 2 },
  NodeProto: { input: 1, output: 2, name: 3, opType: 4, domain: 7, overload: 8, attribute: 5 },
  ModelProto: { irVersion: 1, opsetImport: 8, producerName: 2, producerVersion: 3, domain: 4, modelVersion: 5, docString: 6, graph: 7, metadataProps: 14, trainingInfo: 20, functions: 25, configuration: 26 },
  StringStringEntryProto: { key: 1, value: 2 },
  GraphProto: { node: 1, name: 2, initializer: 5, input: 11, output: 12, valueInfo: 13 },
  TensorProto: { dims: 1, dataType: 2, floatData: 4, int32Data: 5, name: 8, rawData: 9, externalData: 13, dataLocation: 14 },
  TensorShapeProtoDimension: { dimValue: 1, dimParam: 2 },
  TensorShapeProto: { dim: 1 },
  TypeProtoTensor: { elemType: 1, shape: 2 },
  TypeProtoSequence: { elemType: 1 },
  TypeProtoOptional: { elemType: 1 },
  TypeProto: { tensorType: 1, sequenceType: 4, optionalType: 9 },
  OperatorSetIdProto: { domain: 1, version: 2 },
  FunctionProto: { name: 1, input: 4, output: 5, attributeProto: 11, node: 7, opsetImport: 9, domain: 10, overload: 13, valueInfo: 12 },
} as const;

export type MessageName = keyof typeof FIELD;

/** Encoding of a field in a message. */
export interface FieldForm {
  /** protobuf's wire type: 0 varint, 2 length-delimited, 5 four bytes; packed repeated numbers have type 2 */
  readonly wire: 0 | 2 | 5;
  readonly repeated: boolean;
  /** the type of the nested message */
  readonly message: MessageName | null;
}

/** The fields' forms, by their numbers. */
export const FORMS: Readonly<Record<MessageName, Readonly<Record<number, FieldForm>>>> = {
  AttributeProto: {
    1: { wire: 2, repeated: false, message: null },
    20: { wire: 0, repeated: false, message: null },
    2: { wire: 5, repeated: false, message: null },
    3: { wire: 0, repeated: false, message: null },
    4: { wire: 2, repeated: false, message: null },
    5: { wire: 2, repeated: false, message: "TensorProto" },
    6: { wire: 2, repeated: false, message: "GraphProto" },
    7: { wire: 5, repeated: true, message: null },
    8: { wire: 0, repeated: true, message: null },
    9: { wire: 2, repeated: true, message: null },
    10: { wire: 2, repeated: true, message: "TensorProto" },
    11: { wire: 2, repeated: true, message: "GraphProto" },
  },
  ValueInfoProto: {
    1: { wire: 2, repeated: false, message: null },
    2: { wire: 2, repeated: false, message: "TypeProto" },
  },
  NodeProto: {
    1: { wire: 2, repeated: true, message: null },
    2: { wire: 2, repeated: true, message: null },
    3: { wire: 2, repeated: false, message: null },
    4: { wire: 2, repeated: false, message: null },
    7: { wire: 2, repeated: false, message: null },
    8: { wire: 2, repeated: false, message: null },
    5: { wire: 2, repeated: true, message: "AttributeProto" },
  },
  ModelProto: {
    1: { wire: 0, repeated: false, message: null },
    8: { wire: 2, repeated: true, message: "OperatorSetIdProto" },
    2: { wire: 2, repeated: false, message: null },
    3: { wire: 2, repeated: false, message: null },
    4: { wire: 2, repeated: false, message: null },
    5: { wire: 0, repeated: false, message: null },
    6: { wire: 2, repeated: false, message: null },
    7: { wire: 2, repeated: false, message: "GraphProto" },
    14: { wire: 2, repeated: true, message: "StringStringEntryProto" },
    20: { wire: 2, repeated: true, message: null },
    25: { wire: 2, repeated: true, message: "FunctionProto" },
    26: { wire: 2, repeated: true, message: null },
  },
  StringStringEntryProto: {
    1: { wire: 2, repeated: false, message: null },
    2: { wire: 2, repeated: false, message: null },
  },
  GraphProto: {
    1: { wire: 2, repeated: true, message: "NodeProto" },
    2: { wire: 2, repeated: false, message: null },
    5: { wire: 2, repeated: true, message: "TensorProto" },
    11: { wire: 2, repeated: true, message: "ValueInfoProto" },
    12: { wire: 2, repeated: true, message: "ValueInfoProto" },
    13: { wire: 2, repeated: true, message: "ValueInfoProto" },
  },
  TensorProto: {
    1: { wire: 0, repeated: true, message: null },
    2: { wire: 0, repeated: false, message: null },
    4: { wire: 5, repeated: true, message: null },
    5: { wire: 0, repeated: true, message: null },
    8: { wire: 2, repeated: false, message: null },
    9: { wire: 2, repeated: false, message: null },
    13: { wire: 2, repeated: true, message: "StringStringEntryProto" },
    14: { wire: 0, repeated: false, message: null },
  },
  TensorShapeProtoDimension: {
    1: { wire: 0, repeated: false, message: null },
    2: { wire: 2, repeated: false, message: null },
  },
  TensorShapeProto: {
    1: { wire: 2, repeated: true, message: "TensorShapeProtoDimension" },
  },
  TypeProtoTensor: {
    1: { wire: 0, repeated: false, message: null },
    2: { wire: 2, repeated: false, message: "TensorShapeProto" },
  },
  TypeProtoSequence: {
    1: { wire: 2, repeated: false, message: "TypeProto" },
  },
  TypeProtoOptional: {
    1: { wire: 2, repeated: false, message: "TypeProto" },
  },
  TypeProto: {
    1: { wire: 2, repeated: false, message: "TypeProtoTensor" },
    4: { wire: 2, repeated: false, message: "TypeProtoSequence" },
    9: { wire: 2, repeated: false, message: "TypeProtoOptional" },
  },
  OperatorSetIdProto: {
    1: { wire: 2, repeated: false, message: null },
    2: { wire: 0, repeated: false, message: null },
  },
  FunctionProto: {
    1: { wire: 2, repeated: false, message: null },
    4: { wire: 2, repeated: true, message: null },
    5: { wire: 2, repeated: true, message: null },
    11: { wire: 2, repeated: true, message: "AttributeProto" },
    7: { wire: 2, repeated: true, message: "NodeProto" },
    9: { wire: 2, repeated: true, message: "OperatorSetIdProto" },
    10: { wire: 2, repeated: false, message: null },
    13: { wire: 2, repeated: false, message: null },
    12: { wire: 2, repeated: true, message: "ValueInfoProto" },
  },
};

// code generated by pbf v5.1.2

export function readAttributeProto(pbf: PbfReader, end?: number): AttributeProto {
    const obj: AttributeProto = {name: "", type: 0, f: 0, value: undefined, i: 0, s: undefined, t: undefined, g: undefined, floats: [], ints: [], strings: [], tensors: [], graphs: []};
    let field: number;
    while ((field = pbf.nextField(end))) {
        if (field === 1) obj.name = pbf.readString();
        else if (field === 20) obj.type = pbf.readVarint();
        else if (field === 2) { obj.f = pbf.readFloat(); obj.value = "f"; }
        else if (field === 3) { obj.i = pbf.readVarint(true); obj.value = "i"; }
        else if (field === 4) { obj.s = pbf.readBytes(); obj.value = "s"; }
        else if (field === 5) { obj.t = readTensorProto(pbf, pbf.readVarint() + pbf.pos); obj.value = "t"; }
        else if (field === 6) { obj.g = readGraphProto(pbf, pbf.readVarint() + pbf.pos); obj.value = "g"; }
        else if (field === 7) pbf.readPackedFloat(obj.floats);
        else if (field === 8) pbf.readPackedVarint(obj.ints, true);
        else if (field === 9) obj.strings.push(pbf.readBytes());
        else if (field === 10) obj.tensors.push(readTensorProto(pbf, pbf.readVarint() + pbf.pos));
        else if (field === 11) obj.graphs.push(readGraphProto(pbf, pbf.readVarint() + pbf.pos));
    }
    return obj;
}
export function writeAttributeProto(obj: Draft<AttributeProto>, pbf: PbfWriter): void {
    if (obj.name) pbf.writeStringField(1, obj.name);
    if (obj.type) pbf.writeVarintField(20, obj.type);
    if (obj.f != null) pbf.writeFloatField(2, obj.f);
    if (obj.i != null) pbf.writeVarintField(3, obj.i);
    if (obj.s != null) pbf.writeBytesField(4, obj.s);
    if (obj.t) pbf.writeMessage(5, writeTensorProto, obj.t);
    if (obj.g) pbf.writeMessage(6, writeGraphProto, obj.g);
    if (obj.floats) pbf.writePackedFloat(7, obj.floats as number[]);
    if (obj.ints) pbf.writePackedVarint(8, obj.ints as number[]);
    if (obj.strings) for (const item of obj.strings) pbf.writeBytesField(9, item);
    if (obj.tensors) for (const item of obj.tensors) pbf.writeMessage(10, writeTensorProto, item);
    if (obj.graphs) for (const item of obj.graphs) pbf.writeMessage(11, writeGraphProto, item);
}

export const AttributeProtoAttributeType = {
    "UNDEFINED": 0,
    "FLOAT": 1,
    "INT": 2,
    "STRING": 3,
    "TENSOR": 4,
    "GRAPH": 5,
    "FLOATS": 6,
    "INTS": 7,
    "STRINGS": 8,
    "TENSORS": 9,
    "GRAPHS": 10
} as const;

export function readValueInfoProto(pbf: PbfReader, end?: number): ValueInfoProto {
    const obj: ValueInfoProto = {name: "", type: undefined};
    let field: number;
    while ((field = pbf.nextField(end))) {
        if (field === 1) obj.name = pbf.readString();
        else if (field === 2) obj.type = readTypeProto(pbf, pbf.readVarint() + pbf.pos);
    }
    return obj;
}
export function writeValueInfoProto(obj: Draft<ValueInfoProto>, pbf: PbfWriter): void {
    if (obj.name) pbf.writeStringField(1, obj.name);
    if (obj.type) pbf.writeMessage(2, writeTypeProto, obj.type);
}

export function readNodeProto(pbf: PbfReader, end?: number): NodeProto {
    const obj: NodeProto = {input: [], output: [], name: "", opType: "", domain: "", overload: "", attribute: []};
    let field: number;
    while ((field = pbf.nextField(end))) {
        if (field === 1) obj.input.push(pbf.readString());
        else if (field === 2) obj.output.push(pbf.readString());
        else if (field === 3) obj.name = pbf.readString();
        else if (field === 4) obj.opType = pbf.readString();
        else if (field === 7) obj.domain = pbf.readString();
        else if (field === 8) obj.overload = pbf.readString();
        else if (field === 5) obj.attribute.push(readAttributeProto(pbf, pbf.readVarint() + pbf.pos));
    }
    return obj;
}
export function writeNodeProto(obj: Draft<NodeProto>, pbf: PbfWriter): void {
    if (obj.input) for (const item of obj.input) pbf.writeStringField(1, item);
    if (obj.output) for (const item of obj.output) pbf.writeStringField(2, item);
    if (obj.name) pbf.writeStringField(3, obj.name);
    if (obj.opType) pbf.writeStringField(4, obj.opType);
    if (obj.domain) pbf.writeStringField(7, obj.domain);
    if (obj.overload) pbf.writeStringField(8, obj.overload);
    if (obj.attribute) for (const item of obj.attribute) pbf.writeMessage(5, writeAttributeProto, item);
}

export function readModelProto(pbf: PbfReader, end?: number): ModelProto {
    const obj: ModelProto = {irVersion: 0, opsetImport: [], producerName: "", producerVersion: "", domain: "", modelVersion: 0, docString: "", graph: undefined, metadataProps: [], trainingInfo: [], functions: [], configuration: []};
    let field: number;
    while ((field = pbf.nextField(end))) {
        if (field === 1) obj.irVersion = pbf.readVarint(true);
        else if (field === 8) obj.opsetImport.push(readOperatorSetIdProto(pbf, pbf.readVarint() + pbf.pos));
        else if (field === 2) obj.producerName = pbf.readString();
        else if (field === 3) obj.producerVersion = pbf.readString();
        else if (field === 4) obj.domain = pbf.readString();
        else if (field === 5) obj.modelVersion = pbf.readVarint(true);
        else if (field === 6) obj.docString = pbf.readString();
        else if (field === 7) obj.graph = readGraphProto(pbf, pbf.readVarint() + pbf.pos);
        else if (field === 14) obj.metadataProps.push(readStringStringEntryProto(pbf, pbf.readVarint() + pbf.pos));
        else if (field === 20) obj.trainingInfo.push(pbf.readBytes());
        else if (field === 25) obj.functions.push(readFunctionProto(pbf, pbf.readVarint() + pbf.pos));
        else if (field === 26) obj.configuration.push(pbf.readBytes());
    }
    return obj;
}
export function writeModelProto(obj: Draft<ModelProto>, pbf: PbfWriter): void {
    if (obj.irVersion) pbf.writeVarintField(1, obj.irVersion);
    if (obj.opsetImport) for (const item of obj.opsetImport) pbf.writeMessage(8, writeOperatorSetIdProto, item);
    if (obj.producerName) pbf.writeStringField(2, obj.producerName);
    if (obj.producerVersion) pbf.writeStringField(3, obj.producerVersion);
    if (obj.domain) pbf.writeStringField(4, obj.domain);
    if (obj.modelVersion) pbf.writeVarintField(5, obj.modelVersion);
    if (obj.docString) pbf.writeStringField(6, obj.docString);
    if (obj.graph) pbf.writeMessage(7, writeGraphProto, obj.graph);
    if (obj.metadataProps) for (const item of obj.metadataProps) pbf.writeMessage(14, writeStringStringEntryProto, item);
    if (obj.trainingInfo) for (const item of obj.trainingInfo) pbf.writeBytesField(20, item);
    if (obj.functions) for (const item of obj.functions) pbf.writeMessage(25, writeFunctionProto, item);
    if (obj.configuration) for (const item of obj.configuration) pbf.writeBytesField(26, item);
}

export function readStringStringEntryProto(pbf: PbfReader, end?: number): StringStringEntryProto {
    const obj: StringStringEntryProto = {key: "", value: ""};
    let field: number;
    while ((field = pbf.nextField(end))) {
        if (field === 1) obj.key = pbf.readString();
        else if (field === 2) obj.value = pbf.readString();
    }
    return obj;
}
export function writeStringStringEntryProto(obj: Draft<StringStringEntryProto>, pbf: PbfWriter): void {
    if (obj.key) pbf.writeStringField(1, obj.key);
    if (obj.value) pbf.writeStringField(2, obj.value);
}

export function readGraphProto(pbf: PbfReader, end?: number): GraphProto {
    const obj: GraphProto = {node: [], name: "", initializer: [], input: [], output: [], valueInfo: []};
    let field: number;
    while ((field = pbf.nextField(end))) {
        if (field === 1) obj.node.push(readNodeProto(pbf, pbf.readVarint() + pbf.pos));
        else if (field === 2) obj.name = pbf.readString();
        else if (field === 5) obj.initializer.push(readTensorProto(pbf, pbf.readVarint() + pbf.pos));
        else if (field === 11) obj.input.push(readValueInfoProto(pbf, pbf.readVarint() + pbf.pos));
        else if (field === 12) obj.output.push(readValueInfoProto(pbf, pbf.readVarint() + pbf.pos));
        else if (field === 13) obj.valueInfo.push(readValueInfoProto(pbf, pbf.readVarint() + pbf.pos));
    }
    return obj;
}
export function writeGraphProto(obj: Draft<GraphProto>, pbf: PbfWriter): void {
    if (obj.node) for (const item of obj.node) pbf.writeMessage(1, writeNodeProto, item);
    if (obj.name) pbf.writeStringField(2, obj.name);
    if (obj.initializer) for (const item of obj.initializer) pbf.writeMessage(5, writeTensorProto, item);
    if (obj.input) for (const item of obj.input) pbf.writeMessage(11, writeValueInfoProto, item);
    if (obj.output) for (const item of obj.output) pbf.writeMessage(12, writeValueInfoProto, item);
    if (obj.valueInfo) for (const item of obj.valueInfo) pbf.writeMessage(13, writeValueInfoProto, item);
}

export function readTensorProto(pbf: PbfReader, end?: number): TensorProto {
    const obj: TensorProto = {dims: [], dataType: 0, floatData: [], int32Data: [], name: "", rawData: undefined, externalData: [], dataLocation: 0};
    let field: number;
    while ((field = pbf.nextField(end))) {
        if (field === 1) pbf.readPackedVarint(obj.dims, true);
        else if (field === 2) obj.dataType = pbf.readVarint(true);
        else if (field === 4) pbf.readPackedFloat(obj.floatData);
        else if (field === 5) pbf.readPackedVarint(obj.int32Data, true);
        else if (field === 8) obj.name = pbf.readString();
        else if (field === 9) obj.rawData = pbf.readBytes();
        else if (field === 13) obj.externalData.push(readStringStringEntryProto(pbf, pbf.readVarint() + pbf.pos));
        else if (field === 14) obj.dataLocation = pbf.readVarint();
    }
    return obj;
}
export function writeTensorProto(obj: Draft<TensorProto>, pbf: PbfWriter): void {
    if (obj.dims) pbf.writePackedVarint(1, obj.dims as number[]);
    if (obj.dataType) pbf.writeVarintField(2, obj.dataType);
    if (obj.floatData) pbf.writePackedFloat(4, obj.floatData as number[]);
    if (obj.int32Data) pbf.writePackedVarint(5, obj.int32Data as number[]);
    if (obj.name) pbf.writeStringField(8, obj.name);
    if (obj.rawData != null) pbf.writeBytesField(9, obj.rawData);
    if (obj.externalData) for (const item of obj.externalData) pbf.writeMessage(13, writeStringStringEntryProto, item);
    if (obj.dataLocation) pbf.writeVarintField(14, obj.dataLocation);
}

export const TensorProtoDataType = {
    "UNDEFINED": 0,
    "FLOAT": 1,
    "UINT8": 2,
    "INT8": 3,
    "UINT16": 4,
    "INT16": 5,
    "INT32": 6,
    "INT64": 7,
    "STRING": 8,
    "BOOL": 9,
    "FLOAT16": 10,
    "DOUBLE": 11,
    "UINT32": 12,
    "UINT64": 13,
    "COMPLEX64": 14,
    "COMPLEX128": 15,
    "BFLOAT16": 16,
    "FLOAT8E4M3FN": 17,
    "FLOAT8E4M3FNUZ": 18,
    "FLOAT8E5M2": 19,
    "FLOAT8E5M2FNUZ": 20,
    "UINT4": 21,
    "INT4": 22,
    "FLOAT4E2M1": 23,
    "FLOAT8E8M0": 24,
    "UINT2": 25,
    "INT2": 26,
    "FLOAT6E2M3": 27,
    "FLOAT6E3M2": 28
} as const;

export const TensorProtoDataLocation = {
    "DEFAULT": 0,
    "EXTERNAL": 1
} as const;

export function readTensorShapeProto(pbf: PbfReader, end?: number): TensorShapeProto {
    const obj: TensorShapeProto = {dim: []};
    let field: number;
    while ((field = pbf.nextField(end))) {
        if (field === 1) obj.dim.push(readTensorShapeProtoDimension(pbf, pbf.readVarint() + pbf.pos));
    }
    return obj;
}
export function writeTensorShapeProto(obj: Draft<TensorShapeProto>, pbf: PbfWriter): void {
    if (obj.dim) for (const item of obj.dim) pbf.writeMessage(1, writeTensorShapeProtoDimension, item);
}

export function readTensorShapeProtoDimension(pbf: PbfReader, end?: number): TensorShapeProtoDimension {
    const obj: TensorShapeProtoDimension = {dimValue: 0, value: undefined, dimParam: ""};
    let field: number;
    while ((field = pbf.nextField(end))) {
        if (field === 1) { obj.dimValue = pbf.readVarint(true); obj.value = "dimValue"; }
        else if (field === 2) { obj.dimParam = pbf.readString(); obj.value = "dimParam"; }
    }
    return obj;
}
export function writeTensorShapeProtoDimension(obj: Draft<TensorShapeProtoDimension>, pbf: PbfWriter): void {
    if (obj.dimValue != null) pbf.writeVarintField(1, obj.dimValue);
    if (obj.dimParam != null) pbf.writeStringField(2, obj.dimParam);
}

export function readTypeProto(pbf: PbfReader, end?: number): TypeProto {
    const obj: TypeProto = {tensorType: undefined, value: undefined, sequenceType: undefined, optionalType: undefined};
    let field: number;
    while ((field = pbf.nextField(end))) {
        if (field === 1) { obj.tensorType = readTypeProtoTensor(pbf, pbf.readVarint() + pbf.pos); obj.value = "tensorType"; }
        else if (field === 4) { obj.sequenceType = readTypeProtoSequence(pbf, pbf.readVarint() + pbf.pos); obj.value = "sequenceType"; }
        else if (field === 9) { obj.optionalType = readTypeProtoOptional(pbf, pbf.readVarint() + pbf.pos); obj.value = "optionalType"; }
    }
    return obj;
}
export function writeTypeProto(obj: Draft<TypeProto>, pbf: PbfWriter): void {
    if (obj.tensorType) pbf.writeMessage(1, writeTypeProtoTensor, obj.tensorType);
    if (obj.sequenceType) pbf.writeMessage(4, writeTypeProtoSequence, obj.sequenceType);
    if (obj.optionalType) pbf.writeMessage(9, writeTypeProtoOptional, obj.optionalType);
}

export function readTypeProtoTensor(pbf: PbfReader, end?: number): TypeProtoTensor {
    const obj: TypeProtoTensor = {elemType: 0, shape: undefined};
    let field: number;
    while ((field = pbf.nextField(end))) {
        if (field === 1) obj.elemType = pbf.readVarint(true);
        else if (field === 2) obj.shape = readTensorShapeProto(pbf, pbf.readVarint() + pbf.pos);
    }
    return obj;
}
export function writeTypeProtoTensor(obj: Draft<TypeProtoTensor>, pbf: PbfWriter): void {
    if (obj.elemType) pbf.writeVarintField(1, obj.elemType);
    if (obj.shape) pbf.writeMessage(2, writeTensorShapeProto, obj.shape);
}

export function readTypeProtoSequence(pbf: PbfReader, end?: number): TypeProtoSequence {
    const obj: TypeProtoSequence = {elemType: undefined};
    let field: number;
    while ((field = pbf.nextField(end))) {
        if (field === 1) obj.elemType = readTypeProto(pbf, pbf.readVarint() + pbf.pos);
    }
    return obj;
}
export function writeTypeProtoSequence(obj: Draft<TypeProtoSequence>, pbf: PbfWriter): void {
    if (obj.elemType) pbf.writeMessage(1, writeTypeProto, obj.elemType);
}

export function readTypeProtoOptional(pbf: PbfReader, end?: number): TypeProtoOptional {
    const obj: TypeProtoOptional = {elemType: undefined};
    let field: number;
    while ((field = pbf.nextField(end))) {
        if (field === 1) obj.elemType = readTypeProto(pbf, pbf.readVarint() + pbf.pos);
    }
    return obj;
}
export function writeTypeProtoOptional(obj: Draft<TypeProtoOptional>, pbf: PbfWriter): void {
    if (obj.elemType) pbf.writeMessage(1, writeTypeProto, obj.elemType);
}

export function readOperatorSetIdProto(pbf: PbfReader, end?: number): OperatorSetIdProto {
    const obj: OperatorSetIdProto = {domain: "", version: 0};
    let field: number;
    while ((field = pbf.nextField(end))) {
        if (field === 1) obj.domain = pbf.readString();
        else if (field === 2) obj.version = pbf.readVarint(true);
    }
    return obj;
}
export function writeOperatorSetIdProto(obj: Draft<OperatorSetIdProto>, pbf: PbfWriter): void {
    if (obj.domain) pbf.writeStringField(1, obj.domain);
    if (obj.version) pbf.writeVarintField(2, obj.version);
}

export function readFunctionProto(pbf: PbfReader, end?: number): FunctionProto {
    const obj: FunctionProto = {name: "", input: [], output: [], attributeProto: [], node: [], opsetImport: [], domain: "", overload: "", valueInfo: []};
    let field: number;
    while ((field = pbf.nextField(end))) {
        if (field === 1) obj.name = pbf.readString();
        else if (field === 4) obj.input.push(pbf.readString());
        else if (field === 5) obj.output.push(pbf.readString());
        else if (field === 11) obj.attributeProto.push(readAttributeProto(pbf, pbf.readVarint() + pbf.pos));
        else if (field === 7) obj.node.push(readNodeProto(pbf, pbf.readVarint() + pbf.pos));
        else if (field === 9) obj.opsetImport.push(readOperatorSetIdProto(pbf, pbf.readVarint() + pbf.pos));
        else if (field === 10) obj.domain = pbf.readString();
        else if (field === 13) obj.overload = pbf.readString();
        else if (field === 12) obj.valueInfo.push(readValueInfoProto(pbf, pbf.readVarint() + pbf.pos));
    }
    return obj;
}
export function writeFunctionProto(obj: Draft<FunctionProto>, pbf: PbfWriter): void {
    if (obj.name) pbf.writeStringField(1, obj.name);
    if (obj.input) for (const item of obj.input) pbf.writeStringField(4, item);
    if (obj.output) for (const item of obj.output) pbf.writeStringField(5, item);
    if (obj.attributeProto) for (const item of obj.attributeProto) pbf.writeMessage(11, writeAttributeProto, item);
    if (obj.node) for (const item of obj.node) pbf.writeMessage(7, writeNodeProto, item);
    if (obj.opsetImport) for (const item of obj.opsetImport) pbf.writeMessage(9, writeOperatorSetIdProto, item);
    if (obj.domain) pbf.writeStringField(10, obj.domain);
    if (obj.overload) pbf.writeStringField(13, obj.overload);
    if (obj.valueInfo) for (const item of obj.valueInfo) pbf.writeMessage(12, writeValueInfoProto, item);
}
