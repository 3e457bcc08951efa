import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Benchmark, readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { doubtfulBenchmark } from "../../../src/data/benchmark/check-benchmark.ts";
import { resolveClassSpace } from "../../../src/data/benchmark/class-space.ts";
import { differingParts, hashDefinition } from "../../../src/data/benchmark/definition.ts";
import { readProtocolClassNames } from "../../../src/evaluation/scoring/class-name-order.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

const FRUIT = {
  ...{ id: "fruit", version: 1, title: "Fruit", images: 4, classes: "classes.csv", classNames: "names.csv" },
  layouts: [{ kind: "class-folders", key: "folder" }],
  protocols: [{ id: "all" }],
};

const FILES = {
  "classes.csv": "index,folder,kind\n0,banana,\n1,lemon,1\n2,plum,0;1\n",
  "names.csv": "index,name\n0,banana\n1,lemon\n2,plum\n",
  "subset.csv": "index\n0\n2\n",
  "labels.txt": "0\n1\n2\n",
};

function read(definition: object, files: Record<string, string> = {}): Promise<Benchmark> {
  const folder = writeTree(temporaryFolder(), {
    ...FILES,
    ...files,
    "fruit.json": JSON.stringify({ ...FRUIT, ...definition }),
  });
  return readBenchmark(join(folder, "fruit.json"));
}

describe("a definition", () => {
  it.each([
    [{ protocols: [{ id: "all" }, { id: "all" }] }, /protocols: two have the id "all"/],
    [{ protocols: [{ id: "..." }] }, /protocols\.0\.id: expected lower-case/],
    [{ protocols: [{ id: "a." }] }, /protocols\.0\.id: "a\." ends with a dot/],
    [{ protocols: [{ id: "x".repeat(201) }] }, /protocols\.0\.id: .* is longer than 200 bytes/],
    [{ id: "con" }, /id: "con" is a device name/],
    [{ id: "../up" }, /id: expected lower-case/],
    [{ version: 0 }, /version: .*expected number to be >0/],
    [{ version: 1.5 }, /version: .*expected int/],
    [{ version: "2" }, /version: .*expected number/],
    [{ images: 0 }, /images: .*expected number to be >0/],
    [{ protocols: [{ id: "all", images: 0 }] }, /protocols\.0\.images: .*>0/],
    [{ protocols: [] }, /protocols: .*>=1/],
    [{ clases: "classes.csv" }, /the whole file: Unrecognized key: "clases"/],
    [{ protocols: [{ id: "all", precrop: 2 }] }, /protocols\.0: Unrecognized key: "precrop"/],
    [
      { layouts: [{ kind: "class-folders", key: "wnid" }] },
      /layouts\.0: the class list has no column "wnid"; it has index, folder/,
    ],
    [{ layouts: [{ kind: "web-dataset", key: "cls" }] }, /layouts\.0: the class list has no column "cls"/],
    [{ layouts: [{ kind: "flat", pattern: "(", labels: "labels.txt" }] }, /layouts\.0: pattern: .*[Uu]nterminated/],
    [{ layouts: [{ kind: "flat", pattern: "^\\d+$", labels: "labels.txt" }] }, /layouts\.0: pattern: expected a group/],
    [
      { protocols: [{ id: "all", labels: "imagenet" }] },
      /protocols\.0: labels: the class list has no column "imagenet"/,
    ],
    [{ protocols: [{ id: "all", rows: "imagenet" }] }, /protocols\.0: rows: the class list has no column/],
    [
      { protocols: [{ id: "all", classes: "subset.csv", rows: "x" }] },
      /protocols\.0: rows: the class list has no column/,
    ],
    [{ protocols: [{ id: "all", classes: "../none.csv" }] }, /none\.csv: no such file/],
  ])("is refused for %j", async (definition, message) => {
    await expect(read(definition)).rejects.toThrow(message);
  });

  it.each([
    ["index,folder\n0,cat\n1,dog\n2,cat\n", /rows 1 and 3 are both "cat"/],
    ["index,folder\n0,9\n1,009\n2,10\n", /rows 1 and 2 are both "009"/],
    ["index,folder\n0,cat\n1,..\n2,dog\n", /"\.\." cannot be the name of a folder/],
    ["index,folder\n0,cat\n1,a/b\n2,dog\n", /"a\/b" cannot be the name of a folder/],
    ["index,folder\n0,\n1,\n2,\n", /column folder of the class list is empty/],
    ["index,folder\n,cat\n1,dog\n2,ant\n", /index: expected whole ascending numbers from 0 on, got ""/],
  ])("is refused for a class list in which a folder does not belong to one class: %j", async (classes, message) => {
    await expect(read({}, { "classes.csv": classes })).rejects.toThrow(message);
  });

  it("may have classes without a folder, lists in other folders, and folders that differ in letter case, which is noted", async () => {
    const benchmark = await read({}, { "classes.csv": "index,folder\n0,a\n1,A\n2,\n" });
    expect(doubtfulBenchmark(benchmark)).toMatchObject([{ severity: "note", about: { benchmark: "fruit" } }]);
    expect(doubtfulBenchmark(await read({}))).toEqual([]);
    const folder = writeTree(temporaryFolder(), {
      ...FILES,
      "own/fruit.json": JSON.stringify({ ...FRUIT, classes: "../classes.csv", classNames: "../names.csv" }),
    });
    expect((await readBenchmark(join(folder, "own", "fruit.json"))).classes.size).toBe(3);
    expect((await read({ classes: join(folder, "classes.csv") })).classes.size).toBe(3);
  });
});

describe("the hashes of a definition", () => {
  async function hashes(definition: object = {}, files: Record<string, string> = {}) {
    const benchmark = await read(definition, files);
    const protocol = benchmark.protocols[0] as Benchmark["protocols"][number];
    const names = (await readProtocolClassNames(benchmark, protocol)).list.names.length;
    return await hashDefinition(benchmark, protocol, resolveClassSpace(benchmark, protocol, names));
  }

  it.each([
    [{ title: "Other", paper: "https://example.org", licence: "MIT" }, {}],
    [{ version: 2 }, {}],
    [{ folders: ["elsewhere"], templates: "simple-7" }, {}],
    [{ layouts: [...FRUIT.layouts, { kind: "web-dataset" }] }, {}],
    [{ protocols: [{ id: "all", rows: "index", labels: "index", unmapped: "left-out", preCrop: 0, images: 4 }] }, {}],
    [{}, { "classes.csv": "index,folder,kind,note\r\n0,banana,,x\r\n1,lemon,1,y\r\n2,plum,0;1,z\r\n" }],
  ])("do not depend on fields that cannot change a score: %j", async (definition, files) => {
    expect(differingParts(await hashes(), await hashes(definition, files as Record<string, string>))).toEqual([]);
  });

  it.each([
    [{ protocols: [{ id: "all", labels: "kind" }] }, {}, ["protocol"]],
    [{ protocols: [{ id: "all", classes: "subset.csv" }] }, {}, ["protocol"]],
    [{ protocols: [{ id: "all", preCrop: 2 }] }, {}, ["protocol"]],
    [{ protocols: [{ id: "all", labels: "kind", unmapped: "wrong" }] }, {}, ["protocol"]],
    [{ images: 5 }, {}, ["protocol"]],
    [
      {},
      { "classes.csv": "index,folder\n0,lemon\n1,banana\n2,plum\n", "names.csv": "index,name\n0,x\n1,y\n2,z\n" },
      ["class-folders folder"],
    ],
    [
      {},
      { "classes.csv": "index,folder\n0,banana\n2,lemon\n3,plum\n", "names.csv": "index,name\n0,a\n1,b\n2,c\n3,d\n" },
      ["protocol"],
    ],
  ])("depend on fields that can change a score: %j", async (definition, files, parts) => {
    expect(differingParts(await hashes(), await hashes(definition, files as Record<string, string>))).toEqual(parts);
  });

  it("depend on the labels of a flat folder", async () => {
    const layouts = [{ kind: "flat", pattern: "^(\\d+)\\.png$", labels: "labels.txt" }];
    const before = await hashes({ layouts });
    expect(differingParts(before, await hashes({ layouts }, { "labels.txt": "0\r\n1\r\n2" }))).toEqual([]);
    expect(differingParts(before, await hashes({ layouts }, { "labels.txt": "1\n0\n2\n" }))).toEqual([
      "flat labels.txt",
    ]);
  });
});
