import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { resolveClassSpace } from "../../../src/data/benchmark/class-space.ts";
import { readProtocolClassNames } from "../../../src/evaluation/scoring/class-name-order.ts";
import { findClasses, restrictClassSpace } from "../../../src/evaluation/scoring/class-subset.ts";
import { readClassSubset } from "../../../src/evaluation/scoring/class-subset-file.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

/** The classes of a file among a benchmark's, by its first protocol. */
async function find(file: string, content: string, id = "imagenet") {
  const folder = writeTree(temporaryFolder(), { [file]: content });
  const benchmark = await readBenchmark(id);
  const [protocol] = benchmark.protocols as [(typeof benchmark.protocols)[number]];
  const { list } = await readProtocolClassNames(benchmark, protocol);
  const subset = findClasses(await readClassSubset(join(folder, file)), benchmark, protocol, list);
  return { subset, space: resolveClassSpace(benchmark, protocol, list.names.length) };
}

describe("a list of classes", () => {
  it.each([
    ["a.txt", "n01443537\nn01440764\nn01484850\n"],
    ["a.txt", "\ufeff# three fish\r\n\r\nn01440764\r\n n01443537 \r\nn01484850"],
    ["a.txt", "n01440764 tench, Tinca tinca\nn01443537\tgoldfish\nn01484850 a shark of some kind\n"],
    ["a.txt", "great white shark\nTench\ngoldfish\n"],
    ["a.txt", "name\ngreat white shark\ntench\ngoldfish\n"],
    ["a.txt", "index\n2\n000\n1\n"],
    ["a.csv", "id,wnid,name\n5,n01443537,goldfish\n6,n01440764,tench\n7,n01484850,\n"],
    ["a.csv", "index\n1\n0\n2\n"],
    ["a.csv", ",synset\n0,n01443537\n1,n01440764\n2,n01484850\n"],
    ["a.json", '["n01443537", "n01440764", "n01484850"]'],
    ["Labels.json", '{"n01443537": "goldfish", "n01440764": "tench, Tinca tinca", "n01484850": "shark"}'],
    ["a.txt", "classes = ['n01443537', 'n01440764', 'n01484850']"],
  ])("%s: %j", async (file, content) => {
    const { subset } = await find(file, content);
    expect(subset.rows).toEqual([0, 1, 2]);
    expect(subset.sha256).toBe((await find("b.txt", "n01440764\nn01443537\nn01484850")).subset.sha256);
  });

  it("may contain folders, other named numbers, and rows that are not ImageNet indices", async () => {
    expect((await find("a.txt", "backpack\nalarm_clock\n", "objectnet")).subset.rows).toEqual([1, 2]);
    expect((await find("a.txt", "class_index\n0\n1\n", "objectnet")).subset.rows).toEqual([1, 2]);
    expect((await find("a.txt", "index\n2\n1\n", "imagenet-r")).subset.rows).toEqual([0, 1]);
  });

  it.each([
    ["a.txt", "0\n1\n2\n", /numbers are ambiguous: state their meaning in the first line, such as index/],
    ["a.json", '["0", "1"]', /numbers are ambiguous/],
    ["a.json", "[0, 1]", /expected a list of classes as texts/],
    [
      "a.txt",
      "tench\ngoldfsh\n",
      /a\.txt: line 2: goldfsh is not among the 1000 classes of imagenet; did you mean goldfish\?/,
    ],
    [
      "a.txt",
      "n01440764\nn00000000\nn00000001\n",
      /line 2: n00000000 \(and 1 more of 3\) is not among the 1000 classes/,
    ],
    ["a.txt", "n01440764\ngoldfish\n", /is not among the 1000 classes/],
    [
      "a.txt",
      "tench\nmissile\n",
      /missile: is the name of several classes of imagenet \(rows 657, 744\); list them by index or wnid/,
    ],
    ["a.txt", "n01440764\nn01443537\nn01440764\n", /n01440764 appears twice, at line 1 and line 3/],
    ["a.txt", "index\n1\n01\n", /line 3: 01: is the same class as line 2, 1/],
    ["a.txt", "n01440764\n", /expected at least two classes, one per line, found 1/],
    ["a.txt", "index\n999\n1000\n", /line 3: 1000 is not among the 1000 classes/],
    ["a.txt", "folder\nn01440764\nn01443537\n", /the classes of imagenet have no folder; they have name, index, wnid/],
    ["a.txt", "n01440764 goldfish\nn01443537 tench\n", /n01440764 is not the class goldfish, and 1 more also differ/],
    [
      "a.csv",
      "class,n\ntench,1\ngoldfish,2\n",
      /expected a column wnid or folder or name or index, or only index, found class, n/,
    ],
    ["a.csv", "index,class\n0,tench\n1,goldfish\n", /or only index, found index, class; remove the others/],
    ["a.csv", "wnid,name\nn01440764,a\n,b\n", /row 2: wnid is empty/],
  ])("is refused if it does not identify classes: %s %j", async (file, content, message) => {
    await expect(find(file, content)).rejects.toThrow(message);
  });

  it("is refused by a benchmark that lacks some classes, and by one whose classes have no such column", async () => {
    await expect(find("a.txt", "n01440764\nn01443537\n", "imagenet-r")).rejects.toThrow(
      /n01440764 is not among the 200 classes of imagenet-r/,
    );
    await expect(find("a.txt", "n02708093\nn02769748\n", "objectnet")).rejects.toThrow(/is not among the 313 classes/);
  });

  it("restricts predictions to its classes, and scores to its images", async () => {
    const { subset, space } = await find("a.txt", "index\n5\n3\n");
    const restricted = restrictClassSpace(space, subset, "imagenet");
    expect(restricted.rows.map((members) => [...members])).toEqual([[3], [5]]);
    expect(restricted.accepted.flatMap((right, row) => (right === null ? [] : [[row, ...right]]))).toEqual([
      [3, 0],
      [5, 1],
    ]);
    const unscored = await find("a.txt", "air_freshener\nalarm_clock\n", "objectnet");
    expect(() => restrictClassSpace(unscored.space, unscored.subset, "objectnet, protocol x,")).toThrow(
      /a\.txt: objectnet, protocol x, has no class for row 0 of its class list/,
    );
  });
});
