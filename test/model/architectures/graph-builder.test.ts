import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type GraphBuilder, graphBuilder } from "../../../src/model/architectures/graph-builder.ts";
import { toFloat16 } from "../../../src/model/onnx/float16.ts";
import { loadGraph, type Output } from "../../../src/model/onnx/onnx-runtime.ts";
import type { StoredTensor, StoredType } from "../../../src/model/weights/weights.ts";

const folder = mkdtempSync(join(tmpdir(), "shiftline-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

/** A tensor in a new file, after other bytes. */
function store(
  shape: readonly number[],
  values: Uint8Array,
  {
    type = "float32" as StoredType,
    strides = null as readonly number[] | null,
    offset = 0,
    file = join(folder, `${files++}.weights`),
  } = {},
): StoredTensor {
  writeFileSync(file, Buffer.concat([Buffer.alloc(offset, 0xff), values]));
  return { name: "tensor", type, shape, file, offset, byteLength: values.length, strides };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: NodeJS.TypedArray) =>
  new Uint8Array(buffer, byteOffset, byteLength);
const counting = (n: number) => Float32Array.from({ length: n }, (_, i) => i + 1);

/** onnxruntime's result for a value of a graph. */
async function resultOf(make: (graph: GraphBuilder) => string): Promise<{ data: number[]; dims: readonly number[] }> {
  const graph = graphBuilder();
  const finished = graph.finish([{ name: "value", type: "float32", shape: null, value: make(graph) }]);
  const session = await loadGraph({ ...finished, name: "weights" }, { threads: 1 });
  try {
    const [{ data, dims }] = (await session.run({}, ["value"])) as [Output];
    return { data: [...(data as Float32Array)], dims };
  } finally {
    await session.release();
  }
}

describe("a weight", () => {
  it("has the values of its file as float32, for any stored type and offset", async () => {
    const values = Float32Array.of(1.5, -2, 0.15625, 3);
    const upper = new Uint16Array(4).map((_, i) => new Uint16Array(values.buffer)[i * 2 + 1] as number);
    const stored = {
      float32: values,
      float16: toFloat16(values),
      bfloat16: upper,
      float64: Float64Array.from(values),
    };
    for (const [type, memory] of Object.entries(stored)) {
      for (const offset of [0, 1, 4097]) {
        const tensor = store([2, 2], bytesOf(memory), { type: type as StoredType, offset });
        expect(await resultOf((graph) => graph.weight(tensor)), `${type} at ${offset}`).toEqual({
          data: [...values],
          dims: [2, 2],
        });
        const rows = await resultOf((graph) => graph.gatherRows(tensor, graph.integers(1)));
        expect(rows, `row of ${type} at ${offset}`).toEqual({ data: [0.15625, 3], dims: [1, 2] });
      }
    }
  });

  it("has the order of its axes for any order in memory: as a whole, by rows and flattened", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    const layouts = sizes.chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        order: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(layouts, async ({ shape, order }) => {
        const strides = shape.map(() => 0);
        let step = 1;
        for (const axis of order.toReversed()) {
          strides[axis] = step;
          step *= shape[axis] as number;
        }
        const inMemory = counting(step);
        const tensor = store(shape, bytesOf(inMemory), { strides });
        const expected = Array.from({ length: step }, (_, i) => {
          let rest = i;
          let at = 0;
          for (let axis = shape.length - 1; axis >= 0; axis--) {
            at += (rest % (shape[axis] as number)) * (strides[axis] as number);
            rest = Math.floor(rest / (shape[axis] as number));
          }
          return inMemory[at];
        });
        expect(await resultOf((graph) => graph.weight(tensor))).toEqual({ data: expected, dims: shape });
        const row = step / (shape[0] as number);
        const last = (shape[0] as number) - 1;
        const view = { rows: [last, last + 1], shape: [row] } as const;
        expect(await resultOf((graph) => graph.weight(tensor, view))).toEqual({
          data: expected.slice(-row),
          dims: [row],
        });
      }),
      { seed: 18, numRuns: 60 },
    );
  });

  it.each([
    ["overlaps itself", [2, 3], [0, 1]],
    ["skips elements", [2, 3], [6, 2]],
    ["skips rows", [2, 3], [4, 1]],
  ])("that %s is refused by name", (_, shape, strides) => {
    const tensor = store(shape, bytesOf(counting(12)), { strides });
    expect(() => graphBuilder().weight(tensor)).toThrow(
      /weights: tensor of shape \(2, 3\) is a view of a larger tensor/,
    );
  });

  it("of integers is refused by name", () => {
    const tensor = store([2], Uint8Array.of(1, 2), { type: "int8" });
    expect(() => graphBuilder().weight(tensor)).toThrow(/weights: tensor has type int8/);
    expect(() => graphBuilder().gatherRows(tensor, "ids")).toThrow(/weights: tensor has type int8/);
  });
});

describe("a graph", () => {
  /** Two weights in separate files. */
  function sumOf(first: string, second: string) {
    const tensors = [first, second].map((file, i) => store([2], bytesOf(counting(2)), { file, offset: i * 8 }));
    const graph = graphBuilder();
    const value = graph.op(
      "Add",
      tensors.map((tensor) => graph.weight(tensor)),
    );
    return graph.finish([{ name: "value", type: "float32", shape: null, value }]);
  }

  it("has the same bytes each time, and a hash that does not depend on the location of the weights", () => {
    mkdirSync(join(folder, "a", "b"), { recursive: true });
    const beside = sumOf(join(folder, "x"), join(folder, "y"));
    expect(sumOf(join(folder, "x"), join(folder, "y"))).toEqual(beside);
    const apart = sumOf(join(folder, "a", "y"), join(folder, "a", "b", "x"));
    expect(apart.folder).toBe(join(folder, "a"));
    expect(apart.bytes).not.toEqual(beside.bytes);
    expect(apart.sha256).toBe(beside.sha256);
  });

  it("reads weights of several folders below a common folder", async () => {
    const { bytes, folder: common } = sumOf(join(folder, "a", "b", "z"), join(folder, "z"));
    expect(common).toBe(folder);
    const session = await loadGraph({ bytes, folder: common, name: "weights" }, { threads: 1 });
    const [{ data }] = (await session.run({}, ["value"])) as [Output];
    expect([...(data as Float32Array)]).toEqual([2, 4]);
    await session.release();
  });

  it("has another hash if a weight is elsewhere in its file", () => {
    const graphOf = (offset: number) => {
      const graph = graphBuilder();
      const value = graph.weight(store([2], bytesOf(counting(2)), { offset }));
      return graph.finish([{ name: "value", type: "float32", shape: null, value }]);
    };
    expect(graphOf(4).sha256).not.toBe(graphOf(8).sha256);
  });
});
