import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { checkAgainstPaths } from "../../../src/data/dataset/contradicting-paths.ts";
import { openLabeling } from "../../../src/data/dataset/labeling.ts";
import type { LabelNames, LabelReader } from "../../../src/data/sources/image-source.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { packagePath } from "../../../src/foundation/files/package-root.ts";
import { parseCsv } from "../../../src/foundation/files/parse-csv.ts";

const synonyms = packagePath("benchmarks/classes/imagenet-synonyms.csv");
/** The label names of the Hub's imagenet-1k. */
const hubNames = parseCsv(readFileSync(synonyms, "utf8"), synonyms, ["names"]).map(({ names = "" }) =>
  names.replace(/;.*/, ""),
);
const openaiNames = parseCsv(
  readFileSync(packagePath("prompts/class-names/imagenet-openai.csv"), "utf8"),
  "imagenet-openai.csv",
  ["name"],
).map(({ name }) => name as string);

async function readerOf(id: string, names?: readonly string[]): Promise<LabelReader> {
  const benchmark = await readBenchmark(id);
  const layout = benchmark.layouts.find(({ kind }) => kind === "web-dataset");
  if (layout === undefined) throw new Error(id);
  const origin = (await openLabeling(benchmark, layout, "root"))?.origin;
  if (origin?.from !== "sample") throw new Error(id);
  return origin.labels(names === undefined ? undefined : namesOf(names));
}

const namesOf = (names: readonly string[]): LabelNames => ({ names, where: "set.parquet" });
const rows = (reader: LabelReader, count: number) =>
  Array.from({ length: count }, (_, number) => reader.rowOf(number, "image"));
const inOrder = (count: number) => Array.from({ length: count }, (_, row) => row);
const columnOf = async (id: string, column: string) => [...((await readBenchmark(id)).classes.keys.get(column) ?? [])];

describe("labels that are numbers", () => {
  it("count the benchmark's classes", async () => {
    expect(rows(await readerOf("imagenet-r"), 200)).toEqual(inOrder(200));
    // ObjectNet's sets number the 113 scored of its 313 folders
    const folders = await columnOf("objectnet", "class_index");
    expect(rows(await readerOf("objectnet"), 113)).toEqual(inOrder(113).map((n) => folders.indexOf(String(n))));
  });

  it("are refused next to the key of another class, and doubted next to the name of another", async () => {
    const reader = await readerOf("imagenet");
    expect(["n01440764", "tench", "fish", "", "0"].map((text) => reader.rowOf(0, "image", text))).toEqual([
      0, 0, 0, 0, 0,
    ]);
    expect(reader.rowOf(134, "image", "crane")).toBe(134); // the name of two classes
    expect(reader.warnings).toEqual([]);
    expect(() => reader.rowOf(1, "image", "n01440764")).toThrow(
      /^image: its label 1 is goldfish, but the text next to it is "n01440764"; name/,
    );
    expect(reader.rowOf(1, "image", "tench")).toBe(1);
    expect(reader.warnings).toEqual([expect.stringMatching(/^image: its label 1 .* is "tench"; do the labels/)]);
  });

  it.each([
    ["imagenet", 1000, /^image: label 1000, but the set has 1000 classes \(0 to 999\); .*counted from 1\?$/],
    ["imagenet-r", 288, /^image: label 288, but the set has 200 classes .*ImageNet index it is a class of imagenet-r/],
    ["imagenet", -1, /^image: has no label \(-1, .*take the validation split$/],
    ["imagenet", 0.5, /^image: label 0.5, but/],
  ])("of %s are refused: %s", async (id, label, message) => {
    const reader = await readerOf(id);
    expect(() => reader.rowOf(label, "image")).toThrow(InputError);
    expect(() => reader.rowOf(label, "image")).toThrow(message);
  });

  it.each([
    ["imagenet", "the Hub's names", hubNames],
    ["imagenet", "open_clip's names, as classnames.txt has them", openaiNames],
    ["imagenet-v2", "the Hub's names", hubNames],
  ])("of %s are confirmed by %s", async (id, _, names) => {
    const reader = await readerOf(id, names);
    expect(rows(reader, 1000)).toEqual(inOrder(1000));
    expect(reader.warnings).toEqual([]);
  });

  it("represent the classes named by wnid or folder, in any order", async () => {
    for (const [id, column] of [
      ["imagenet", "wnid"],
      ["imagenet-a", "wnid"],
      ["objectnet", "folder"],
    ] as const) {
      const keys = await columnOf(id, column);
      const order = [...keys].reverse();
      expect(rows(await readerOf(id, order), keys.length)).toEqual(inOrder(keys.length).reverse());
    }
  });

  it("represent numbered folders that were sorted as text", async () => {
    const names = inOrder(1000).map(String).sort();
    expect(rows(await readerOf("imagenet-v2", names), 1000)).toEqual(names.map(Number));
    expect(rows(await readerOf("imagenet", names), 1000)).toEqual(names.map(Number));
    await expect(readerOf("imagenet", ["0", "1001"])).rejects.toThrow(
      /numbers as names, which are not those of its classes/,
    );
  });

  it("represent a subset where ImageNet's 1000 classes are named, and others are refused", async () => {
    for (const names of [hubNames, openaiNames, await columnOf("imagenet", "wnid")]) {
      const reader = await readerOf("imagenet-r", names);
      expect(reader.rowOf(1, "image")).toBe(0);
      expect(reader.rowOf(2, "image")).toBe(1);
      expect(() => reader.rowOf(0, "image")).toThrow(/label 0 is ".*", which is not a class of imagenet-r/);
    }
  });

  it("in alphabetical order of names that appear twice are refused, with the first that contradicts", async () => {
    const message =
      /^set.parquet: label 0 has the name "Affenpinscher", but that class of imagenet is "tench", and "Affenpinscher" is another class/;
    await expect(readerOf("imagenet", [...openaiNames].sort())).rejects.toThrow(message);
    await expect(readerOf("imagenet", [...hubNames].sort())).rejects.toThrow(
      /label 0 has the name "Afghan hound, Afghan", but/,
    );
  });

  it("are matched by names that each belong to one class, in any order", async () => {
    const labels = (await columnOf("objectnet", "label")).map((label) => label.toLowerCase());
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(labels, { minLength: 20 }), async (names) => {
        const reader = await readerOf("objectnet", names);
        expect(rows(reader, names.length)).toEqual(names.map((name) => labels.indexOf(name)));
      }),
      { seed: 21, numRuns: 20 },
    );
  });

  it("are read by number with a warning where names are in an unknown language", async () => {
    const reader = await readerOf(
      "imagenet",
      inOrder(1000).map((n) => `клас ${n}`),
    );
    expect(rows(reader, 1000)).toEqual(inOrder(1000));
    expect(reader.warnings).toEqual([expect.stringMatching(/^set.parquet: .*mostly unknown .*read by number$/)]);
    await expect(readerOf("imagenet", ["клас"])).rejects.toThrow(
      /label 0, "клас", is not the name of a class of imagenet/,
    );
  });

  it("are refused where the names of two classes are swapped", async () => {
    const names = [...hubNames];
    [names[3], names[7]] = [names[7] as string, names[3] as string];
    await expect(readerOf("imagenet", names)).rejects.toThrow(/label 3 has the name "cock", but .*"tiger shark"/);
  });
});

describe("labels that are text", () => {
  it.each([
    ["imagenet", "n01443537", 1],
    ["imagenet", " n01443537 ", 1],
    ["imagenet", "n01443537-goldfish", 1],
    ["imagenet", "goldfish, Carassius auratus", 1],
    ["imagenet", "Great_White_Shark", 2],
    ["imagenet", "007", 7],
    ["imagenet-r", "n01443537", 0],
    ["objectnet", "alarm_clock", 1],
    ["objectnet", "Alarm clock", 1],
  ])("of %s are keys and names of classes: %s", async (id, text, row) => {
    expect((await readerOf(id)).rowOf(text, "image")).toBe(row);
  });

  it.each([
    ["imagenet", "crane", /its label "crane" is the name of 2 classes; use wnids as labels/],
    ["imagenet", "spoon bender", /its label "spoon bender" is not a class of imagenet/],
    ["imagenet-r", "tench", /"tench" is not a class of imagenet-r/],
    ["imagenet", "", /its label is empty/],
    ["imagenet", "1000", /label 1000, but the set has 1000 classes/],
    ["imagenet", "-1", /has no label/],
  ])("of %s are refused: %s", async (id, text, message) => {
    const reader = await readerOf(id);
    expect(() => reader.rowOf(text, "image")).toThrow(message);
  });
});

describe("labels against the names of images", () => {
  const check = async (paths: readonly string[], label: number) => {
    const faults: string[] = [];
    const images = paths.map((path) => ({ path, bytes: 1, label }));
    const kept = await checkAgainstPaths(images, await readBenchmark("imagenet"), "root", (_, { message }) =>
      faults.push(message),
    );
    return [[...kept].map(({ path }) => path), faults];
  };

  it("agree with wnids and official numbers", async () => {
    // the devkit's first image is of class 65
    const paths = [
      "a/ILSVRC2012_val_00000001_n01751748.JPEG",
      "a/x_n01751748.jpg",
      "n01751748/1.jpg",
      "b/00000007.png",
    ];
    expect(await check(paths, 65)).toEqual([paths, []]);
  });

  it("are refused where a wnid, a folder or an official number indicates another class, or a number appears twice", async () => {
    expect(await check(["a.parquet/ILSVRC2012_val_00000001_n01440764.JPEG"], 65)).toEqual([
      [],
      [
        "root/a.parquet/ILSVRC2012_val_00000001_n01440764.JPEG: its name contains n01440764, but its label is n01751748",
      ],
    ]);
    expect((await check(["n01440764/1.jpg"], 65))[1]).toHaveLength(1);
    expect((await check(["a/ILSVRC2012_val_00000001.JPEG"], 64))[1]).toEqual([
      "root/a/ILSVRC2012_val_00000001.JPEG: image number 1 belongs to n01751748, but its label is n01749939",
    ]);
    expect((await check(["a/ILSVRC2012_val_00050001.JPEG"], 0))[1]).toEqual([
      "root/a/ILSVRC2012_val_00050001.JPEG: its number is not in 1…50000",
    ]);
    expect((await check(["a/ILSVRC2012_val_00000001.JPEG", "b/ILSVRC2012_val_00000001.JPEG"], 65))[1]).toEqual([
      "root/b/ILSVRC2012_val_00000001.JPEG: a second image with number 1; the first is a/ILSVRC2012_val_00000001.JPEG",
    ]);
  });
});
