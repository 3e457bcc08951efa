import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openSession } from "../../../src/model/onnx/session.ts";
import { temporaryFolder } from "../../helpers.ts";
import { openClipFolder } from "../checkpoint/tiny-checkpoint.ts";
import { tinyText } from "../checkpoint/tiny-towers.ts";

describe("openSession", () => {
  it("gives the memory of a closed graph back: 40 graphs of 8 MB leave less than 100 MB", async () => {
    const path = join(temporaryFolder(), "textual.onnx");
    writeFileSync(path, tinyText({ vocabulary: 1_000_000 }));
    const ids = { text: { data: new BigInt64Array(4), dims: [1, 4] } };
    const cycle = async () => {
      const session = await openSession(path, 1);
      await session.run(ids, "text_features");
      await session.close();
    };
    for (let i = 0; i < 5; i++) await cycle();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 40; i++) await cycle();
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6); // 320 MB if each stayed; measured: 0.4 MB
  });

  it("loads onnxruntime only when a graph is opened", () => {
    const root = join(import.meta.dirname, "../../..");
    const script = `
      import { createRequire } from "node:module";
      import { openCheckpoint } from "../../onnx/src/checkpoint/open-checkpoint.ts";
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
      import { openSession } from "../../onnx/src/onnx/session.ts";
      await openSession("package.json").catch(() => {});
      const session = await openSession(${JSON.stringify(graph)});
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
