import { symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { openDataFolder } from "../../../src/data/dataset/locate.ts";
import { openSource } from "../../../src/data/sources/source-formats.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

const imagenet = await readBenchmark("imagenet");
const FILES = { "a.jpg": "image a", "b/c.png": "image c", "b/d e.JPEG": "image d" };
const ROWS: readonly (readonly [path: string, label: number])[] = [
  ["b/d e.JPEG", 7],
  ["a.jpg", 0],
  ["b/c.png", 999],
];

function setOf(name: string, list: string, files: Record<string, string> = FILES): string {
  return join(writeTree(temporaryFolder(), { ...files, [name]: list }), name);
}

async function rowsOf(list: string) {
  const { images } = await openDataFolder(imagenet, list);
  return [...images].map(({ path, label }) => [path, label]);
}

/** The same where labels are row numbers, without a benchmark's checks. */
async function plainRowsOf(list: string): Promise<number[]> {
  const source = openSource({ format: "list", root: dirname(list), files: [basename(list)] });
  const labels = async () => ({ rowOf: Number, warnings: [] });
  const listing = await source.list({ from: "sample", classes: 1000, labels }, { onFault: () => false });
  return [...(listing?.images ?? [])].map(({ label }) => label);
}

const refusal = async (list: string): Promise<string> => {
  const error = await rowsOf(list).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message.startsWith(list)).toBe(true);
  return (error as Error).message.slice(list.length + 2);
};

const lines = (...rows: readonly string[]) => `${rows.join("\n")}\n`;
const rowsBy = (delimiter: string) => ROWS.map(([path, label]) => `${path}${delimiter}${label}`);

describe("a list of images and labels", () => {
  it.each([
    ["val.csv", lines("path,label", ...rowsBy(","))],
    ["val.csv", `\ufeff${lines("Image ID;Class ID", ...rowsBy(";")).replaceAll("\n", "\r\n")}`],
    ["val.csv", lines(...rowsBy(","))],
    ["val.csv", lines(...ROWS.map(([path, label]) => `${label},"./${path}"`))],
    ["val.tsv", lines("label\tfile_name", ...ROWS.map(([path, label]) => `${label}\t${path}`))],
    ["val.txt", lines(...rowsBy(" "))],
    ["val.TXT", lines("path label", ...rowsBy("\t"))],
    ["metadata.jsonl", lines(...ROWS.map(([file_name, label]) => JSON.stringify({ file_name, label, more: [1] })))],
    ["val.csv", lines("path,label", ...rowsBy(",")).replace("b/c.png", "b\\c.png")],
    ["val.csv", lines("image,label", ...rowsBy(",")).replaceAll(/\.(?:jpg|png|JPEG)/g, "")],
    ["val.csv", lines("path,wnid,label", "b/d e.JPEG,n01514668,1", "a.jpg,n01440764,1", "b/c.png,n15075141,1")],
    ["val.csv", lines("path,label", "b/d e.JPEG,cock", 'a.jpg,"tench, Tinca tinca"', "b/c.png,n15075141")],
  ])("%s is read in its order: %j", async (name, list) => {
    expect(await rowsOf(setOf(name, list))).toEqual(ROWS);
  });

  it("may have absolute paths below its folder, also through a link", async () => {
    const list = setOf("val.csv", "");
    const folder = join(list, "..");
    const link = join(temporaryFolder(), "link");
    symlinkSync(folder, link);
    for (const place of [folder, link]) {
      writeFileSync(list, lines("path,label", ...ROWS.map(([path, label]) => `${join(folder, path)},${label}`)));
      expect(await rowsOf(join(place, "val.csv"))).toEqual(ROWS);
    }
  });

  it.each([
    ["val.csv", lines("path,label", "a.jpg,0", "../x.jpg,1"), /^row 2: \.\.\/x\.jpg is outside the list's folder/],
    ["val.csv", lines("path,label", "b/../../x.jpg,1"), /^row 1: .* is outside/],
    ["val.csv", lines("path,label", "/etc/x.jpg,1"), /^row 1: \/etc\/x\.jpg is outside/],
    ["val.csv", lines("path,label", "b\\..\\..\\x.jpg,1"), /files do not exist/],
    [
      "val.csv",
      lines("path,label", "a.jpg,0", "z.jpg,1"),
      /^1 of 2 files do not exist \(row 2: z\.jpg\); paths are relative/,
    ],
    [
      "val.csv",
      lines("path,label", "c.png,0"),
      /^1 of 1 files do not exist \(row 1: c\.png\); put the list into .*\/b$/,
    ],
    ["val.csv", lines("path,label", "a.jpg,0", "b/../a.jpg,0"), /^row 2: b\/\.\.\/a\.jpg appears already in row 1/],
    ["val.csv", lines("path,label", "b,0"), /files do not exist/],
    ["val.csv", lines("path,label", "a.jpg,1000"), /^row 1: a\.jpg: label 1000, but the set has 1000 classes/],
    ["val.csv", lines("path,label", "a.jpg,"), /^row 1: a\.jpg: its label is empty/],
    ["val.csv", lines("path,label", ",0"), /^row 1: has no path/],
    ["val.csv", lines("path,label", "a.jpg,spoon bender"), /"spoon bender" is not a class of imagenet/],
    ["val.csv", lines("path,size", "a.jpg,1"), /no column of labels .* among size \(number\)/],
    ["val.csv", lines("where,label", "a,1"), /no column of paths .* among where \(text\), label \(number\)/],
    ["val.csv", lines("a.jpg,0,1"), /the first line is not a header, and it is not clear which of 3 columns/],
    ["val.csv", lines("path,label", "a.jpg"), /not a CSV file/],
    ["val.csv", "path,label\n", /lists no image/],
    ["val.csv", "", /lists no image/],
    ["val.jsonl", lines('{"path": "a.jpg", "label": 0}', "{"), /^row 2: not JSON/],
    ["val.jsonl", lines('{"path": "a.jpg", "label": null}'), /^row 1: a\.jpg: has no label/],
    ["val.txt", lines("a.jpg"), /^row 1: expected a path and a label/],
  ])("%s is refused: %j", async (name, list, message) => {
    expect(await refusal(setOf(name, list))).toMatch(message);
  });

  it("is compared with the wnids and official numbers in its paths", async () => {
    const files = { "n01440764/a.jpg": "", "ILSVRC2012_val_00000001.JPEG": "" };
    const message = async (row: string) => rowsOf(setOf("val.csv", lines("path,label", row), files)).catch(String);
    expect(await message("n01440764/a.jpg,1")).toMatch(/its name contains n01440764, but its label is n01443537/);
    expect(await message("ILSVRC2012_val_00000001.JPEG,0")).toMatch(/image number 1 belongs to n01751748/);
    expect(await message("ILSVRC2012_val_00000001.JPEG,65")).toEqual([["ILSVRC2012_val_00000001.JPEG", 65]]);
  });

  it("has each image checked against its SHA-256, where it has one", async () => {
    const rows = ROWS.map(
      ([path, label]) => `${path},${label},${sha256(FILES[path as keyof typeof FILES]).toUpperCase()}`,
    );
    const list = setOf("val.csv", lines("path,label,SHA256", ...rows));
    const { images, ...place } = await openDataFolder(imagenet, list);
    const source = openSource(place);
    for (const image of images) {
      expect(Buffer.from((await source.read(image)).bytes).toString()).toBe(FILES[image.path as keyof typeof FILES]);
    }
    writeFileSync(join(list, "..", "a.jpg"), "image A");
    await expect(source.read(images.at(1))).rejects.toThrow(/a\.jpg: its SHA-256 differs from that in .*val\.csv/);
    await source.close();
    expect(await refusal(setOf("val.csv", lines("path,label,sha256", "a.jpg,0,abc")))).toMatch(/expected a SHA-256/);
  });

  it("is read only where it is named, and several are refused", async () => {
    const list = setOf("val.csv", lines("path,label", ...rowsBy(",")));
    await expect(openDataFolder(imagenet, join(list, ".."))).rejects.toThrow(/no images of imagenet here/);
    writeFileSync(join(list, "..", "more.csv"), lines("path,label", "a.jpg,0"));
    await expect(openDataFolder(imagenet, join(list, "..", "*.csv"))).rejects.toThrow(
      /matches .*use a narrower pattern/,
    );
  });

  it("reads any file names unchanged", async () => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 12 })
      .filter((text) => !/[/\0\\]|^\.+$|^\s|\s$/.test(text) && !/[\ud800-\udfff]/.test(text));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 1, maxLength: 4, selector: (text) => text.normalize("NFC").toLowerCase() }),
        async (names) => {
          const paths = names.map((text) => `${text}.jpg`);
          const files = Object.fromEntries(paths.map((path) => [path, ""]));
          const list = lines("path,label", ...paths.map((path, at) => `"${path.replaceAll('"', '""')}",${at}`));
          expect(await plainRowsOf(setOf("val.csv", list, files))).toEqual(paths.map((_, at) => at));
          const json = lines(...paths.map((path, label) => JSON.stringify({ path, label })));
          expect(await plainRowsOf(setOf("val.jsonl", json, files))).toEqual(paths.map((_, at) => at));
        },
      ),
      { seed: 21, numRuns: 30 },
    );
  });
});

it("refuses numbers next to the wnids of other classes, and warns of the names of others", async () => {
  const beside = (text: string) => lines("path,label,class", ...rowsBy(",").map((row) => `${row},${text}`));
  expect(await refusal(setOf("val.csv", beside("n01440764")))).toMatch(
    /^row 1: b\/d e\.JPEG: its label 7 is .*"n01440764"/,
  );
  const { aside } = await openDataFolder(imagenet, setOf("val.csv", beside("tench")));
  expect(aside.warnings).toEqual([expect.stringMatching(/row 1: b\/d e\.JPEG: its label 7 is cock, .* is "tench"/)]);
});

it("refuses a list of several splits", async () => {
  const list = (splits: readonly string[]) =>
    setOf("val.csv", lines("path,label,split", ...rowsBy(",").map((row, at) => `${row},${splits[at]}`)));
  expect(await refusal(list(["val", "train", "val"]))).toBe(
    "its column split contains val and train; keep the rows of the split to score",
  );
  expect(await rowsOf(list(["val", "val", "val"]))).toEqual(ROWS);
});
