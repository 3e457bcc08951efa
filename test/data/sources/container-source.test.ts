import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { listImages } from "../../../src/data/dataset/list-images.ts";
import { containerFormat } from "../../../src/data/sources/container-source.ts";
import { openSource } from "../../../src/data/sources/source-formats.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { type MadeMember, makeTar } from "./make-tar.ts";

const imagenet = await readBenchmark("imagenet");

/** A folder of tars: path → names of members, whose content is their name. */
function tarsOf(tars: Readonly<Record<string, readonly (string | MadeMember)[]>>): string {
  const made = Object.entries(tars).map(([path, names]) => [
    path,
    makeTar(names.map((name) => (typeof name === "string" ? { name, content: name } : name))),
  ]);
  return writeTree(temporaryFolder(), Object.fromEntries(made));
}

async function rowsIn(root: string, files?: readonly string[]) {
  const listed = await listImages(imagenet, { root, files });
  if (listed === null) return null;
  const source = openSource(listed);
  try {
    for (const image of listed.images) {
      const { bytes } = await source.read(image);
      expect(image.path.endsWith(`/${Buffer.from(bytes)}`)).toBe(true);
    }
  } finally {
    await source.close();
  }
  return [...listed.images].map(({ path, label }) => [path, label]);
}

describe("an archive with class folders", () => {
  it.each(["", "./", "imagenet-r/", "a/b c/d/"])("is read below %j, in the archive's order", async (above) => {
    const root = tarsOf({
      "imagenet-r.tar": [
        `${above}README.txt`,
        `${above}n01443537/b.jpg`,
        `${above}n01440764/a.jpg`,
        `${above}n01443537/deep/a.png`,
      ],
    });
    const paths = ["n01443537/b.jpg", "n01440764/a.jpg", "n01443537/deep/a.png"];
    const at = `imagenet-r.tar/${above.replace("./", "")}`;
    const listed = await listImages(imagenet, root);
    expect([...listed!.images].map(({ path, label }) => [path, label])).toEqual(
      paths.map((path, i) => [at + path, [1, 0, 1][i]]),
    );
    expect(listed?.aside).toMatchObject({ strayFiles: 1, looseImages: [], notes: [], warnings: [] });
  });

  it("gives the validation set where it also contains training images, and reports this", async () => {
    const root = tarsOf({ "all.tar": ["in/train/n01440764/a.jpg", "in/val/n01440764/b.jpg", "x/n01.jpg"] });
    const listed = await listImages(imagenet, root);
    expect([...listed!.images].map(({ path }) => path)).toEqual(["all.tar/in/val/n01440764/b.jpg"]);
    expect(listed?.aside.notes).toEqual([`${root}/all.tar/in/val: read; skipped: 1 image in ${root}/all.tar/in/train`]);
    const training = tarsOf({ "all.tar": ["in/train/n01440764/a.jpg"] });
    expect((await listImages(imagenet, training))!.aside.warnings).toEqual([
      `${training}/all.tar/in/train: its name indicates a training set`,
    ]);
    const two = tarsOf({ "all.tar": ["a/n01440764/a.jpg", "b/n01440764/a.jpg"] });
    await expect(listImages(imagenet, two)).rejects.toThrow(
      /images with labels in more than one folder: .*tar\/a, .*b;/,
    );
  });

  it("is refused with a folder that is not a class; clutter, loose images and misplaced folders are recorded", async () => {
    const names = [
      "r/n01440764/a.jpg",
      "r/n01440764/n01443537/b.jpg",
      "r/x.jpg",
      "y.png",
      "__MACOSX/r/n01440764/._a.jpg",
    ];
    const root = tarsOf({ "r.tar": names });
    const { aside } = (await listImages(imagenet, root))!;
    expect(aside).toMatchObject({
      misplaced: ["r.tar/r/n01440764/n01443537"],
      looseImages: ["r.tar/r/x.jpg", "r.tar/y.png"],
      strayFiles: 0,
    });
    expect([...aside.clutter]).toEqual([["__MACOSX", 1]]);
    const more = tarsOf({ "r.tar": [...names, "r/cats/a.jpg"] });
    await expect(listImages(imagenet, more)).rejects.toThrow(
      `${more}/r.tar/r/cats: contains images, but its name is not the wnid of a class of imagenet`,
    );
  });
});

describe("an archive with numbered images", () => {
  it.each(["", "./", "val/"])("is read below %j, in the archive's order", async (above) => {
    const names = [3, 1, 2].map((number) => `ILSVRC2012_val_0000000${number}.JPEG`);
    const root = tarsOf({ "ILSVRC2012_img_val.tar": names.map((name) => above + name) });
    const listed = await listImages(imagenet, root);
    expect([...listed!.images].map(({ path }) => path.split("/").at(-1))).toEqual(names);
    expect([...listed!.images].map(({ label }) => label)).toEqual([230, 65, 970]);
  });

  it("is refused with two images with the same number, in any place", async () => {
    const names = ["JPEG", "png"].map((ending) => `ILSVRC2012_val_00000001.${ending}`);
    const root = tarsOf({ "a.tar": [names[0]!, "ILSVRC2012_val_00000002.JPEG", names[1]!] });
    await expect(listImages(imagenet, root)).rejects.toThrow(/a second image with number 1/);
  });
});

describe("files of a folder", () => {
  it("are those that were selected", async () => {
    const root = tarsOf({ "a.tar": ["n01440764/a.jpg"], "b.tar": ["n01443537/b.jpg"], "c.tar": ["README"] });
    expect(await rowsIn(root, ["b.tar"])).toEqual([["b.tar/n01443537/b.jpg", 1]]);
    expect(await rowsIn(root, ["c.tar"])).toBeNull();
    await expect(listImages(imagenet, root)).rejects.toThrow(/images in more than one file: a\.tar, b\.tar/);
  });

  it("are refused where the selected ones belong to two splits by their names", async () => {
    const root = tarsOf({ "i-val.tar": ["n01440764/a.jpg"], "i-train.tar": ["n01443537/b.jpg"] });
    await expect(rowsIn(root, ["i-val.tar", "i-train.tar"])).rejects.toThrow(
      /i-train\.tar: its name indicates another split than that of i-val/,
    );
  });

  it("are the one with labeled images, next to others", async () => {
    const root = tarsOf({
      "b.tar": ["n01443537/b.jpg"],
      "devkit.tar": ["data/meta.mat"],
      "train.tar": ["n01440764.tar"],
    });
    expect(await rowsIn(root)).toEqual([["b.tar/n01443537/b.jpg", 1]]);
  });
});

describe("a table", () => {
  /** A format for this test: each line of a file is the label of an image. */
  const rows = containerFormat({
    name: "rows",
    endings: [".rows"],
    index: async (path) => {
      const labels = readFileSync(path, "utf8").trim().split("\n");
      const members = labels.map((label, i) => ({ name: `${i}`, bytes: 1, position: i, label: Number(label) }));
      return { members, notes: [], warnings: [] };
    },
    open: () => {
      const unused = () => Promise.reject(new Error("nothing is read"));
      return { read: unused, readHead: unused, close: async () => {} };
    },
  });

  async function labelsIn(files: Readonly<Record<string, string>>): Promise<number[]> {
    const root = writeTree(temporaryFolder(), files);
    const labels = async () => ({
      rowOf: (label: number | string, where: string) => {
        if (label === -1) throw new InputError(`${where}: no label`);
        return Number(label);
      },
      warnings: [],
    });
    const source = rows.open({ root });
    const listing = await source.list({ from: "sample", classes: 9, labels }, { onFault: () => true });
    return [...(listing?.images ?? [])].map(({ label }) => label);
  }

  it("of a validation split is read next to a test split without labels, and refused next to one with labels", async () => {
    const validation = { "validation-0.rows": "3\n1\n2" };
    expect(await labelsIn({ ...validation, "test-0.rows": "-1\n-1", "train-0.rows": "7" })).toEqual([3, 1, 2]);
    await expect(labelsIn({ ...validation, "test-0.rows": "-1\n5" })).rejects.toThrow(
      /shards of more than one set: test-0\.rows, validation-0\.rows; choose those to read/,
    );
    await expect(labelsIn({ "test-0.rows": "-1\n-1", "train-0.rows": "7" })).rejects.toThrow(
      /test-0\.rows\/0: no label/,
    );
  });
});
