import { truncateSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { readOnnxModel } from "../../../src/model/onnx/onnx-model.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { deepNest, doublingFunctions, functionCircle, nestedIfs } from "../checkpoint/hostile-graphs.ts";
import { type Detour, tinyVision } from "../checkpoint/tiny-towers.ts";

function read(file: Uint8Array) {
  return readOnnxModel(join(writeTree(temporaryFolder(), { "graph.onnx": file }), "graph.onnx"));
}

const readDetour = (detour: Detour) => read(tinyVision({ detour }));

describe("a graph's functions", () => {
  it("are refused if one calls itself, directly or indirectly", () => {
    expect(() => readDetour(functionCircle(1))).toThrow(InputError);
    expect(() => readDetour(functionCircle(1))).toThrow(/its function local:F0 calls itself/);
    expect(() => readDetour(functionCircle(3))).toThrow(/its function local:F0 calls itself/);
    expect(() => readDetour(functionCircle(5000))).toThrow(/its functions and subgraphs are nested more than 100 deep/);
  });

  it("are refused immediately if they expand to too many nodes: 27 that each call the next twice", () => {
    const begun = performance.now();
    expect(() => readDetour(doublingFunctions(27))).toThrow(
      /graph.onnx: with its functions inlined it has more than 200000 nodes/,
    );
    expect(() => readDetour(doublingFunctions(99))).toThrow(InputError);
    expect(performance.now() - begun).toBeLessThan(2000); // counting takes milliseconds; expanding them, minutes
  });

  it("are taken where they have an end", () => {
    expect(readDetour(doublingFunctions(10)).functions.size).toBe(10);
  });

  it("of one name are distinguished by their overload", () => {
    const [first] = doublingFunctions(1).functions ?? [];
    if (first === undefined) throw new Error("no function");
    // F0 calls the other F0: not recursive
    const overloaded = { ...first, overload: "second" };
    const caller = {
      ...first,
      nodes: [{ op: "F0", inputs: ["x"], outputs: ["y"], domain: "local", overload: "second" }],
    };
    const detour = { nodes: doublingFunctions(1).nodes, functions: [caller, overloaded] };
    expect([...readDetour(detour).functions.keys()]).toEqual(["local:F0", "local:F0:second"]);
  });
});

describe("a file over 2 GiB", () => {
  it("is refused immediately with advice, because protobuf and onnxruntime do not support it", () => {
    const path = join(writeTree(temporaryFolder(), { "graph.onnx": "" }), "graph.onnx");
    truncateSync(path, 3e9);
    expect(() => readOnnxModel(path)).toThrow(
      new InputError(
        `${path}: 3.0 GB, the maximum for an ONNX file is 2 GiB; export it with its weights as external data`,
      ),
    );
  });
});

describe("subgraphs", () => {
  it("are read up to the depth that onnxruntime supports", () => {
    expect(readDetour(nestedIfs(30)).nodes.length).toBeGreaterThan(0);
    expect(readDetour(nestedIfs(20, 5000)).nodes.length).toBeGreaterThan(0);
  });

  it.each([
    ["small ones", () => tinyVision({ detour: nestedIfs(40) })],
    ["large ones", () => tinyVision({ detour: nestedIfs(90, 5000) })],
    ["3,000 deep", () => deepNest(3000)],
    ["30,000 deep", () => deepNest(30_000)],
  ])("are refused if they are deeper: %s", (_, make) => {
    expect(() => read(make())).toThrow(InputError);
    expect(() => read(make())).toThrow(/its subgraphs are nested deeper than onnxruntime supports/);
  });
});
