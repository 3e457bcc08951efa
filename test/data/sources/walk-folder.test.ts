import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { describeAside } from "../../../src/data/dataset/describe-aside.ts";
import { listImages } from "../../../src/data/dataset/list-images.ts";
import { surveyImages } from "../../../src/data/dataset/survey-images.ts";
import { openSource } from "../../../src/data/sources/source-formats.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { lacksByteNames } from "../../system.ts";
import { definitionFiles } from "../benchmark/make-definition.ts";
import { listWebDataset } from "./list-web-dataset.ts";
import { makeTar } from "./make-tar.ts";

const imagenet = await readBenchmark("imagenet");

/** Paths of the images as a run lists them; an inspection must list the same. */
async function pathsIn(root: string): Promise<string[]> {
  const listed = await listImages(imagenet, root);
  const survey = await surveyImages(imagenet, root);
  const paths = [...(listed?.images ?? [])].map(({ path }) => path);
  expect([...(survey?.images ?? [])].map(({ path }) => path)).toEqual(paths);
  expect(survey?.aside.links).toEqual(listed?.aside.links);
  expect(new Map(survey?.aside.clutter)).toEqual(listed?.aside.clutter);
  return paths;
}

/** Two class folders with two images each. */
function twoClasses(files: Readonly<Record<string, string>> = {}): string {
  return writeTree(temporaryFolder(), {
    "n01440764/a.jpg": "a",
    "n01440764/b.jpg": "b",
    "n01443537/c.jpg": "c",
    "n01443537/d.jpg": "d",
    ...files,
  });
}

const FOUR = ["n01440764/a.jpg", "n01440764/b.jpg", "n01443537/c.jpg", "n01443537/d.jpg"];

describe("clutter among the images", () => {
  it.each([
    ["a notebook's copies, next to the classes", ".ipynb_checkpoints/a-checkpoint.jpg", ".ipynb_checkpoints (1)"],
    ["resource forks of an archive", "__MACOSX/n01440764/._a.jpg", "__MACOSX (1)"],
    ["an archive's forks next to the classes, without a folder", "__MACOSX/._a.jpg", "__MACOSX (1)"],
    ["thumbnails of a NAS in a class folder", "n01440764/@eaDir/a.jpg/SYNOPHOTO_THUMB_XL.jpg", "@eaDir (1)"],
    ["thumbnails of a NAS next to the classes", "@eaDir/x.jpg", "@eaDir (1)"],
    ["thumbnails of another NAS", "n01440764/.@__thumb/a.jpg", ".@__thumb (1)"],
    ["a NAS's recycle bin", "#recycle/n01440764/x.jpg", "#recycle (1)"],
    ["a NAS's recycle bin with an image in it", "n01440764/#recycle/x.jpg", "#recycle (1)"],
    ["Windows' recycle bin", "$RECYCLE.BIN/x.jpg", "$RECYCLE.BIN (1)"],
    ["Windows' folder of a volume", "System Volume Information/x.jpg", "System Volume Information (1)"],
    ["a file system's lost and found", "lost+found/x.jpg", "lost+found (1)"],
    ["macOS's forks", "n01440764/._a.jpg", "._* (1)"],
    ["macOS's forks next to the classes", "._a.jpg", "._* (1)"],
    ["a hidden folder deep in a class folder", "n01440764/more/.cache/x.jpg", "hidden (.*) (1)"],
    ["thumbnails as one file", "n01440764/Thumbs.db", "Thumbs.db (1)"],
    ["a view's settings", "n01440764/.DS_Store", ".DS_Store (1)"],
    ["Windows' settings, in any case", "n01440764/Desktop.ini", "desktop.ini (1)"],
  ])("is skipped and counted: %s", async (_, path, said) => {
    const root = twoClasses({ [path]: "x" });
    expect(await pathsIn(root)).toEqual(FOUR);
    const listed = await listImages(imagenet, root);
    expect(describeAside({ root, aside: listed!.aside })).toEqual([
      `${root}: skipped, because it is not part of a data set: ${said}`,
    ]);
  });

  it("is skipped next to flat files", async () => {
    const root = writeTree(temporaryFolder(), {
      "ILSVRC2012_val_00000001.JPEG": "a",
      "._ILSVRC2012_val_00000001.JPEG": "x",
      "@eaDir/ILSVRC2012_val_00000001.JPEG/SYNOPHOTO_THUMB_M.jpg": "x",
      "cover.jpg": "x",
    });
    const listed = await listImages(imagenet, root);
    expect(listed?.images.length).toBe(1);
    expect(describeAside({ root, aside: listed!.aside })).toEqual([
      `${root}: skipped, because it is not part of a data set: ._* (1), @eaDir (1)`,
      `${root}: skipped, because the class is unknown: an image: cover.jpg`,
    ]);
    expect(await pathsIn(root)).toEqual(["ILSVRC2012_val_00000001.JPEG"]);
  });

  it("is skipped in tars, at any depth, and its labels with it", async () => {
    const members = ["s0", "__MACOSX/._s0", "a/@eaDir/s1.jpg/SYNOPHOTO_THUMB", ".ipynb_checkpoints/s0"].map((name) => ({
      name: `${name}.jpg`,
      content: "x",
    }));
    const labels = ["s0", "__MACOSX/s9"].map((name) => ({ name: `${name}.cls`, content: "1" }));
    const root = writeTree(temporaryFolder(), { "0.tar": makeTar([...members, ...labels]) });
    const set = await listWebDataset(root);
    expect(set?.images.map(({ member }) => member)).toEqual(["s0.jpg"]);
    expect(Object.fromEntries(set!.clutter)).toEqual({ __MACOSX: 1, "@eaDir": 1, ".ipynb_checkpoints": 1 });
  });

  it("is not clutter where a class has that name", async () => {
    const folder = writeTree(temporaryFolder(), definitionFiles("mine", [".net", "lost+found"]));
    const root = writeTree(temporaryFolder(), { ".net/a.jpg": "a", "lost+found/b.jpg": "b" });
    const listed = await listImages(await readBenchmark(join(folder, "mine.json")), root);
    expect([...listed!.images].map(({ path }) => path)).toEqual([".net/a.jpg", "lost+found/b.jpg"]);
  });

  it("does not hide a folder of images that is not a class", async () => {
    await expect(listImages(imagenet, twoClasses({ "eaDir/x.jpg": "x" }))).rejects.toThrow(
      /eaDir: contains images, but its name is not the wnid/,
    );
  });
});

describe("links", () => {
  it.each([
    ["the folder above", "n01440764/up", ".."],
    ["the folder that contains it", "n01440764/self", "."],
    ["another class", "n01440764/other", "../n01443537"],
    ["the root's folder above", "n01440764/high", "../.."],
    ["the same class from the root", "n01443537/deep", "../n01443537"],
  ])("to %s are not followed, and are reported", async (_, path, target) => {
    const root = twoClasses();
    symlinkSync(target, join(root, path));
    expect(await pathsIn(root)).toEqual(FOUR);
    const listed = await listImages(imagenet, root);
    expect(describeAside({ root, aside: listed!.aside })).toEqual([
      `${root}: not followed: a link to folders that are read at their own paths: ${path}`,
    ]);
  });

  it("to a folder inside another class are not followed", async () => {
    const root = twoClasses({ "n01443537/more/e.jpg": "e" });
    symlinkSync("../n01443537/more", join(root, "n01440764/theirs"));
    expect(await pathsIn(root)).toEqual([...FOUR, "n01443537/more/e.jpg"]);
  });

  it("to class folders elsewhere are followed, and a link from there to their parent is not", async () => {
    const real = twoClasses({ "n99999999/x.jpg": "x" });
    symlinkSync("..", join(real, "n01440764/up"));
    const root = temporaryFolder();
    for (const name of ["n01440764", "n01443537"]) symlinkSync(join(real, name), join(root, name));
    expect(await pathsIn(root)).toEqual(FOUR);
  });

  it("to folders of images elsewhere are followed, each once", async () => {
    const elsewhere = writeTree(temporaryFolder(), { "set/x.jpg": "x", "set/in/y.jpg": "y" });
    const root = twoClasses();
    symlinkSync(join(elsewhere, "set"), join(root, "n01440764/more"));
    symlinkSync(join(elsewhere, "set"), join(root, "n01440764/same"));
    symlinkSync(join(elsewhere, "set/in"), join(root, "n01440764/inner"));
    symlinkSync(elsewhere, join(elsewhere, "set/in/loop"));
    const paths = await pathsIn(root);
    expect(paths.map((path) => path.slice(path.lastIndexOf("/") + 1)).sort()).toEqual(
      ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "x.jpg", "y.jpg"].sort(),
    );
  });

  it("to images are images, because some sets consist of links", async () => {
    const real = twoClasses();
    const root = temporaryFolder();
    mkdirSync(join(root, "n01440764"));
    symlinkSync(join(real, "n01440764/a.jpg"), join(root, "n01440764/z.jpg"));
    expect([...(await listImages(imagenet, root))!.images]).toEqual([{ path: "n01440764/z.jpg", bytes: 1, label: 0 }]);
  });

  it("that make one folder two classes stop the run, next to the classes and in them", async () => {
    const root = twoClasses();
    symlinkSync("n01440764", join(root, "n01484850"));
    const message = /n01484850: the same folder as .*n01440764 \(one is a link\), but for another class/;
    await expect(listImages(imagenet, root)).rejects.toThrow(message);
    expect((await surveyImages(imagenet, root))?.problem).toMatch(message);
    const elsewhere = writeTree(temporaryFolder(), { "x.jpg": "x" });
    const inner = twoClasses();
    for (const name of ["n01440764", "n01443537"]) symlinkSync(elsewhere, join(inner, name, "more"));
    await expect(listImages(imagenet, inner)).rejects.toThrow(/n01443537\/more: the same folder as .*another class/);
  });

  it("from one class's name to the folder of all stop the run", async () => {
    const root = twoClasses();
    symlinkSync(".", join(root, "n01484850"));
    await expect(listImages(imagenet, root)).rejects.toThrow(
      /n01484850: a link to .*, which contains the class folders/,
    );
  });

  it("that give one class folder two names of the same class count it once", async () => {
    const v2 = await readBenchmark("imagenet-v2");
    const root = writeTree(temporaryFolder(), { "9/a.jpg": "a" });
    symlinkSync("9", join(root, "009"));
    const listed = await listImages(v2, root);
    expect([...listed!.images].map(({ path }) => path)).toEqual(["9/a.jpg"]);
    expect(listed!.aside.links).toEqual(["009"]);
  });

  it("never list a real file of the root twice, for any links between folders", async () => {
    const folders = ["n01440764", "n01440764/in", "n01440764/in/deep", "n01443537", "n01443537/in", "."];
    const link = fc.record({ from: fc.nat(folders.length - 2), to: fc.nat(folders.length - 1) });
    await fc.assert(
      fc.asyncProperty(fc.array(link, { maxLength: 6 }), async (links) => {
        const root = writeTree(temporaryFolder(), {
          "n01440764/a.jpg": "",
          "n01440764/in/b.jpg": "",
          "n01440764/in/deep/c.jpg": "",
          "n01443537/d.jpg": "",
          "n01443537/in/e.jpg": "",
        });
        for (const [i, { from, to }] of links.entries()) {
          symlinkSync(join(root, folders[to] as string), join(root, folders[from] as string, `link${i}`));
        }
        const paths = await pathsIn(root);
        rmSync(root, { recursive: true });
        expect(paths).toEqual([
          "n01440764/a.jpg",
          "n01440764/in/b.jpg",
          "n01440764/in/deep/c.jpg",
          "n01443537/d.jpg",
          "n01443537/in/e.jpg",
        ]);
      }),
      { seed: 11, numRuns: 60 },
    );
  });
});

describe("a folder named like a class inside the folder of another class", () => {
  it("is reported, and its images count for the outer class; except with the same class's name, or without images", async () => {
    const root = twoClasses({
      "n01440764/n01443537/x.jpg": "x",
      "n01440764/n01440764/y.jpg": "y",
      "n01440764/n01484850/notes.txt": "z",
    });
    const listed = await listImages(imagenet, root);
    expect([...listed!.images].filter(({ label }) => label === 0)).toHaveLength(4);
    expect(listed!.aside.misplaced).toEqual(["n01440764/n01443537"]);
    expect((await surveyImages(imagenet, root))?.aside.misplaced).toEqual(["n01440764/n01443537"]);
  });
});

describe("names of folders and files", () => {
  it("may have a class's name after its wnid, and zeros before a number", async () => {
    const root = writeTree(temporaryFolder(), { "n01440764-tench/a.jpg": "a", "n01443537_goldfish/b.jpg": "b" });
    const listed = await listImages(imagenet, root);
    expect([...listed!.images].map(({ path, label }) => [path, label])).toEqual([
      ["n01440764-tench/a.jpg", 0],
      ["n01443537_goldfish/b.jpg", 1],
    ]);
  });

  it("may have accented letters in either Unicode form", async () => {
    const folder = writeTree(temporaryFolder(), definitionFiles("mine", ["cafe\u0301", "na\u00efve"]));
    const root = writeTree(temporaryFolder(), { "caf\u00e9/a.jpg": "a", "nai\u0308ve/b.jpg": "b" });
    const listed = await listImages(await readBenchmark(join(folder, "mine.json")), root);
    expect([...listed!.images].map(({ label }) => label)).toEqual([0, 1]);
  });

  it("may be the Hub's flat names with the wnid, and have extensions in upper case", async () => {
    const root = writeTree(temporaryFolder(), {
      "ILSVRC2012_val_00000001_n01751748.JPEG": "a",
      "ILSVRC2012_val_00000002_n09193705.JPEG": "b",
      "ILSVRC2012_val_00000003.JPG": "c",
      "ILSVRC2012_val_00000004.PNG": "d",
    });
    const listed = await listImages(imagenet, root);
    expect([...listed!.images].map(({ label }) => label)).toEqual([65, 970, 230, 809]);
  });

  it("are refused where a flat name's wnid and number belong to two classes", async () => {
    const root = writeTree(temporaryFolder(), { "ILSVRC2012_val_00000001_n01440764.JPEG": "a" });
    await expect(listImages(imagenet, root)).rejects.toThrow(
      /00000001_n01440764\.JPEG: its name contains n01440764, but image number 1 belongs to n01751748/,
    );
    expect((await surveyImages(imagenet, root))?.aside.looseImages).toEqual(["ILSVRC2012_val_00000001_n01440764.JPEG"]);
  });

  it.skipIf(lacksByteNames)("that are not UTF-8 are read, and written with escaped bytes", async () => {
    const root = twoClasses();
    const latin1 = (name: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, "latin1")]);
    writeFileSync(latin1("n01440764/caf\xe9.jpg"), "not ascii");
    mkdirSync(latin1("n01443537/\xff"));
    writeFileSync(latin1("n01443537/\xff/x.jpg"), "xyz");
    writeFileSync(join(root, "n01443537/\\xFF.jpg"), "backslash");
    symlinkSync(Buffer.from("../n01443537/\xff", "latin1"), join(root, "n01440764/theirs"));
    expect(await pathsIn(root)).toEqual([
      "n01440764/a.jpg",
      "n01440764/b.jpg",
      "n01440764/caf\\xE9.jpg",
      "n01443537/\\x5CxFF.jpg",
      "n01443537/\\xFF/x.jpg",
      "n01443537/c.jpg",
      "n01443537/d.jpg",
    ]);
    const listed = await listImages(imagenet, root);
    const source = openSource(listed!);
    const texts = [...listed!.images].map(async (image) => Buffer.from((await source.read(image)).bytes).toString());
    expect(await Promise.all(texts)).toEqual(["a", "b", "not ascii", "backslash", "xyz", "c", "d"]);
    const head = await source.readHead(listed!.images.at(4), new Uint8Array(2));
    expect(Buffer.from(head).toString()).toBe("xy");
    await source.close();
  });
});
