import { execFileSync } from "node:child_process";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { openBudget, shareBudget } from "../../../src/evaluation/embedding/memory-budget.ts";
import { checkpoints, root } from "../../app/cli/run-cli.ts";
import { temporaryFolder } from "../../helpers.ts";
import { seededRandom } from "../../seeded-random.ts";

const MB = 1024 * 1024;

describe("a memory budget", () => {
  it("is never exceeded by its users, and serves all of them", async () => {
    const shared = shareBudget(100 * MB);
    const random = seededRandom(1);
    let used = 0;
    let most = 0;
    let served = 0;
    const work = async () => {
      const budget = openBudget(shared);
      for (let i = 0; i < 20; i++) {
        const bytes = Math.ceil(random() * 60 * MB);
        const free = await budget.take(bytes);
        used += bytes;
        most = Math.max(most, used);
        await new Promise((resolve) => setTimeout(resolve, random() * 3));
        used -= bytes;
        free();
        served++;
      }
    };
    await Promise.all([work(), work(), work(), work()]);
    expect(served).toBe(80);
    expect(most).toBeLessThanOrEqual(100 * MB);
    expect(most).toBeGreaterThan(60 * MB); // several at once
    expect(Atomics.load(shared.used, 0)).toBe(0);
  });

  it("grants a request larger than the budget when nothing else is in use", async () => {
    const budget = openBudget(shareBudget(10 * MB));
    const free = await budget.take(1);
    let taken = false;
    const large = budget.take(5000 * MB).then((end) => {
      taken = true;
      return end;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(taken).toBe(false);
    free();
    (await large)();
    (await budget.take(10 * MB))();
  });
});

describe.skipIf(process.platform !== "linux")("images that decode to many bytes", () => {
  it("are decoded one at a time with a small budget: eight of 108 MB take less than 500 MB", async () => {
    const folder = temporaryFolder();
    const side = { width: 6000, height: 6000, channels: 3, background: "teal" } as const;
    await sharp({ create: side }).jpeg().toFile(join(folder, "large.jpg"));
    const script = `
      import { readFileSync, statSync } from "node:fs";
      const { embedImages } = await import("./dist/evaluation/embedding/embed-images.js");
      const { openCheckpoint } = await import("./dist/model/checkpoint/open-checkpoint.js");
      const { collectImages } = await import("./dist/data/sources/image-list.js");
      const images = collectImages(Array.from({ length: 8 }, () => ({ path: "large.jpg", bytes: statSync(${JSON.stringify(join(folder, "large.jpg"))}).size, label: 0 })));
      const manifest = { benchmark: "b", format: "folder", root: ${JSON.stringify(folder)}, layout: "flat", images, sha256: "0".repeat(64) };
      const parts = [{ index: 0, first: 0, rows: 8 }];
      const checkpoint = await openCheckpoint(${JSON.stringify(join(checkpoints, "vit-open-clip"))});
      const target = { checkpoint, preCrop: 0, parts, sink: { write: async () => {} } };
      await embedImages(manifest, [target], { runtime: { provider: "cpu", precision: "float32", threads: 2 }, batchSize: 8, modelMemory: 2e8, skipUnreadable: false });
      console.log(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);`;
    const peak = Number(execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: root })) * 1024;
    // Measured 425 MB; 680 MB without the budget, where images read ahead are decoded at once
    expect(peak).toBeLessThan(500e6);
  });
});
