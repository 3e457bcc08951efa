import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { readClassList } from "../../../src/data/benchmark/class-list.ts";
import { readLabelFile } from "../../../src/data/dataset/label-file.ts";
import { listImages } from "../../../src/data/dataset/list-images.ts";
import { surveyImages } from "../../../src/data/dataset/survey-images.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { makeTar } from "../sources/make-tar.ts";

function file(text: string | Uint8Array): string {
  return join(writeTree(temporaryFolder(), { "labels.txt": text }), "labels.txt");
}

describe("readLabelFile", () => {
  it("reads one label per line, with white space, Windows line ends, a byte-order mark and empty lines at the end", async () => {
    expect([...(await readLabelFile(file("3\n0\n2\n"), 4))]).toEqual([3, 0, 2]);
    expect([...(await readLabelFile(file("\ufeff 3\r\n0 \r\n02\r\n\r\n\n"), 4))]).toEqual([3, 0, 2]);
    expect([...(await readLabelFile(file("3\n0\n2"), 4))]).toEqual([3, 0, 2]);
  });

  it.each([
    ["an empty line", "1\n\n2\n", 2, "an empty line"],
    ["an empty first line, which would shift every label", "\n1\n2\n", 1, "an empty line"],
    ["a line of blanks", "1\n2\n  \n3", 3, "an empty line"],
    ["an empty file", "", 1, "an empty line"],
    ["a fraction", "1\n1.0\n", 2, '"1.0"'],
    ["a hexadecimal number", "0x1\n", 1, '"0x1"'],
    ["an exponent", "1e0\n", 1, '"1e0"'],
    ["a negative number", "1\n-1\n", 2, '"-1"'],
    ["a sign", "+1\n", 1, '"+1"'],
    ["a NUL at its end", "1\u0000\n", 1, '"1\\u0000"'],
    ["two numbers", "1 2\n", 1, '"1 2"'],
    ["a name", "n01440764\n", 1, '"n01440764"'],
    ["a class beyond the last", "3\n4\n", 2, '"4"'],
    ["more digits than a class can have", "1\n10000000000\n", 2, '"10000000000"'],
  ])("refuses %s, naming file and line", async (_, text, line, got) => {
    const path = file(text);
    const error = await readLabelFile(path, 4).then(
      () => null,
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toBe(`${path}: line ${line}: expected a class from 0 to 3, got ${got}`);
  });

  it("returns what was written, or refuses it: no text becomes another class", async () => {
    const line = fc.oneof(fc.nat(9).map(String), fc.constantFrom("", " ", "1.0", "0x1", "-0", "٣", "Infinity", "1_0"));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 5 }), async (lines) => {
        const read = await readLabelFile(file(lines.join("\n")), 10).catch(() => null);
        const kept = lines.join("\n").trimEnd().split("\n");
        const isSound = kept.every((line) => /^[0-9]$/.test(line.trim()));
        expect(read === null ? null : [...read].map(String)).toEqual(isSound ? kept.map((line) => line.trim()) : null);
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});

/** A benchmark of two classes in one flat folder, with the given labels. */
async function flatBenchmark(labels: string, classes = "index,name,code\n0,cat,0\n1,dog,1\n") {
  const folder = writeTree(temporaryFolder(), {
    "labels.txt": labels,
    "classes.csv": classes,
    "mine.json": JSON.stringify({
      id: "mine",
      version: 1,
      title: "Mine",
      images: 3,
      classes: "classes.csv",
      classNames: "classes.csv",
      layouts: [
        { kind: "flat", pattern: "^(\\d+)(-[a-z]+)?\\.jpg$", labels: "labels.txt" },
        { kind: "web-dataset", key: "code" },
      ],
      protocols: [{ id: "two" }],
    }),
  });
  return await readBenchmark(join(folder, "mine.json"));
}

describe("labels of a benchmark", () => {
  it("stops at an empty line of the label file, in a run and in an inspection", async () => {
    const benchmark = await flatBenchmark("1\n\n1\n");
    const root = writeTree(temporaryFolder(), { "1.jpg": "a", "2.jpg": "b", "3.jpg": "c" });
    const message = /labels\.txt: line 2: expected a class from 0 to 1, got an empty line/;
    await expect(listImages(benchmark, root)).rejects.toThrow(message);
    await expect(surveyImages(benchmark, root)).rejects.toThrow(message);
  });

  it("ignores groups of a pattern that are not a wnid", async () => {
    const benchmark = await flatBenchmark("1\n0\n");
    const root = writeTree(temporaryFolder(), { "1.jpg": "a", "2-left.jpg": "b" });
    expect([...(await listImages(benchmark, root))!.images].map(({ label }) => label)).toEqual([1, 0]);
  });

  it.each([
    ["one that is not a number", "1.5", 'expected a number from 0 on, got "1.5"'],
    ["one that appears twice", "0.0", "0 appears twice"],
    ["one that is missing", "2", "1 is missing; expected all numbers up to 2"],
  ])("stops at an invalid code in the class list's column: %s", async (_, code, fault) => {
    const benchmark = await flatBenchmark("0\n", `index,name,code\n0,cat,0\n1,dog,${code}\n`);
    const tar = makeTar([
      { name: "a.cls", content: "0" },
      { name: "a.jpg", content: "x" },
    ]);
    const root = writeTree(temporaryFolder(), { "0.tar": tar });
    await expect(listImages(benchmark, root)).rejects.toThrow(`the class list's column code: ${fault}`);
  });

  it("refuses a class list whose index is empty: it is not class 0", async () => {
    const path = join(writeTree(temporaryFolder(), { "c.csv": "index,name\n,cat\n1,dog\n" }), "c.csv");
    await expect(readClassList(path)).rejects.toThrow('got "" after -1');
  });
});
