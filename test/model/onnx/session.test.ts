import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { encodeValues } from "../../../src/model/onnx/encode-model.ts";
import type { GraphSource } from "../../../src/model/onnx/onnx-runtime.ts";
import { openSession } from "../../../src/model/onnx/session.ts";
import { temporaryFolder } from "../../helpers.ts";
import { openClipFolder } from "../checkpoint/tiny-checkpoint.ts";
import { tinyText, tinyVision, visionWeights } from "../checkpoint/tiny-towers.ts";

describe("openSession", () => {
  it("releases the memory of a closed graph: 40 graphs of 8 MB leave less than 100 MB", async () => {
    const path = join(temporaryFolder(), "textual.onnx");
    writeFileSync(path, tinyText({ vocabulary: 1_000_000 }));
    const ids = { text: { data: new BigInt64Array(4), dims: [1, 4] } };
    const cycle = async () => {
      const session = await openSession({ path }, { threads: 1 });
      await session.run(ids, "text_features");
      await session.close();
    };
    for (let i = 0; i < 5; i++) await cycle();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 40; i++) await cycle();
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6); // 320 MB without release; measured: 0.4 MB
  });

  it("finds the external data of bytes below the given folder, for any working directory", async () => {
    const root = temporaryFolder();
    const bytes = tinyVision({ external: "weights.data" });
    writeFileSync(join(root, "weights.data"), encodeValues({ type: "float32", values: visionWeights(4) }));
    const pixels = { image: { data: Float32Array.from({ length: 3 * 64 }, (_, i) => i / 192), dims: [1, 3, 8, 8] } };
    const embed = async (source: GraphSource) => {
      const session = await openSession(source, { threads: 1 });
      const { data } = await session.run(pixels, "image_features");
      await session.close();
      return data;
    };
    writeFileSync(join(root, "inside.onnx"), tinyVision());
    const expected = await embed({ path: join(root, "inside.onnx") });
    expect(await embed({ bytes, folder: root, name: "a graph" })).toEqual(expected);
    await expect(embed({ bytes, folder: temporaryFolder(), name: "a graph" })).rejects.toThrow(
      /^a graph: onnxruntime cannot load it: /,
    );
  });

  it("reports feeds that fit no tensor as a defect, not as a user error", async () => {
    const path = join(openClipFolder(), "visual.onnx");
    const session = await openSession({ path }, { threads: 1 });
    const run = (dims: number[]) => session.run({ image: { data: new Float32Array(192), dims } }, "image_features");
    await expect(run([1, 3, 8, 9])).rejects.not.toBeInstanceOf(InputError);
    await expect(run([3, 64])).rejects.toThrow(InputError);
    await session.close();
  });

  it("loads onnxruntime only when a graph is opened", () => {
    const root = join(import.meta.dirname, "../../..");
    const script = `
      import { createRequire } from "node:module";
      import { openCheckpoint } from "./src/model/checkpoint/open-checkpoint.ts";
      const isLoaded = () => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes("onnxruntime-node"));
      const checkpoint = await openCheckpoint(${JSON.stringify(openClipFolder())});
      const before = isLoaded();
      await (await checkpoint.openImageEncoder()).close();
      console.log(before, isLoaded());`;
    const options = { cwd: root, encoding: "utf8" } as const;
    const output = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], options);
    expect(output.trim()).toBe("false true");
  });

  it("writes nothing to the terminal when a graph cannot be loaded or run", () => {
    const root = join(import.meta.dirname, "../../..");
    const graph = join(openClipFolder({ text: { length: 77 } }), "textual.onnx");
    const script = `
      import { openSession } from "./src/model/onnx/session.ts";
      await openSession({ path: "package.json" }).catch(() => {});
      const session = await openSession({ path: ${JSON.stringify(graph)} });
      await session.run({ text: { data: BigInt64Array.from([1n, 99999n, ...Array(75).fill(0n)]), dims: [1, 77] } }, "text_features").catch(() => {});
      await session.close();`;
    const options = { cwd: root, encoding: "utf8", stdio: "pipe" } as const;
    const output = execFileSync(
      "sh",
      ["-c", '"$0" --import tsx --input-type=module -e "$1" 2>&1', process.execPath, script],
      options,
    );
    expect(output).toBe("");
  });
});
