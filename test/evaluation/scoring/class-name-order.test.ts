import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inspectDefinition } from "../../../src/app/inspection/inspect-definition.ts";
import { listBenchmarks, readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { readClassNames } from "../../../src/evaluation/classifier/class-names.ts";
import { matchClassNames, readProtocolClassNames } from "../../../src/evaluation/scoring/class-name-order.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

type Row = readonly (string | number)[];
const csv = (columns: string, rows: readonly Row[]) =>
  `${[columns, ...rows.map((row) => row.map((cell) => `"${String(cell).replaceAll('"', '""')}"`).join())].join("\n")}\n`;

const openai = await readClassNames("imagenet-openai");
const wnids = openai.columns.get("wnid") as readonly string[];
/** Every wnid with its correct name, in alphabetical order of the names: `index` contradicts `wnid`. */
const alphabetical = openai.names
  .map((name, i) => [wnids[i] as string, name])
  .sort(([, a], [, b]) => ((a as string).toLowerCase() < (b as string).toLowerCase() ? -1 : 1));

async function match(columns: string, rows: readonly Row[], id = "imagenet", protocol = 0) {
  const folder = writeTree(temporaryFolder(), { "names.csv": csv(columns, rows) });
  const benchmark = await readBenchmark(id);
  const chosenProtocol = benchmark.protocols[protocol] as (typeof benchmark.protocols)[number];
  const protocolNames = (await readProtocolClassNames(benchmark, chosenProtocol)).list;
  return matchClassNames(await readClassNames(join(folder, "names.csv")), benchmark, chosenProtocol, protocolNames);
}

/** A custom benchmark: columns and rows of its class list and of its class names. */
async function writeBenchmark(
  classes: readonly [string, readonly Row[]],
  names: readonly [string, readonly Row[]],
  key = "folder",
) {
  const definition = {
    ...{ id: "own", version: 1, title: "Own", images: 4, classes: "classes.csv", classNames: "names.csv" },
    ...{ layouts: [{ kind: "class-folders", key }], protocols: [{ id: "all" }] },
  };
  const folder = writeTree(temporaryFolder(), {
    "own.json": JSON.stringify(definition),
    "classes.csv": csv(...classes),
    "names.csv": csv(...names),
  });
  return await readBenchmark(join(folder, "own.json"));
}

const readOwn = async (...args: Parameters<typeof writeBenchmark>) => {
  const benchmark = await writeBenchmark(...args);
  return await readProtocolClassNames(benchmark, benchmark.protocols[0] as (typeof benchmark.protocols)[number]);
};

describe("class names with a column that names the classes", () => {
  it("are matched by it, not by index, on every benchmark, with a note", async () => {
    const rows = alphabetical.map(([wnid, name], index) => [index, wnid as string, name as string]);
    for (const [id, protocol] of [
      ["imagenet", 0],
      ["imagenet", 3],
      ["imagenet-r", 0],
      ["objectnet", 1],
    ] as const) {
      const { list, notes } = await match("index,wnid,name", rows, id, protocol);
      expect(list.names).toEqual(openai.names);
      expect(list.sha256).toBe(openai.sha256);
      expect(list.columns.get("wnid")).toEqual(wnids);
      expect(notes.map(({ severity, text }) => [severity, text.slice(text.indexOf("names.csv"))])).toEqual([
        [
          "note",
          "names.csv: ordered by its column wnid, not by index: index 0 (abacus) has the wnid n02666196, but that class is n01440764",
        ],
      ]);
    }
  });

  it("are unchanged if it agrees, or is partly empty", async () => {
    const rows = openai.names.map((name, i) => [i, i % 3 === 0 ? "" : (wnids[i] as string), `${name} x`]);
    const { list, notes } = await match("index,wnid,name", rows);
    expect(list.names[7]).toBe(`${openai.names[7]} x`);
    expect(notes).toEqual([]);
  });

  it("are refused if it contradicts and does not have every class once, naming the first row", async () => {
    const rows = openai.names.map((name, i) => [i, i === 5 ? (wnids[6] as string) : (wnids[i] as string), `${name} x`]);
    await expect(match("index,wnid,name", rows)).rejects.toThrow(
      /names\.csv: index 5 \(electric ray x\) has the wnid n01498041, but that class is n01496331 in imagenet; give each name/,
    );
    const unknown = openai.names.map((name, i) => [i, i === 9 ? "n00000000" : (wnids[i] as string), name]);
    await expect(match("index,wnid,name", unknown)).rejects.toThrow(/index 9 \(ostrich\) has the wnid n00000000/);
  });

  it("are matched by the column that names the folders", async () => {
    const classes = [
      "index,folder",
      [
        [0, "c7"],
        [1, "c8"],
        [2, "c9"],
      ],
    ] as const;
    const { list } = await readOwn(classes, [
      "index,folder,name",
      [
        [0, "c9", "ant"],
        [1, "c7", "bee"],
        [2, "c8", "cow"],
      ],
    ]);
    expect(list.names).toEqual(["bee", "cow", "ant"]);
    await expect(
      readOwn(classes, [
        "index,folder,name",
        [
          [0, "c7", "ant"],
          [1, "c7", "bee"],
          [2, "c8", "cow"],
        ],
      ]),
    ).rejects.toThrow(/index 1 \(bee\) has the folder c7, but that class is c8 in own/);
  });
});

describe("class names without such a column", () => {
  it("are refused in a different order from the names they replace", async () => {
    const rows = alphabetical.map(([, name], index) => [index, name as string]);
    await expect(match("index,name", rows)).rejects.toThrow(
      /names\.csv: names and classes contradict each other: the class that imagenet-openai calls "tench" is named "abacus" \(index 0\), and "tench" is the name of index \d+; .*and \d+ more such classes; put the names in the order of imagenet-openai/,
    );
    const shifted = openai.names.map((_, i) => [i, openai.names[(i + 1) % 1000] as string]);
    await expect(match("index,name", shifted)).rejects.toThrow(/contradict/);
    const swapped = openai.names.map((name, i) => [
      i,
      i === 3 ? (openai.names[4] as string) : i === 4 ? (openai.names[3] as string) : name,
    ]);
    await expect(match("index,name", swapped)).rejects.toThrow(/"tiger shark" is named "hammerhead shark"/);
  });

  it("may be synonyms, of which one may name another class in the other list", async () => {
    const synonyms = openai.names.map((name, i) => [
      i,
      i === 134 ? "construction crane" : i === 517 ? "crane (machine)" : `${name} thing`,
    ]);
    const { list, notes } = await match("index,name", synonyms);
    expect(list.names[134]).toBe("construction crane");
    expect(notes).toEqual([]);
    const few = openai.names.map((name, i) => [i, i === 10 ? "goldfish" : i === 20 ? "tench" : `${name}e`]);
    expect((await match("index,name", few)).notes).toEqual([]);
    const german = openai.names.map((_, i) => [i, `Klasse ${i}`]);
    expect((await match("index,name", german)).notes).toEqual([]);
  });
});

describe("folders and class names of a custom set", () => {
  const names = (...list: string[]) => ["index,name", list.map((name, i) => [i, name])] as const;
  const folders = (...list: string[]) => ["index,folder", list.map((name, i) => [i, name])] as const;

  it.each([
    [
      ["cat", "dog"],
      ["dog", "cat"],
    ],
    [
      ["Cat", "big_dog", "ant"],
      ["ant", "cat", "big dog"],
    ],
    [
      ["n02123045-cat", "n02084071_dog"],
      ["Dog", "Cat"],
    ],
    [
      ["001.cat", "002.dog", "003.ant"],
      ["cat", "ant", "dog"],
    ],
    [
      ["cat", "dog", "ant", "bee", "cow"],
      ["cat", "dog", "bee", "ant", "cow"],
    ],
    [
      ["a1", "cat", "dog"],
      ["cat", "dog", "emu"],
    ],
  ])("are refused if they are exchanged: %j named %j", async (ofFolders, ofNames) => {
    await expect(readOwn(folders(...ofFolders), names(...ofNames))).rejects.toThrow(
      /names\.csv: names and classes contradict each other: the class whose folder is ".*" is named ".*put the names in the order of the class list/,
    );
    const benchmark = await writeBenchmark(folders(...ofFolders), names(...ofNames));
    const { problems } = await inspectDefinition(benchmark);
    expect(problems.map(({ severity }) => severity)).toEqual(["error"]);
  });

  it.each([
    [
      ["cat", "dog"],
      ["cat", "dog"],
    ],
    [
      ["CAT", "big-dog"],
      ["cat", "big dog"],
    ],
    [
      ["n02123045", "n02084071"],
      ["cat", "dog"],
    ],
    [
      ["0", "1"],
      ["cat", "dog"],
    ],
    [
      ["1", "0"],
      ["zero", "one"],
    ],
    [
      ["chat", "chien"],
      ["cat", "dog"],
    ],
    [
      ["Katze", "Hund"],
      ["cat", "dog"],
    ],
    [
      ["a", "A"],
      ["lower-case a", "capital A"],
    ],
    [
      ["missile", "missile2"],
      ["missile", "missile"],
    ],
  ])("may be the same, unrelated, or numbers: %j named %j", async (ofFolders, ofNames) => {
    expect((await readOwn(folders(...ofFolders), names(...ofNames))).notes).toEqual([]);
  });

  it("cause a warning if a single class has another's name", async () => {
    const { notes } = await readOwn(
      folders("crane", "crane_machine", "ant", "bee"),
      names("wading bird", "crane", "ant", "bee"),
    );
    expect(notes).toMatchObject([{ severity: "warning", about: { benchmark: "own" } }]);
    expect(notes[0]?.text).toContain(
      'the class whose folder is "crane" is named "wading bird" (index 0), and "crane" is the name of index 1',
    );
  });

  it("are compared with the names in the class list if folders are numbers", async () => {
    const classes = [
      "index,folder,name",
      [
        [0, "10", "cat"],
        [1, "11", "dog"],
      ],
    ] as const;
    await expect(readOwn(classes, names("dog", "cat"))).rejects.toThrow(/the class whose name is "cat" is named "dog"/);
    expect((await readOwn(classes, names("a cat", "a dog"))).notes).toEqual([]);
  });
});

describe("shipped definitions", () => {
  it("cause no notes", async () => {
    for (const id of await listBenchmarks()) {
      expect((await inspectDefinition(await readBenchmark(id))).problems, id).toEqual([]);
    }
  });
});
