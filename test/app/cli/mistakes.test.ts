import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { fixtures, temporaryFolder, writeTree } from "../../helpers.ts";
import { checkpoints, demo, shiftline } from "./run-cli.ts";

const sketches = join(fixtures, "sketches", "root");
const checkpoint = join(checkpoints, "vit-open-clip");
const evaluate = (out: string, ...args: string[]) =>
  shiftline(["evaluate", checkpoint, "--templates", "single-1", "--out", join(out, "results"), ...args]);

async function wnids(id: string): Promise<readonly string[]> {
  return (await readBenchmark(id)).classes.keys.get("wnid") as string[];
}

describe("evaluate names mistakes that make a number wrong", () => {
  it("classes in the order of their numbers sorted as strings", async () => {
    const folder = temporaryFolder();
    const all = await wnids("imagenet");
    const asText = Array.from({ length: 1000 }, (_, i) => String(i)).sort();
    // The output of a program that reads V2's folders 0 to 999 in the order of their names, and writes wnid folders
    for (const [position, name] of asText.entries()) {
      const from = join(demo, all[Number(name)] as string);
      if (existsSync(from))
        cpSync(from, join(folder, "imagenetv2-matched-frequency", all[position] as string), { recursive: true });
    }
    const { status, stderr } = await evaluate(
      folder,
      "--data-dir",
      `imagenet-v2=${join(folder, "imagenetv2-matched-frequency")}`,
      "--allow-incomplete",
      "--quiet",
    );
    expect(stderr).toMatch(/vit-open-clip, imagenet-v2, protocol 1000: .*sorted as text/);
    expect(status).toBe(0);
    const run = readFileSync(join(folder, "results/vit-open-clip/imagenet-v2/1000/single-1/run.json"), "utf8");
    expect(JSON.parse(run).warnings[0]).toMatch(/sorted as text/);
  }, 60_000);

  it("a 1000-way score of a 200-class set", async () => {
    const folder = temporaryFolder();
    const image = readFileSync(join(demo, "n01514668", "rooster-noto.JPEG"));
    writeTree(
      join(folder, "data"),
      Object.fromEntries((await wnids("imagenet-r")).map((wnid) => [`${wnid}/a.jpg`, image])),
    );
    const args = ["--data-dir", `imagenet=${join(folder, "data")}`];
    const refused = await evaluate(folder, ...args);
    expect(refused.stderr).toMatch(
      /imagenet has 50000 images, found 200; .*class folders are exactly those of imagenet-r, not of imagenet/,
    );
    expect(refused.status).toBe(1);
    const warned = await evaluate(folder, ...args, "--allow-incomplete", "--limit", "5");
    expect(warned.stderr).toMatch(/warning: .*its 200 class folders are exactly those of imagenet-r/);
  }, 60_000);

  it("a missing class, and an incomplete set", async () => {
    const folder = temporaryFolder();
    cpSync(join(sketches, "objectnet-1.0"), join(folder, "objectnet-1.0"), { recursive: true });
    const { status, stderr } = await evaluate(folder, "--data", folder);
    expect(stderr).toMatch(/objectnet has 18574 images, found 45; 87 of its classes have none.*--allow-incomplete/);
    expect(status).toBe(1);
  });

  it("a folder that a full run would refuse, also in a sample and with --quiet", async () => {
    const folder = temporaryFolder();
    const image = readFileSync(join(demo, "n01514668", "rooster-noto.JPEG"));
    const root = writeTree(join(folder, "data"), {
      "n01440764/a.jpg": image,
      "n01443537/b.jpg": image,
      "n01443537/c.jpg": image,
      "ILSVRC2012_val_00000001.JPEG": image,
    });
    const args = ["--data-dir", `imagenet=${root}`, "--limit", "2", "--quiet"];
    const sample = await evaluate(folder, ...args, "--json");
    const said = /imagenet has 50000 images, found 3; 998 of its classes have none; 1 there have no class/;
    expect(sample.stderr).toMatch(said);
    expect(sample.status).toBe(0);
    const results = JSON.parse(sample.stdout) as { protocol: string; warnings: string[] }[];
    const copies = /1 of 2 images is a copy of another, in another class \(n01440764\/a\.jpg = n01443537\/[bc]\.jpg\)/;
    expect(results.find(({ protocol }) => protocol === "1000")?.warnings).toEqual([
      expect.stringMatching(said),
      expect.stringMatching(copies),
    ]);
    expect(sample.stderr).toMatch(copies);
    expect((await evaluate(folder, ...args, "--allow-incomplete")).stderr).not.toMatch(said);
  }, 60_000);

  it("two copies of one set below the root", async () => {
    const folder = temporaryFolder();
    for (const name of ["imagenet-r", "ImageNet-R"])
      cpSync(join(sketches, "imagenet-r"), join(folder, name), { recursive: true });
    const { status, stderr } = await evaluate(folder, "--data", folder, "--allow-incomplete");
    expect(stderr).toMatch(/imagenet-r is in two places below .*--data-dir imagenet-r=PATH/);
    expect(status).toBe(1);
  });

  it("images moved to the folder of another class since the data were inspected", async () => {
    const folder = temporaryFolder();
    const data = join(folder, "imagenet-a");
    cpSync(join(sketches, "imagenet-a"), data, { recursive: true });
    const store = ["--store", join(folder, ".shiftline", "store")];
    await shiftline(["inspect", data, "--benchmark", "imagenet-a", "--deep", ...store]);
    const [a, b] = (await wnids("imagenet-a")).filter((wnid) => existsSync(join(data, wnid))) as [string, string];
    renameSync(join(data, a), join(data, "away"));
    renameSync(join(data, b), join(data, a));
    renameSync(join(data, "away"), join(data, b));
    const { status, stderr } = await evaluate(
      folder,
      "--data-dir",
      `imagenet-a=${data}`,
      "--allow-incomplete",
      ...store,
    );
    expect(stderr).toMatch(new RegExp(`images moved to another class: (${a}|${b})/.* is now (${a}|${b})/`));
    expect(status).toBe(0);
  }, 60_000);

  it("tars that point outside, are truncated, or have an invalid label", async () => {
    const folder = temporaryFolder();
    const wds = join(fixtures, "sketches", "wds", "wds_imagenet-r");
    cpSync(wds, join(folder, "cut"), { recursive: true });
    const tar = readFileSync(join(wds, "test", "0.tar"));
    mkdirSync(join(folder, "cut", "test"), { recursive: true });
    rmSync(join(folder, "cut", "test", "0.tar"));
    writeTree(folder, { "cut/test/0.tar": tar.subarray(0, 5000) });
    const cut = await evaluate(folder, "--data-dir", `imagenet-r=${join(folder, "cut")}`, "--allow-incomplete");
    expect(cut.stderr).toMatch(/0\.tar: /);
    expect(cut.status).toBe(1);
    // ImageNet-R's labels, up to 199, read as those of ObjectNet's 113 classes
    const wrongNames = await evaluate(folder, "--data-dir", `objectnet=${wds}`, "--allow-incomplete");
    expect(wrongNames.stderr).toMatch(/classnames\.txt: names 200 classes, expected 113/);
    cpSync(wds, join(folder, "unnamed"), { recursive: true });
    rmSync(join(folder, "unnamed", "classnames.txt"));
    const unnamed = await evaluate(folder, "--data-dir", `objectnet=${join(folder, "unnamed")}`, "--allow-incomplete");
    expect(unnamed.stderr).toMatch(/\.tar.*\.cls.*113/);
    expect(wrongNames.status).toBe(1);
  });
});
