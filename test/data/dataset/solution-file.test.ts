import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { listImages } from "../../../src/data/dataset/list-images.ts";
import { findData, openDataFolder } from "../../../src/data/dataset/locate.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

const imagenet = await readBenchmark("imagenet");
const VAL = "ILSVRC/Data/CLS-LOC/val";

/** Kaggle's folder tree with these images, and its label file with these rows. */
function kaggle(images: readonly string[], rows: readonly string[], more: Record<string, string> = {}): string {
  return writeTree(temporaryFolder(), {
    ...Object.fromEntries(images.map((name) => [`${VAL}/${name}`, "x"])),
    "ILSVRC/Data/CLS-LOC/train/n01440764/n01440764_18.JPEG": "x",
    "ILSVRC/Data/CLS-LOC/test/ILSVRC2012_test_00000001.JPEG": "x",
    "ILSVRC/Annotations/CLS-LOC/val/ILSVRC2012_val_00000001.xml": "x",
    "LOC_synset_mapping.txt": "n01440764 tench, Tinca tinca\n",
    "LOC_val_solution.csv": `ImageId,PredictionString\n${rows.join("\n")}\n`,
    ...more,
  });
}

const OFFICIAL = ["ILSVRC2012_val_00000002.JPEG", "ILSVRC2012_val_00000001.JPEG"];
const ROWS = [
  "ILSVRC2012_val_00000001,n01751748 111 108 441 193 ",
  "ILSVRC2012_val_00000002,n09193705 0 0 9 9 n09193705 1 1 2 2 ",
];

describe("Kaggle's tree", () => {
  it("is found from its top folder, both as a data root and as the set's folder", async () => {
    const top = kaggle(OFFICIAL, ROWS);
    for (const located of [await findData(imagenet, top, false), await openDataFolder(imagenet, top)]) {
      expect(located?.root).toBe(join(top, VAL));
      expect([...located!.images].map(({ path, label }) => [path, label])).toEqual([
        ["ILSVRC2012_val_00000001.JPEG", 65],
        ["ILSVRC2012_val_00000002.JPEG", 970],
      ]);
    }
  });

  it("assigns labels to renamed images, from its top folder or the folder of the images", async () => {
    const rows = ["val_b,n01443537 1 2 3 4", "val_a,n01751748 1 2 3 4", "val_c,n01440764 1 2 3 4"];
    const top = kaggle(["val_a.JPEG", "val_b.png", "other.JPEG"], rows);
    const listed = await listImages(imagenet, join(top, VAL));
    expect([...listed!.images].map(({ path, label }) => [path, label])).toEqual([
      ["val_b.png", 1],
      ["val_a.JPEG", 65],
    ]);
    expect(listed?.aside.looseImages).toEqual(["other.JPEG"]);
    const beside = writeTree(temporaryFolder(), {
      "a.jpg": "x",
      "LOC_val_solution.csv": "ImageId,PredictionString\na,n01443537\n",
    });
    expect([...(await listImages(imagenet, beside))!.images]).toEqual([{ path: "a.jpg", bytes: 1, label: 1 }]);
  });

  it.each([
    [
      "an official name of another class",
      [...ROWS, "ILSVRC2012_val_00000003,n01440764"],
      /row 3: ILSVRC2012_val_00000003: labeled n01440764, but its name contains number 3, which belongs to n02105855/,
    ],
    [
      "an unknown class",
      ["ILSVRC2012_val_00000001,n99999999 1"],
      /row 1: .*expected the wnid of a class, got "n99999999"/,
    ],
    ["a name with two labels", ["a,n01440764", "a,n01443537"], /row 2: a: appears twice, with two labels/],
    ["no columns", ["x"], /LOC_val_solution\.csv: /],
  ])("is refused for %s", async (_, rows, message) => {
    await expect(findData(imagenet, kaggle(OFFICIAL, rows), false)).rejects.toThrow(message);
  });

  it("is refused for two images with the same name", async () => {
    const top = kaggle(["a.JPEG", "a.png"], ["a,n01440764"]);
    await expect(findData(imagenet, top, false)).rejects.toThrow(
      /a\.png: a second image with this name; the first is a\.JPEG/,
    );
  });
});
