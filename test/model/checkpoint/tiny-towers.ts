import type { NodeSpec, TensorSpec, ValueSpec } from "../../../src/model/onnx/encode-model.ts";
import { type FunctionSpec, type ModelSpec, node, onnxFile } from "./make-onnx.ts";

/** Minimal towers that behave like CLIP's; every property of an export can be set separately. */

export interface TinyVision {
  readonly input: string;
  readonly output: string;
  readonly type: "float32" | "float16" | "float64";
  readonly batch: number | string;
  readonly size: readonly [number | string, number | string];
  readonly dimension: number;
  /** Shape of the output in the metadata; null omits it. */
  readonly outputShape: readonly (number | string)[] | null;
  /** Stores the projection in this file. */
  readonly external: string | null;
  readonly activation: "none" | "QuickGELU" | "GELU";
  readonly normalize: boolean;
  /** Subtracts the batch's mean, like a batch norm in training mode: an image's embedding depends on the others. */
  readonly mixes: boolean;
  /** Quantizes the pooled values by the range of the whole batch, as onnxruntime's quantize_dynamic does. */
  readonly quantized: boolean;
  /** Divides by zero, which results in NaN. */
  readonly broken: boolean;
  /** Computes the output from the tower's embedding; null for the embedding itself. */
  readonly tail: Tail | null;
  /** Steps between the end of the tower and its output, for graphs that no exporter would write. */
  readonly detour: Detour | null;
}

/** Adds nodes that pass a value of the tower to another name. */
export interface Detour {
  nodes(from: string, to: string): readonly NodeSpec[];
  readonly tensors?: readonly TensorSpec[];
  readonly functions?: readonly FunctionSpec[];
}

/** Nodes from `input` to `output`, and their weights. */
export type Tail = (input: string, output: string) => { nodes: readonly NodeSpec[]; tensors?: readonly TensorSpec[] };

export interface TinyText {
  readonly input: string;
  readonly output: string;
  readonly type: "int32" | "int64";
  readonly batch: number | string;
  readonly length: number | string;
  readonly vocabulary: number;
  readonly dimension: number;
  /** "end": the running sum at the end-of-text token; "mean": over all positions, padding too; "start": position 0. */
  readonly pooling: "end" | "mean" | "start";
  readonly endOfText: number;
  /** Name of an attention mask that weights the mean, null for none. */
  readonly mask: string | null;
  readonly activation: "none" | "QuickGELU" | "GELU";
  /** Additional inputs, declared but not used. */
  readonly extraInputs: readonly ValueSpec[];
  /** Rounds the pooled values to steps of 1/64, or reads the projection through such steps, as QDQ exports do. */
  readonly quantizes: "nothing" | "activations" | "weights";
  /** Adds 1 to every embedding if the token axis has this length, null for never. */
  readonly oddLength: number | null;
  /** Computes the output from the tower's embedding; null for the embedding itself. */
  readonly tail: Tail | null;
  /** Shape of the output in the metadata, if it is not (batch, dimension). */
  readonly outputShape: readonly (number | string)[] | null;
}

const VISION: TinyVision = {
  input: "image",
  output: "image_features",
  type: "float32",
  batch: "batch",
  size: [8, 8],
  dimension: 4,
  outputShape: ["batch", 4],
  external: null,
  activation: "none",
  normalize: false,
  broken: false,
  mixes: false,
  quantized: false,
  tail: null,
  detour: null,
};

const TEXT: TinyText = {
  input: "text",
  output: "text_features",
  type: "int64",
  batch: "batch",
  length: "length",
  vocabulary: 49_408,
  dimension: 4,
  pooling: "end",
  endOfText: 49_407,
  mask: null,
  activation: "none",
  extraInputs: [],
  quantizes: "nothing",
  oddLength: null,
  tail: null,
  outputShape: null,
};

/** Pseudo-random numbers that are equal on every machine. */
export function weights(count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.fround(Math.sin(seed * 17.3 + i * 12.9898) * 0.9));
}

/** (3, d): the tiny vision tower is (mean of each channel) × this. */
export function visionWeights(dimension: number): number[] {
  return weights(3 * dimension, 1);
}

/** An image tower: each channel's mean, projected. */
export function tinyVision(options: Partial<TinyVision> = {}): Uint8Array {
  return onnxFile(
    visionModel({ ...VISION, ...(options.dimension ? { outputShape: ["batch", options.dimension] } : {}), ...options }),
  );
}

/** A text tower: token embeddings summed up to each position, pooled, projected. */
export function tinyText(options: Partial<TinyText> = {}): Uint8Array {
  return onnxFile(textModel({ ...TEXT, ...options }));
}

/** Outputs of a graph with both towers in addition to, or instead of, the two embeddings. */
export interface BothOutputs {
  /** Names of the outputs; "logits_per_image" and the two embeddings by default. */
  readonly outputs?: readonly ValueSpec[];
  /** Nodes that compute them from "image_embeds", "text_embeds" and "logits_per_image". */
  readonly nodes?: readonly NodeSpec[];
}

/** One graph with both towers, as Optimum exports them; `tie` requires the two batches to have the same size. */
export function tinyBoth(
  options: { vision?: Partial<TinyVision>; text?: Partial<TinyText>; tie?: boolean } & BothOutputs = {},
): Uint8Array {
  const vision = visionModel({
    ...VISION,
    input: "pixel_values",
    output: "image_embeds",
    batch: "image_batch",
    ...options.vision,
  });
  const text = textModel({ ...TEXT, input: "input_ids", output: "text_embeds", batch: "text_batch", ...options.text });
  const [image, caption] = [vision.outputs[0]?.name as string, text.outputs[0]?.name as string];
  const logits = options.tie
    ? [node("Concat", [image, caption], "logits_per_image", { axis: 1 })]
    : [
        node("Transpose", [caption], "flipped", { perm: [1, 0] }),
        node("MatMul", [image, "flipped"], "logits_per_image"),
      ];
  return onnxFile({
    inputs: [...text.inputs, ...vision.inputs],
    outputs: options.outputs ?? [
      { name: "logits_per_image", type: "float32", shape: null },
      ...text.outputs,
      ...vision.outputs,
    ],
    nodes: [...text.nodes, ...vision.nodes, ...logits, ...(options.nodes ?? [])],
    tensors: [...text.tensors, ...vision.tensors],
  });
}

function visionModel(spec: TinyVision): ModelSpec {
  const projection: TensorSpec = {
    name: "visual.proj",
    type: "float32",
    dims: [3, spec.dimension],
    values: visionWeights(spec.dimension),
    ...(spec.external === null
      ? {}
      : { external: { location: spec.external, offset: 0, length: 12 * spec.dimension } }),
  };
  const tail = spec.tail?.("v.whole", "v.end");
  const nodes = [
    node("Cast", [spec.input], "v.float", { to: 1 }),
    node("GlobalAveragePool", ["v.float"], "v.pooled"),
    node("Flatten", ["v.pooled"], "v.flattened", { axis: 1 }),
    ...inputNodes(spec),
    node("MatMul", ["v.flat", "visual.proj"], "v.projected"),
    ...activationNodes("v.projected", "v.activated", spec.activation),
    ...(spec.normalize
      ? [
          node("ReduceL2", ["v.activated"], "v.length", { axes: [1] }),
          node("Div", ["v.activated", "v.length"], "v.unit"),
        ]
      : [node("Identity", ["v.activated"], "v.unit")]),
    spec.broken ? node("Div", ["v.unit", "v.zero"], "v.whole") : node("Identity", ["v.unit"], "v.whole"),
    ...(tail?.nodes ?? [node("Identity", ["v.whole"], "v.end")]),
    ...(spec.detour?.nodes("v.end", "v.there") ?? [node("Identity", ["v.end"], "v.there")]),
    node("Cast", ["v.there"], spec.output, { to: spec.type === "float16" ? 10 : 1 }),
  ];
  const zero: TensorSpec = { name: "v.zero", type: "float32", dims: [], values: [0] };
  return {
    inputs: [{ name: spec.input, type: spec.type, shape: [spec.batch, 3, ...spec.size] }],
    outputs: [{ name: spec.output, type: spec.type === "float16" ? "float16" : "float32", shape: spec.outputShape }],
    nodes,
    tensors: [
      projection,
      ...(spec.broken ? [zero] : []),
      ...activationTensors("v", spec.activation),
      ...(tail?.tensors ?? []),
      ...(spec.detour?.tensors ?? []),
    ],
    ...(spec.detour?.functions === undefined ? {} : { functions: spec.detour.functions }),
  };
}

function inputNodes(spec: TinyVision): NodeSpec[] {
  if (spec.mixes) {
    return [
      node("ReduceMean", ["v.flattened"], "v.mean", { axes: [0] }),
      node("Sub", ["v.flattened", "v.mean"], "v.flat"),
    ];
  }
  if (!spec.quantized) return [node("Identity", ["v.flattened"], "v.flat")];
  return [
    { op: "DynamicQuantizeLinear", inputs: ["v.flattened"], outputs: ["v.bytes", "v.scale", "v.offset"] },
    node("DequantizeLinear", ["v.bytes", "v.scale", "v.offset"], "v.flat"),
  ];
}

function textModel(spec: TinyText): ModelSpec {
  const { dimension } = spec;
  const tail = spec.tail?.("t.whole", spec.output);
  const masked = spec.mask === null ? [] : maskNodes(spec.mask);
  const states = spec.mask === null ? "t.embedded" : "t.masked";
  return {
    inputs: [
      { name: spec.input, type: spec.type, shape: [spec.batch, spec.length] },
      ...(spec.mask === null ? [] : [{ name: spec.mask, type: spec.type, shape: [spec.batch, spec.length] }]),
      ...spec.extraInputs,
    ],
    outputs: [{ name: spec.output, type: "float32", shape: spec.outputShape ?? [spec.batch, dimension] }],
    nodes: [
      node("Gather", ["token_embedding.weight", spec.input], "t.embedded"),
      ...masked,
      ...poolingNodes(spec, states),
      ...quantizingNodes(spec),
      node("MatMul", ["t.rounded", "t.weights"], "t.product"),
      ...oddNodes(spec),
      ...activationNodes("t.projected", tail === undefined ? spec.output : "t.whole", spec.activation),
      ...(tail?.nodes ?? []),
    ],
    tensors: [
      {
        name: "token_embedding.weight",
        type: "float32",
        dims: [spec.vocabulary, 2],
        values: weights(spec.vocabulary * 2, 2),
      },
      { name: "text.proj", type: "float32", dims: [2, dimension], values: weights(2 * dimension, 3) },
      { name: "t.end", type: spec.type, dims: [], values: [spec.endOfText] },
      { name: "t.zero", type: "int64", dims: [], values: [0] },
      { name: "t.one", type: "int64", dims: [1], values: [1] },
      { name: "t.two", type: "int64", dims: [1], values: [2] },
      ...(spec.quantizes === "nothing"
        ? []
        : [{ name: "t.step", type: "float32", dims: [], values: [1 / 64] } as const]),
      ...(spec.oddLength === null
        ? []
        : [{ name: "t.odd", type: "int64", dims: [], values: [spec.oddLength] } as const]),
      ...activationTensors("t", spec.activation),
      ...(tail?.tensors ?? []),
    ],
  };
}

function quantizingNodes({ quantizes }: TinyText): NodeSpec[] {
  const steps = (from: string, to: string) => [
    node("QuantizeLinear", [from, "t.step"], `${to}.bytes`),
    node("DequantizeLinear", [`${to}.bytes`, "t.step"], to),
  ];
  const same = (from: string, to: string) => [node("Identity", [from], to)];
  return [
    ...(quantizes === "activations" ? steps : same)("t.pooled", "t.rounded"),
    ...(quantizes === "weights" ? steps : same)("text.proj", "t.weights"),
  ];
}

function oddNodes({ oddLength, input }: TinyText): NodeSpec[] {
  if (oddLength === null) return [node("Identity", ["t.product"], "t.projected")];
  return [
    node("Shape", [input], "t.shape"),
    node("Gather", ["t.shape", "t.one"], "t.tokens"),
    node("Equal", ["t.tokens", "t.odd"], "t.isOdd"),
    node("Cast", ["t.isOdd"], "t.excess", { to: 1 }),
    node("Add", ["t.product", "t.excess"], "t.projected"),
  ];
}

function maskNodes(mask: string): NodeSpec[] {
  return [
    node("Cast", [mask], "t.mask", { to: 1 }),
    node("Unsqueeze", ["t.mask", "t.two"], "t.mask3"),
    node("Mul", ["t.embedded", "t.mask3"], "t.masked"),
  ];
}

function poolingNodes(spec: TinyText, states: string): NodeSpec[] {
  if (spec.pooling === "mean") {
    return spec.mask === null
      ? [node("ReduceMean", [states], "t.pooled", { axes: [1], keepdims: 0 })]
      : [node("ReduceSum", [states, "t.one"], "t.pooled", { keepdims: 0 })];
  }
  const sums = node("CumSum", [states, "t.one1"], "t.sums");
  const axis = node("Squeeze", ["t.one"], "t.one1");
  if (spec.pooling === "start") return [axis, sums, node("Gather", ["t.sums", "t.zero"], "t.pooled", { axis: 1 })];
  return [
    axis,
    sums,
    node("Equal", [spec.input, "t.end"], "t.isEnd"),
    node("Cast", ["t.isEnd"], "t.select", { to: 1 }),
    node("Unsqueeze", ["t.select", "t.two"], "t.select3"),
    node("Mul", ["t.sums", "t.select3"], "t.selected"),
    node("ReduceSum", ["t.selected", "t.one"], "t.pooled", { keepdims: 0 }),
  ];
}

function activationNodes(input: string, output: string, activation: "none" | "QuickGELU" | "GELU"): NodeSpec[] {
  const p = input.slice(0, 1);
  if (activation === "none") return [node("Identity", [input], output)];
  if (activation === "QuickGELU") {
    return [
      node("Mul", [input, `${p}.factor`], `${p}.scaled`),
      node("Sigmoid", [`${p}.scaled`], `${p}.gate`),
      node("Mul", [input, `${p}.gate`], output),
    ];
  }
  return [
    node("Div", [input, `${p}.root`], `${p}.scaled`),
    node("Erf", [`${p}.scaled`], `${p}.erf`),
    node("Add", [`${p}.erf`, `${p}.plusOne`], `${p}.plus`),
    node("Mul", [input, `${p}.plus`], output),
  ];
}

function activationTensors(prefix: string, activation: "none" | "QuickGELU" | "GELU"): TensorSpec[] {
  const scalar = (name: string, value: number): TensorSpec => ({
    name: `${prefix}.${name}`,
    type: "float32",
    dims: [],
    values: [value],
  });
  if (activation === "none") return [];
  return activation === "QuickGELU" ? [scalar("factor", 1.702)] : [scalar("root", Math.SQRT2), scalar("plusOne", 1)];
}
