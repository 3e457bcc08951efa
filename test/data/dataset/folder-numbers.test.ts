import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { differingParts } from "../../../src/data/benchmark/definition.ts";
import { withFolderNames } from "../../../src/data/benchmark/folder-names.ts";
import { decideFolderNumbers } from "../../../src/data/dataset/folder-numbers.ts";
import { listImages } from "../../../src/data/dataset/list-images.ts";
import { surveyImages } from "../../../src/data/dataset/survey-images.ts";
import { collectImages } from "../../../src/data/sources/image-list.ts";
import { findDataDoubts } from "../../../src/evaluation/evaluate/data-doubts.ts";
import { planProtocols } from "../../../src/evaluation/evaluate/planned-protocols.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

const imagenet = await readBenchmark("imagenet");
const wnids = imagenet.classes.keys.get("wnid") as string[];
const devkit = imagenet.classes.keys.get("ilsvrc2012_id") as string[];

/** The devkit's first ten images, as rows of the class list. */
const FIRST = [65, 970, 230, 809, 516, 57, 334, 415, 674, 332];
const official = (number: number) => `ILSVRC2012_val_${String(number).padStart(8, "0")}.JPEG`;

/** The first images in folders that are named after their class. */
const inFolders = (folderOf: (row: number) => string, rows = FIRST) =>
  writeTree(temporaryFolder(), Object.fromEntries(rows.map((row, i) => [`${folderOf(row)}/${official(i + 1)}`, "x"])));

const labelsOf = (listed: Awaited<ReturnType<typeof listImages>>) =>
  [...listed!.images].map(({ path, label }) => [path.slice(path.lastIndexOf("/") + 1), label]).sort();
const RIGHT = FIRST.map((row, i) => [official(i + 1), row]);

describe("class folders named by numbers", () => {
  it.each([
    ["index", (row: number) => String(row)],
    ["index", (row: number) => String(row).padStart(3, "0")],
    ["index+1", (row: number) => String(row + 1)],
    ["index+1", (row: number) => String(row + 1).padStart(4, "0")],
    ["ilsvrc2012_id", (row: number) => devkit[row] as string],
  ])("belong to the column that official names confirm: %s", async (key, folderOf) => {
    const root = inFolders(folderOf);
    const listed = await listImages(imagenet, root);
    expect(labelsOf(listed)).toEqual(RIGHT);
    expect(listed?.layout).toEqual({ kind: "class-folders", key });
    expect(listed?.numberedBy).toBe(key);
    expect(listed?.aside.notes).toEqual([`${root}: folders named by ${key}, as the names of 10 images confirm`]);
    expect(labelsOf(await surveyImages(imagenet, root))).toEqual(RIGHT);
  });

  it("are also confirmed by wnids in names, and ordered by class", async () => {
    const files = [999, 3, 500].map((row) => [`${devkit[row]}/${wnids[row]}_12.JPEG`, "x"]);
    const listed = await listImages(imagenet, writeTree(temporaryFolder(), Object.fromEntries(files)));
    expect([...listed!.images].map(({ label }) => label)).toEqual([3, 500, 999]);
  });

  it("never get a wrong label, with any numbering", async () => {
    const shift = fc.integer({ min: 1, max: 999 });
    await fc.assert(
      fc.asyncProperty(shift, async (by) => {
        const root = inFolders((row) => String((row + by) % 1000));
        if (by === 1) return expect(labelsOf(await listImages(imagenet, root))).toEqual(RIGHT);
        await expect(listImages(imagenet, root)).rejects.toThrow(/10 of 10 images are in the folder of another class/);
      }),
      { seed: 5, numRuns: 12 },
    );
  });

  it("are refused where one image contradicts the column of all others", async () => {
    const root = writeTree(inFolders(String), { "5/ILSVRC2012_val_00000011.JPEG": "x" });
    await expect(listImages(imagenet, root)).rejects.toThrow(
      /as index 1 of 11 images are in the folder of another class, and more contradict every other column: 5\/ILSVRC2012_val_00000011\.JPEG: its name contains number 11, which belongs to n\d{8}$/,
    );
    expect((await surveyImages(imagenet, root))?.problem).toMatch(/1 of 11 images/);
  });

  it("are refused where they are ambiguous, with the columns and the option", async () => {
    const root = writeTree(temporaryFolder(), { "065/1.JPEG": "x", "970/2.JPEG": "x", "230/3.JPEG": "x" });
    await expect(listImages(imagenet, root)).rejects.toThrow(
      `${root}: its folders are named by numbers (65, 230, 970), and a number does not identify a class: they may be the class list's index or index+1 or ilsvrc2012_id, and no image names confirm one; state the column with --folder-names imagenet=index or --folder-names imagenet=index+1 or --folder-names imagenet=ilsvrc2012_id, or name the folders by wnid`,
    );
    const stated = withFolderNames(imagenet, "ilsvrc2012_id");
    const listed = await listImages(stated, root);
    expect([...listed!.images].map(({ path, label }) => devkit[label] === String(Number(path.split("/")[0])))).toEqual([
      true,
      true,
      true,
    ]);
    expect(listed?.aside.notes).toEqual([`${root}: folders named by ilsvrc2012_id, as stated`]);
    const relisted = await listImages(withFolderNames(imagenet, "index+1"), root);
    expect([...relisted!.images].map(({ label }) => label)).toEqual([64, 229, 969]);
  });

  it("are refused where the stated column contradicts the names, or does not contain a folder", async () => {
    const root = inFolders(String);
    await expect(listImages(withFolderNames(imagenet, "ilsvrc2012_id"), root)).rejects.toThrow(
      /as ilsvrc2012_id 10 of 10 images are in the folder of another class: /,
    );
    const beyond = writeTree(temporaryFolder(), { "0/a.JPEG": "x", "1000/b.JPEG": "x" });
    await expect(listImages(withFolderNames(imagenet, "index"), beyond)).rejects.toThrow(/1000: contains images, but/);
    expect(() => withFolderNames(imagenet, "devkit")).toThrow(
      /--folder-names imagenet=devkit: the class list has no column "devkit"; it has index, wnid, ilsvrc2012_id/,
    );
  });

  it("are indices where they are exactly 0 to 999, which is noted, but not where one is missing or they begin at 1", async () => {
    const keys = ["index", "index+1", "ilsvrc2012_id"];
    const decide = (from: number, to: number) => {
      const images = Array.from({ length: to - from + 1 }, (_, i) => {
        return { path: `${i + from}/a.JPEG`, bytes: 1, label: i + from };
      });
      return decideFolderNumbers(imagenet, keys, images, "/data/val");
    };
    expect(await decide(0, 999)).toEqual({
      key: "index",
      note: "/data/val: folders 0 to 999 are read as ImageNet indices, as published for ImageNetV2; no image names confirm this",
    });
    await expect(decide(1, 1000)).rejects.toThrow(/index\+1 or ilsvrc2012_id, and no image/);
    await expect(decide(0, 998)).rejects.toThrow(/class list's index, and no image/);
  });

  it("are compared with other sets by the classes that they represent", async () => {
    const listed = await listImages(withFolderNames(imagenet, "index"), inFolders(String));
    const labels = Array.from({ length: 1000 }, (_, label) => ({ path: `${label}/a.JPEG`, bytes: 1, label }));
    const located = { ...listed!, images: collectImages(labels) };
    expect((await findDataDoubts(imagenet, located)).likelySet).toBeNull();
    expect((await findDataDoubts(imagenet, { ...located, numberedBy: undefined })).likelySet).toMatch(/imagenet-v2/);
  });

  it("are read alone, and containers next to them are named", async () => {
    const root = inFolders((row) => wnids[row] as string);
    const textsOf = async () => (await findDataDoubts(imagenet, (await listImages(imagenet, root))!)).notes;
    expect(JSON.stringify(await textsOf())).not.toMatch(/skipped: /);
    writeTree(root, { "rest.zip": "x", "._a.tar": "x", "notes.txt": "x" });
    expect(JSON.stringify(await textsOf())).toMatch(/using the files in folders; skipped: rest\.zip"/);
  });

  it("are compared with other sets by their count where labels are stored with the images", async () => {
    const list = Array.from({ length: 7500 }, (_, i) => ({ path: `${i}.jpg`, bytes: 1, label: i % 200 }));
    const located = {
      ...(await listImages(
        imagenet,
        inFolders((row) => wnids[row] as string),
      ))!,
      images: collectImages(list),
    };
    const samples = { ...located, layout: { kind: "web-dataset" } as const };
    expect((await findDataDoubts(await readBenchmark("imagenet-r"), samples)).likelySet).toMatch(
      /^its number of images is that of imagenet-a, not of imagenet-r/,
    );
    expect((await findDataDoubts(await readBenchmark("imagenet-a"), samples)).likelySet).toBeNull();
  });

  it("are refused below a folder that is also a number: all would belong to one class", async () => {
    const v2 = await readBenchmark("imagenet-v2");
    const below = (...folders: string[]) =>
      writeTree(temporaryFolder(), Object.fromEntries(folders.map((folder) => [`${folder}/a.jpeg`, "x"])));
    const nested = below("1/0", "1/10");
    await expect(findDataDoubts(v2, (await listImages(v2, nested))!)).rejects.toThrow(
      /2 folders named like classes \(1\/0, 1\/10\) are inside folders .*; specify the folder that contains the classes/,
    );
    const few = below("1", "1/10");
    expect((await findDataDoubts(v2, (await listImages(v2, few))!)).notes).not.toEqual([]);
  });

  it("give results of another definition where another column is stated", async () => {
    const root = writeTree(temporaryFolder(), { "065/1.JPEG": "x", "970/2.JPEG": "x" });
    const partOf = async (column: string) => {
      const benchmark = withFolderNames(imagenet, column);
      const located = await listImages(benchmark, root);
      const { protocols } = await planProtocols(benchmark, located!, { allowIncomplete: true });
      return protocols.map(({ definition }) => definition);
    };
    const [index, devkit] = [await partOf("index"), await partOf("ilsvrc2012_id")];
    expect(differingParts(index[0]!, devkit[0]!)).toEqual(["folder numbers"]);
  });

  it("are not read as classes next to flat files, or where they are not numbers of classes", async () => {
    const flat = writeTree(temporaryFolder(), { [official(1)]: "x", "1/thumb.jpg": "x" });
    expect((await listImages(imagenet, flat))?.layout.kind).toBe("flat");
    expect(await listImages(imagenet, writeTree(temporaryFolder(), { "2012/a.jpg": "x" }))).toBeNull();
  });
});

it("accept wnids in upper case, followed by a space and a name", async () => {
  const root = writeTree(temporaryFolder(), { "N01440764/a.jpg": "x", "n01443537 goldfish/b.jpg": "x" });
  expect([...(await listImages(imagenet, root))!.images].map(({ label }) => label)).toEqual([0, 1]);
});
