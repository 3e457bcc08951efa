import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { listImages } from "../../../src/data/dataset/list-images.ts";
import { findData, openDataFolder } from "../../../src/data/dataset/locate.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { root as packageRoot } from "../../app/cli/run-cli.ts";
import { folderOfManyFiles, temporaryFolder, writeTree } from "../../helpers.ts";
import { makeTar } from "../sources/make-tar.ts";

const IMAGES = 30_000;
const dist = join(packageRoot, "dist");

describe("listImages on imagenet", async () => {
  const imagenet = await readBenchmark("imagenet");

  it("lists a folder with more images than a call can have arguments", async () => {
    const root = folderOfManyFiles();
    mkdirSync(join(root, "n01514668"));
    for (let i = 0; i < IMAGES; i++) closeSync(openSync(join(root, "n01514668", `${i}.JPEG`), "w"));
    const module = (path: string) => JSON.stringify(join(dist, "data", path));
    const script = `
      const { parentPort } = require("node:worker_threads");
      const isArguments = (n) => { try { [].push(...new Array(n)); return true; } catch { return false; } };
      (async () => {
        const { readBenchmark } = await import(${module("benchmark/benchmark.js")});
        const { listImages } = await import(${module("dataset/list-images.js")});
        const listed = await listImages(await readBenchmark("imagenet"), ${JSON.stringify(root)});
        parentPort.postMessage([isArguments(${IMAGES}), listed.images.length]);
      })();`;
    // With this stack, about 25,000 arguments are too many; with Node's default, 125,000
    const worker = new Worker(script, { eval: true, resourceLimits: { stackSizeMb: 0.4 } });
    expect(await once(worker, "message")).toEqual([[false, IMAGES]]);
  }, 120_000);

  it("labels wnid folders by the ImageNet index, in class order, then by path", async () => {
    const root = writeTree(temporaryFolder(), {
      "n01443537/b.JPEG": "22",
      "n01443537/B.JPEG": "1",
      "n01440764/z.png": "333",
      "n15075141/x.webp": "",
    });
    const listed = await listImages(imagenet, root);
    expect(listed?.layout.kind).toBe("class-folders");
    expect([...(listed?.images ?? [])]).toEqual([
      { path: "n01440764/z.png", bytes: 3, label: 0 },
      { path: "n01443537/B.JPEG", bytes: 1, label: 1 },
      { path: "n01443537/b.JPEG", bytes: 2, label: 1 },
      { path: "n15075141/x.webp", bytes: 0, label: 999 },
    ]);
  });

  it("labels flat files by their number, whose first ten are the devkit's ground truth", async () => {
    const names = Array.from({ length: 10 }, (_, i) => `ILSVRC2012_val_${String(i + 1).padStart(8, "0")}.JPEG`);
    const root = writeTree(temporaryFolder(), Object.fromEntries(names.map((name) => [name, "x"])));
    const listed = await listImages(imagenet, root);
    expect(listed?.layout.kind).toBe("flat");
    expect([...(listed?.images ?? [])].map((image) => image.label)).toEqual([
      65, 970, 230, 809, 516, 57, 334, 415, 674, 332,
    ]);
  });

  it("refuses a WebDataset whose classnames.txt has the classes in another order", async () => {
    const tar = makeTar([
      { name: "s0.cls", content: "0" },
      { name: "s0.jpg", content: "image" },
    ]);
    const names = readFileSync(join(packageRoot, "prompts", "class-names", "imagenet-openai.csv"), "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.replace(/^\d+,n\d+,/, ""));
    const setOf = (order: readonly string[]) =>
      writeTree(temporaryFolder(), { "0.tar": tar, "classnames.txt": order.join("\n") });
    expect((await listImages(imagenet, setOf(names)))?.images.label(0)).toBe(0);
    await expect(listImages(imagenet, setOf([...names].sort()))).rejects.toThrow(
      /classnames.txt: label 0 has the name "Affenpinscher", but that class of imagenet is "tench"/,
    );
  });

  it("skips files that are not images, hidden files and folders without images", async () => {
    const root = writeTree(temporaryFolder(), {
      "README.txt": "",
      "n01440764/a.jpg": "",
      "n01440764/.DS_Store": "",
      "n01440764/._a.jpg": "",
      "n01440764/notes.txt": "",
      "docs/readme.md": "",
    });
    const listed = await listImages(imagenet, root);
    expect([...(listed?.images ?? [])].map((image) => image.path)).toEqual(["n01440764/a.jpg"]);
  });

  it("follows links to class folders and images", async () => {
    const real = writeTree(temporaryFolder(), { "elsewhere/a.jpg": "1234" });
    const root = temporaryFolder();
    symlinkSync(join(real, "elsewhere"), join(root, "n01440764"));
    mkdirSync(join(root, "n01443537"));
    symlinkSync(join(real, "elsewhere", "a.jpg"), join(root, "n01443537", "b.jpg"));
    const listed = await listImages(imagenet, root);
    expect([...(listed?.images ?? [])]).toEqual([
      { path: "n01440764/a.jpg", bytes: 4, label: 0 },
      { path: "n01443537/b.jpg", bytes: 4, label: 1 },
    ]);
  });

  it("refuses a folder of images that is not a class, and names it", async () => {
    const root = writeTree(temporaryFolder(), { "n01440764/a.jpg": "", "n99999999/b.jpg": "" });
    await expect(listImages(imagenet, root)).rejects.toThrow(
      /n99999999: contains images, but its name is not the wnid/,
    );
  });

  it("refuses a flat file whose number has no label, and two with the same number", async () => {
    const beyond = writeTree(temporaryFolder(), { "ILSVRC2012_val_00050001.JPEG": "" });
    await expect(listImages(imagenet, beyond)).rejects.toThrow(
      /ILSVRC2012_val_00050001.JPEG: its number is not in 1…50000/,
    );
    const twice = writeTree(temporaryFolder(), {
      "ILSVRC2012_val_00000001.JPEG": "",
      "ILSVRC2012_val_00000001.jpg": "",
    });
    await expect(listImages(imagenet, twice)).rejects.toThrow(/a second image with number 1/);
  });

  it("finds no layout in a folder with other content", async () => {
    expect(await listImages(imagenet, writeTree(temporaryFolder(), { "a/b.jpg": "" }))).toBeNull();
  });

  it("finds the benchmark below a root by its usual names", async () => {
    const root = writeTree(temporaryFolder(), { "ILSVRC2012/val/n01440764/a.jpg": "" });
    const found = await findData(imagenet, root, false);
    expect(found?.root).toBe(join(root, "ILSVRC2012", "val"));
    expect(await findData(imagenet, join(root, "ILSVRC2012", "val"), false)).toBeNull();
    expect((await findData(imagenet, join(root, "ILSVRC2012", "val"), true))?.images.length).toBe(1);
  });

  it("refuses two copies below one root, naming both", async () => {
    const root = writeTree(temporaryFolder(), { "imagenet/val/n01440764/a.jpg": "", "val/n01440764/a.jpg": "" });
    await expect(findData(imagenet, root, false)).rejects.toThrow(
      /two places.*imagenet\/val.*--data-dir imagenet=PATH/,
    );
  });

  it("explains what is wrong with a folder given for it", async () => {
    const empty = temporaryFolder();
    await expect(openDataFolder(imagenet, empty)).rejects.toThrow(InputError);
    await expect(openDataFolder(imagenet, empty)).rejects.toThrow(
      /no images of imagenet here: the folder is empty; expected one folder per class/,
    );
    await expect(openDataFolder(imagenet, join(empty, "nowhere"))).rejects.toThrow(/no such folder/);
    const hollow = temporaryFolder();
    mkdirSync(join(hollow, "n01440764"));
    await expect(openDataFolder(imagenet, hollow)).rejects.toThrow(/without any images/);
  });
});
