import { createHash } from "node:crypto";
import { dirname, relative, sep } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { elementCode } from "../onnx/element-type.ts";
import {
  type AttributeSpec,
  type ElementType,
  encodeModel,
  type ModelSpec,
  type NodeSpec,
  type TensorSpec,
  type ValueSpec,
} from "../onnx/encode-model.ts";
import { STORED_BYTES, type StoredTensor } from "../weights/weights.ts";

/** An ONNX graph in memory whose initializers are in weight files. */
export interface GraphFile {
  readonly bytes: Uint8Array;
  /** real path of a folder that contains all weight files */
  readonly folder: string;
  /** of the graph with the weight files numbered in the order of their use, so that it does not depend on their location */
  readonly sha256: string;
}

/** A view of a stored tensor. */
export interface WeightView {
  /** range of rows along the first axis: [from, to) */
  readonly rows?: readonly [number, number];
  /** new shape with the same number of elements, in the same order */
  readonly shape?: readonly number[];
}

/** Builds a graph node by node; values are identified by name. */
export interface GraphBuilder {
  input(spec: ValueSpec): string;
  /**
   * @param inputs names of values, "" for an omitted optional one @param domain ONNX's by default @returns the first output
   */
  op(type: string, inputs: readonly string[], attributes?: Attributes, domain?: string): string;
  /** Adds a node with several outputs; null for an unused optional one. @returns their names, "" for null */
  outputs<const T extends readonly (string | null)[]>(
    type: string,
    inputs: readonly string[],
    outputs: T,
    attributes?: Attributes,
    domain?: string,
  ): { readonly [K in keyof T]: string };
  /**
   * Adds a tensor of the weight files as float32, converted if necessary. @throws InputError with its name if it contains no
   * floats, or overlapping ones
   */
  weight(tensor: StoredTensor, view?: WeightView): string;
  /** Gathers the rows of a stored table (n, d) at int64 indices of any shape as float32, without converting the table. */
  gatherRows(table: StoredTensor, indices: string): string;
  constant(values: Float32Array | BigInt64Array, dims: readonly number[]): string;
  /** An int64 constant (n): shapes, axes, indices. */
  integers(...values: number[]): string;
  /** An int64 scalar. */
  integer(value: number): string;
  finish(outputs: readonly (ValueSpec & { readonly value: string })[]): GraphFile;
}

type Attributes = Readonly<Record<string, AttributeSpec>>;

/** The domain of onnxruntime's operators. */
export const MICROSOFT = "com.microsoft";

const FLOATS: readonly string[] = ["float32", "float16", "bfloat16", "float64"];

/** Opset 17 has LayerNormalization, and every onnxruntime since 1.12 supports it. */
const OPSETS = { "": 17, [MICROSOFT]: 1 };

export function graphBuilder(): GraphBuilder {
  const inputs: ValueSpec[] = [];
  const nodes: NodeSpec[] = [];
  const constants = new Map<string, TensorSpec>();
  const stored: StoredInitializer[] = [];
  const made = new Map<string, string>();
  const names = new Set<string>();

  /** Creates a value when it is first requested. */
  function once(key: string, make: () => string): string {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make();
    made.set(key, value);
    return value;
  }

  function node(
    type: string,
    given: readonly string[],
    outputs: readonly string[],
    attributes?: Attributes,
    domain?: string,
  ) {
    nodes.push({
      op: type,
      inputs: given,
      outputs,
      ...(attributes === undefined ? {} : { attributes }),
      ...(domain === undefined ? {} : { domain }),
    });
  }

  function op(type: string, given: readonly string[], attributes?: Attributes, domain?: string): string {
    const output = `${type}_${nodes.length}`;
    node(type, given, [output], attributes, domain);
    return output;
  }

  function constant(values: Float32Array | BigInt64Array, dims: readonly number[]): string {
    const type = values instanceof Float32Array ? "float32" : "int64";
    const name = `${type}[${dims}]:${values.length > 8 ? constants.size : values.join()}`;
    if (!constants.has(name)) constants.set(name, { name, type, dims, values });
    return name;
  }

  const integers = (...values: number[]) => constant(BigInt64Array.from(values, BigInt), [values.length]);

  /** Adds an initializer for a tensor's elements in memory order. */
  function storedAs(tensor: StoredTensor, dims: readonly number[], firstElement: number): string {
    return once(`initializer ${placeOf(tensor)} ${firstElement} (${dims})`, () => {
      let name = tensor.name;
      for (let i = 2; names.has(name); i++) name = `${tensor.name}#${i}`;
      names.add(name);
      const bytes = STORED_BYTES[tensor.type];
      stored.push({
        file: tensor.file,
        spec: { name, type: tensor.type as ElementType, dims, values: [] },
        offset: tensor.offset + firstElement * bytes,
        length: product(dims) * bytes,
      });
      return name;
    });
  }

  const float32 = (value: string, { type }: StoredTensor) =>
    type === "float32" ? value : op("Cast", [value], { to: elementCode("float32") });

  function weight(tensor: StoredTensor, view: WeightView = {}): string {
    checkFloats(tensor);
    const { rows = [0, tensor.shape[0] ?? 1] } = view;
    const part = tensor.shape.length === 0 ? [] : [rows[1] - rows[0], ...tensor.shape.slice(1)];
    const shape = view.shape ?? part;
    return once(`weight ${placeOf(tensor)} ${rows} (${shape})`, () => {
      const order = memoryOrder(tensor);
      if (order === null) {
        const rowElements = product(tensor.shape.slice(1));
        return float32(storedAs(tensor, shape, rows[0] * rowElements), tensor);
      }
      const memoryLayout = storedAs(
        tensor,
        order.map((axis) => tensor.shape[axis] as number),
        0,
      );
      const perm = tensor.shape.map((_, axis) => order.indexOf(axis));
      let value = op("Transpose", [float32(memoryLayout, tensor)], { perm });
      if (rows[0] !== 0 || rows[1] !== tensor.shape[0])
        value = op("Slice", [value, integers(rows[0]), integers(rows[1]), integers(0)]);
      return view.shape === undefined ? value : op("Reshape", [value, integers(...shape)]);
    });
  }

  function gatherRows(table: StoredTensor, indices: string): string {
    checkFloats(table);
    if (memoryOrder(table) !== null) return op("Gather", [weight(table), indices]);
    return float32(op("Gather", [storedAs(table, table.shape, 0), indices]), table);
  }

  return {
    input: (spec) => {
      inputs.push(spec);
      return spec.name;
    },
    op,
    outputs(type, given, outputNames, attributes, domain) {
      const names = outputNames.map((name) => (name === null ? "" : `${type}_${nodes.length}_${name}`));
      node(type, given, names, attributes, domain);
      return names as never;
    },
    weight,
    gatherRows,
    constant,
    integers,
    integer: (value) => constant(BigInt64Array.of(BigInt(value)), []),
    finish(outputs) {
      for (const { name, value } of outputs) node("Identity", [value], [name]);
      const files = [...new Set(stored.map(({ file }) => file))];
      const folder = commonFolder(files);
      const encode = (location: (file: string) => string) =>
        encodeModel({
          producer: { name: "shiftline", version: "" },
          opsets: OPSETS,
          inputs,
          outputs: outputs.map(({ name, type, shape }) => ({ name, type, shape })),
          nodes,
          tensors: [...constants.values(), ...stored.map((initializer) => pointed(initializer, location))],
        } satisfies ModelSpec);
      const numbered = encode((file) => `weights-${files.indexOf(file)}`);
      return {
        bytes: encode((file) => relative(folder, file).split(sep).join("/")),
        folder,
        sha256: createHash("sha256").update(numbered).digest("hex"),
      };
    },
  };
}

interface StoredInitializer {
  readonly file: string;
  readonly spec: TensorSpec;
  readonly offset: number;
  readonly length: number;
}

function pointed({ file, spec, offset, length }: StoredInitializer, location: (file: string) => string): TensorSpec {
  return { ...spec, external: { location: location(file), offset, length } };
}

function placeOf({ file, offset, type, shape, strides }: StoredTensor): string {
  return `${file} ${offset} ${type} (${shape}) (${strides ?? ""})`;
}

function checkFloats({ name, type, file }: StoredTensor): void {
  if (!FLOATS.includes(type)) {
    throw new InputError(`${file}: ${name} has type ${type}, but the architecture requires floating-point numbers`);
  }
}

/**
 * The axes of a tensor from the outermost to the innermost in memory; null if it is row-major.
 *
 * @throws InputError if its elements overlap or leave gaps, so that no order of axes is contiguous
 */
function memoryOrder({ name, file, shape, strides }: StoredTensor): readonly number[] | null {
  if (strides === null) return null;
  const steps = (axis: number) => (shape[axis] === 1 ? 0 : (strides[axis] as number));
  const axes = shape.map((_, axis) => axis);
  // the stride of an axis of size 1 does not matter: put it last
  const order = axes.toSorted((a, b) => steps(b) - steps(a) || a - b);
  let expected = 1;
  for (const axis of order.toReversed()) {
    if (shape[axis] === 1) continue;
    if (strides[axis] !== expected) {
      throw new InputError(
        `${file}: ${name} of shape (${shape.join(", ")}) is a view of a larger tensor (strides ${strides.join(", ")}); save its clone() or contiguous()`,
      );
    }
    expected *= shape[axis] as number;
  }
  return order;
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((size, n) => size * n, 1);
}

/** The deepest folder that contains every file. */
function commonFolder(files: readonly string[]): string {
  let folder = dirname(files[0] as string);
  while (files.some((file) => relative(folder, file).startsWith(`..${sep}`))) folder = dirname(folder);
  return folder;
}
