import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { atomicWrite } from "../../../src/foundation/files/atomic-write.ts";
import { copyPieces } from "../../../src/model/onnx/copy-pieces.ts";
import { encodeValues, type TensorSpec } from "../../../src/model/onnx/encode-model.ts";
import { checkExternalData } from "../../../src/model/onnx/external-data.ts";
import { toFloat16 } from "../../../src/model/onnx/float16.ts";
import { readOnnxModel } from "../../../src/model/onnx/onnx-model.ts";
import type { GraphSource } from "../../../src/model/onnx/onnx-runtime.ts";
import { openSession } from "../../../src/model/onnx/session.ts";
import { type StandAloneOptions, standAloneGraph } from "../../../src/model/onnx/stand-alone-graph.ts";
import { temporaryFolder } from "../../helpers.ts";
import { node, onnxFile } from "../checkpoint/make-onnx.ts";

/** Numbers that float32, bfloat16 and float16 represent exactly, and one that only float64 does. */
const plain = [1, -2.5, 0.375, 1024, -0.0078125];
const fine = [1 / 3, -2.5, Math.PI, 1e-9, 7];

/** A graph that adds a weight of each stored type, in two files below `folder`, at unaligned offsets. */
function storedGraph(): { bytes: Uint8Array; folder: string } {
  const folder = temporaryFolder();
  const halves = toFloat16(Float32Array.from(plain));
  const brain = Uint16Array.from(plain, (value) => new Uint32Array(Float32Array.of(value).buffer)[0]! >>> 16);
  const stored = [
    { name: "w32", type: "float32", values: Float32Array.from(fine), file: "a.bin" },
    { name: "w16", type: "float16", values: halves, file: "a.bin" },
    { name: "wb", type: "bfloat16", values: brain, file: "deep/b.bin" },
    { name: "w64", type: "float64", values: Float64Array.from(fine), file: "deep/b.bin" },
  ] as const;
  const files: Record<string, Buffer[]> = { "a.bin": [Buffer.alloc(3, 9)], "deep/b.bin": [Buffer.alloc(5, 9)] };
  const tensors = stored.map(({ name, type, values, file }): TensorSpec => {
    const bytes = encodeValues({ type, values });
    const before = Buffer.concat(files[file]!);
    files[file]!.push(Buffer.from(bytes), Buffer.alloc(1, 9));
    const external = { location: file, offset: before.length, length: bytes.length };
    return { name, type, dims: [plain.length], values: [], external };
  });
  mkdirSync(join(folder, "deep"));
  for (const [file, parts] of Object.entries(files)) writeFileSync(join(folder, file), Buffer.concat(parts));
  const cast = (name: string) => node("Cast", [name], `${name}f`, { to: 1 });
  const bytes = onnxFile({
    inputs: [{ name: "x", type: "float32", shape: ["n", plain.length] }],
    outputs: [{ name: "y", type: "float32", shape: ["n", plain.length] }],
    nodes: [
      ...["w16", "wb", "w64"].map(cast),
      node("Sum", ["x", "w32", "w16f", "wbf", "w64f"], "sum"),
      node("Mul", ["sum", "two"], "y"),
    ],
    tensors: [...tensors, { name: "two", type: "float32", dims: [], values: [2] }],
  });
  return { bytes, folder };
}

async function write(source: { bytes: Uint8Array; folder: string }, options: Partial<StandAloneOptions>) {
  const folder = temporaryFolder();
  const names = { name: "onnx/t.onnx", dataName: "onnx/t.onnx_data", rename: new Map<string, string>() };
  const { graph, data } = standAloneGraph(source, { ...names, ...options });
  const plans = data === null ? [graph] : [graph, data];
  for (const plan of plans) await atomicWrite(join(folder, plan.name), copyPieces(plan));
  return { path: join(folder, "onnx", "t.onnx"), plans };
}

async function run(source: GraphSource, input: string, output: string): Promise<number[]> {
  const session = await openSession(source, { threads: 1 });
  const { data } = await session.run({ [input]: { data: new Float32Array(5), dims: [1, 5] } }, output);
  await session.close();
  return [...data];
}

describe("standAloneGraph", () => {
  const expected = plain.map((value, i) => Math.fround(2 * (2 * Math.fround(fine[i] as number) + 2 * value)));

  for (const [where, maxInlineBytes] of [
    ["in the ONNX file", undefined],
    ["in a file beside it", 0],
  ] as const) {
    it(`keeps the graph's numbers, its weights ${where}, and renames inputs and outputs`, async () => {
      const source = storedGraph();
      const rename = new Map([
        ["x", "image"],
        ["y", "image_features"],
      ]);
      const before = await run({ ...source, name: "a graph" }, "x", "y");
      const { path, plans } = await write(source, {
        rename,
        ...(maxInlineBytes === undefined ? {} : { maxInlineBytes: maxInlineBytes }),
      });
      const after = await run({ path }, "image", "image_features");
      expect(after).toEqual(before);
      for (const [i, value] of after.entries()) expect(value).closeTo(expected[i] as number, 1e-4); // summation order
      const model = readOnnxModel(path);
      expect(await checkExternalData(model)).toEqual(maxInlineBytes === 0 ? ["t.onnx_data"] : []);
      const types = Object.fromEntries(model.tensors.map(({ name, type }) => [name, type]));
      expect(types).toEqual({ w32: "float32", w16: "float16", wb: "float32", w64: "float32", two: "float32" });
      expect(plans.map(({ name }) => name)).toEqual(
        maxInlineBytes === 0 ? ["onnx/t.onnx", "onnx/t.onnx_data"] : ["onnx/t.onnx"],
      );
    });
  }

  it("aligns each weight of a side file to a page, and reports the sizes of its files before they are written", async () => {
    const { path, plans } = await write(storedGraph(), { maxInlineBytes: 0 });
    const offsets = readOnnxModel(path).tensors.flatMap(({ external }) => (external === null ? [] : [external.offset]));
    expect(offsets).toEqual([0, 4096, 8192, 12_288]);
    for (const plan of plans) {
      let bytes = 0;
      for await (const chunk of copyPieces(plan)) bytes += chunk.length;
      expect(bytes).toBe(plan.bytes);
    }
  });

  it("copies weights larger than a chunk, reports each chunk, and stops on request", async () => {
    const folder = temporaryFolder();
    const values = Float64Array.from({ length: 1_500_000 }, (_, i) => i / 3);
    writeFileSync(join(folder, "w.bin"), values);
    const file = { file: join(folder, "w.bin"), offset: 0, length: values.byteLength, widens: "float64" } as const;
    const plan = { name: "w", bytes: values.length * 4, pieces: [file] };
    const parts: Buffer[] = [];
    const seen: number[] = [];
    for await (const chunk of copyPieces(plan, { onBytes: (bytes) => seen.push(bytes) }))
      parts.push(Buffer.from(chunk));
    const whole = Buffer.concat(parts);
    expect(whole.equals(new Uint8Array(Float32Array.from(values).buffer))).toBe(true);
    expect(seen.reduce((sum, bytes) => sum + bytes, 0)).toBe(plan.bytes);
    expect(seen.length).toBeGreaterThan(2);
    const stop = new AbortController();
    const onBytes = () => stop.abort(new Error("asked to"));
    const stopped = atomicWrite(join(folder, "stopped"), copyPieces(plan, { onBytes, signal: stop.signal }));
    await expect(stopped).rejects.toThrow("asked to");
  });

  it("refuses truncated weights by name", async () => {
    const source = storedGraph();
    writeFileSync(join(source.folder, "a.bin"), Buffer.alloc(8));
    await expect(write(source, {})).rejects.toThrow(`${join(source.folder, "a.bin")}: it ends before its tensors`);
  });
});
