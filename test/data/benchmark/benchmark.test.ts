import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listBenchmarks, readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { packagePath } from "../../../src/foundation/files/package-root.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

describe("readBenchmark", () => {
  it("reads every benchmark that ships, and each has a unique id", async () => {
    const ids = await listBenchmarks();
    expect(ids).toContain("imagenet");
    for (const id of ids) expect((await readBenchmark(id)).id).toBe(id);
  });

  it("knows ImageNet's thousand classes in ascending wnid order", async () => {
    const { classes, images } = await readBenchmark("imagenet");
    const wnids = classes.keys.get("wnid") as string[];
    expect(classes.size).toBe(1000);
    expect(images).toBe(50000);
    expect(wnids).toEqual(wnids.toSorted());
    expect(wnids[0]).toBe("n01440764");
    expect(wnids[999]).toBe("n15075141");
  });

  it("has fifty validation labels for each class", () => {
    const labels = readFileSync(packagePath("benchmarks", "classes", "imagenet-val-labels.txt"), "utf8")
      .trim()
      .split("\n");
    const counts = new Int32Array(1000);
    for (const label of labels) counts[Number(label)]!++;
    expect(labels.length).toBe(50000);
    expect([...counts].every((count) => count === 50)).toBe(true);
  });

  it("reports an unknown benchmark together with the known ones", async () => {
    await expect(readBenchmark("imagenet-c")).rejects.toThrow(/unknown benchmark "imagenet-c"; known: imagenet/);
  });

  it("names the file and the field that is wrong", async () => {
    const folder = writeTree(temporaryFolder(), {
      "mine.json": JSON.stringify({ id: "mine", version: 1, title: "Mine", images: "many" }),
      "torn.json": '{"id": "mine"',
    });
    await expect(readBenchmark(join(folder, "mine.json"))).rejects.toThrow(/mine\.json: images: .*expected number/);
    await expect(readBenchmark(join(folder, "torn.json"))).rejects.toThrow(/torn\.json: not JSON/);
    await expect(readBenchmark(join(folder, "absent.json"))).rejects.toThrow(/absent\.json: no such file/);
  });
});
