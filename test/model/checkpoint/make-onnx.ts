import {
  type AttributeSpec,
  encodeModel,
  type GraphSpec,
  type FunctionSpec as ModelFunction,
  type NodeSpec,
} from "../../../src/model/onnx/encode-model.ts";

/** ONNX files of a few operations, so that every rule can be tested on a dedicated graph. */

/** A function of the domain "local" that the model includes. */
export type FunctionSpec = Omit<ModelFunction, "domain">;

export interface ModelSpec extends GraphSpec {
  readonly functions?: readonly FunctionSpec[];
}

/** The bytes of an ONNX file, opset 17. */
export function onnxFile({ functions, ...graph }: ModelSpec): Uint8Array {
  const opsets = { "": 17, "com.microsoft": 1, ...(functions === undefined ? {} : { local: 1 }) };
  const local = functions?.map((spec) => ({ ...spec, domain: "local" })) ?? [];
  const producer = { name: "shiftline-test", version: "1.0" };
  return encodeModel({ ...graph, producer, opsets, functions: local }).slice();
}

export function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, AttributeSpec>> = {},
  domain = "",
): NodeSpec {
  return { op, inputs, outputs: [output], attributes, domain };
}
