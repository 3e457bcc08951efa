import type { Matrix } from "../../foundation/math/matrix.ts";
import { elementCode } from "./element-type.ts";
import { encodeModel, type NodeSpec, type TensorSpec } from "./encode-model.ts";

/** Parameters of the score graph. */
export interface ScoreGraph {
  /** (u, d), one row per product */
  readonly weights: Matrix;
  /** (c, g) row-major: the products of each class, whose maximum is its score; null if class i is product i */
  readonly members: Int32Array | null;
  readonly classes: number;
  readonly k: number;
}

/**
 * Builds an ONNX model that scores image features against classifier weights and keeps the best classes: `features` (n, d)
 * float32 → `values` (n, k) float32, `indices` (n, k) int32, best first, n of any size.
 *
 * Gemm computes each product once; classes that share a product gather the same number, so that their tie is exact; TopK puts the
 * lower class index first in a tie, as its specification requires.
 *
 * @see https://github.com/onnx/onnx/blob/v1.23.1/docs/Operators.md#TopK for its ties
 */
export function buildScoreGraph({ weights, members, classes, k }: ScoreGraph): Uint8Array {
  const { rows, columns, data } = weights;
  const scores = members === null ? "products" : "scores";
  return encodeModel({
    producer: { name: "shiftline", version: "" },
    opsets: { "": 13 },
    inputs: [{ name: "features", type: "float32", shape: ["n", columns] }],
    outputs: [
      { name: "values", type: "float32", shape: ["n", k] },
      { name: "indices", type: "int32", shape: ["n", k] },
    ],
    nodes: [
      { op: "Gemm", inputs: ["features", "weights"], outputs: ["products"], attributes: { transB: 1 } },
      ...(members === null ? [] : BEST_MEMBER),
      { op: "TopK", inputs: [scores, "k"], outputs: ["values", "long_indices"] },
      { op: "Cast", inputs: ["long_indices"], outputs: ["indices"], attributes: { to: elementCode("int32") } },
    ],
    tensors: [
      { name: "weights", type: "float32", dims: [rows, columns], values: data },
      ...(members === null ? [] : [memberTensor(members, classes)]),
      { name: "k", type: "int64", dims: [1], values: [k] },
    ],
  });
}

/** products (n, u) → scores (n, c) */
const BEST_MEMBER: readonly NodeSpec[] = [
  { op: "Gather", inputs: ["products", "members"], outputs: ["member_scores"], attributes: { axis: 1 } },
  { op: "ReduceMax", inputs: ["member_scores"], outputs: ["scores"], attributes: { axes: [2], keepdims: 0 } },
];

function memberTensor(members: Int32Array, classes: number): TensorSpec {
  return { name: "members", type: "int32", dims: [classes, members.length / classes], values: members };
}
