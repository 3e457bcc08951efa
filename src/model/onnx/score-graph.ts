import { PbfWriter } from "pbf";
import type { Matrix } from "../../foundation/math/matrix.ts";

const FLOAT = 1;
const INT32 = 6;
const INT64 = 7;

interface Attribute {
  readonly name: string;
  readonly value: number | readonly number[];
}

interface Initializer {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array;
}

interface Value {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly (number | string)[];
}

/** What the score graph multiplies, gathers and keeps. */
export interface ScoreGraph {
  /** (u, d), one row a product */
  readonly weights: Matrix;
  /** (c, g) row-major: the products of each class, whose maximum is its score; null when class i is product i */
  readonly members: Int32Array | null;
  readonly classes: number;
  readonly k: number;
}

/**
 * The bytes of an ONNX model that scores image features against classifier weights and keeps the best classes:
 * `features` (n, d) float32 → `values` (n, k) float32, `indices` (n, k) int32, best first, n of any size.
 *
 * Gemm makes each product once; classes that share a product gather the same number, so that their tie is exact; TopK
 * puts the lower class index first in a tie, as its specification demands.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto for the field numbers, docs/Operators.md for TopK's ties
 */
export function buildScoreGraph({ weights, members, classes, k }: ScoreGraph): Uint8Array {
  const graph = new PbfWriter();
  writeNode(graph, "Gemm", ["features", "weights"], ["products"], [{ name: "transB", value: 1 }]);
  let scores = "products";
  if (members !== null) {
    writeNode(graph, "Gather", ["products", "members"], ["member_scores"], [{ name: "axis", value: 1 }]);
    writeNode(
      graph,
      "ReduceMax",
      ["member_scores"],
      ["scores"],
      [
        { name: "axes", value: [2] },
        { name: "keepdims", value: 0 },
      ],
    );
    scores = "scores";
  }
  writeNode(graph, "TopK", [scores, "k"], ["values", "long_indices"], []);
  writeNode(graph, "Cast", ["long_indices"], ["indices"], [{ name: "to", value: INT32 }]);
  graph.writeStringField(2, "score");

  const { rows, columns, data } = weights;
  writeInitializer(graph, { name: "weights", type: FLOAT, dims: [rows, columns], data });
  if (members !== null) {
    const dims = [classes, members.length / classes];
    writeInitializer(graph, { name: "members", type: INT32, dims, data: members });
  }
  writeInitializer(graph, { name: "k", type: INT64, dims: [1], data: BigInt64Array.of(BigInt(k)) });
  writeValue(graph, 11, { name: "features", type: FLOAT, dims: ["n", columns] });
  writeValue(graph, 12, { name: "values", type: FLOAT, dims: ["n", k] });
  writeValue(graph, 12, { name: "indices", type: INT32, dims: ["n", k] });

  const model = new PbfWriter();
  model.writeVarintField(1, 8); // IR version
  model.writeStringField(2, "shiftline");
  model.writeBytesField(7, graph.finish());
  model.writeMessage(8, (version, opset) => opset.writeVarintField(2, version), 13); // opset of the default domain
  return model.finish();
}

function writeNode(
  graph: PbfWriter,
  type: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: readonly Attribute[],
): void {
  graph.writeMessage(
    1,
    (_, node) => {
      for (const name of inputs) node.writeStringField(1, name);
      for (const name of outputs) node.writeStringField(2, name);
      node.writeStringField(4, type);
      for (const attribute of attributes) node.writeMessage(5, writeAttribute, attribute);
    },
    null,
  );
}

function writeAttribute({ name, value }: Attribute, attribute: PbfWriter): void {
  attribute.writeStringField(1, name);
  if (typeof value === "number") {
    attribute.writeVarintField(3, value);
    attribute.writeVarintField(20, 2); // INT
  } else {
    for (const integer of value) attribute.writeVarintField(8, integer);
    attribute.writeVarintField(20, 7); // INTS
  }
}

function writeInitializer(graph: PbfWriter, initializer: Initializer): void {
  graph.writeMessage(
    5,
    ({ name, type, dims, data }, tensor) => {
      for (const size of dims) tensor.writeVarintField(1, size);
      tensor.writeVarintField(2, type);
      tensor.writeStringField(8, name);
      tensor.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    },
    initializer,
  );
}

function writeValue(graph: PbfWriter, field: number, { name, type, dims }: Value): void {
  const writeDimension = (size: number | string, dimension: PbfWriter) =>
    typeof size === "number" ? dimension.writeVarintField(1, size) : dimension.writeStringField(2, size);
  const writeShape = (_: null, shape: PbfWriter) => {
    for (const size of dims) shape.writeMessage(1, writeDimension, size);
  };
  const writeTensorType = (_: null, tensorType: PbfWriter) => {
    tensorType.writeVarintField(1, type);
    tensorType.writeMessage(2, writeShape, null);
  };
  graph.writeMessage(
    field,
    (_, value) => {
      value.writeStringField(1, name);
      value.writeMessage(2, (__, valueType) => valueType.writeMessage(1, writeTensorType, null), null);
    },
    null,
  );
}
