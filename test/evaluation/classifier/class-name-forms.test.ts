import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { readClassNames } from "../../../src/evaluation/classifier/class-names.ts";
import { matchClassNames, readProtocolClassNames } from "../../../src/evaluation/scoring/class-name-order.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

const imagenet = await readBenchmark("imagenet");
const [protocol] = imagenet.protocols as [(typeof imagenet.protocols)[number]];
const shippedNames = (await readProtocolClassNames(imagenet, protocol)).list;
const wnids = shippedNames.columns.get("wnid") as readonly string[];
const { names } = shippedNames;
const wanted = { datasets: ["imagenet", "imagenet1k"], names: 1000 };

/** The names of a file for ImageNet's classes, and the notes about them. */
async function match(file: string, content: unknown, benchmark = imagenet, of = protocol, list = shippedNames) {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  const folder = writeTree(temporaryFolder(), { [file]: text });
  const matched = matchClassNames(await readClassNames(join(folder, file), wanted), benchmark, of, list);
  return { names: matched.list.names, notes: matched.notes.map(({ text }) => text.replace(`${folder}/`, "")) };
}

/** Positions in another order than ImageNet's: the names' alphabetical one. */
const alphabetical = [...names.keys()].sort((a, b) => ((names[a] as string) < (names[b] as string) ? -1 : 1));
const entries = <Value>(order: readonly number[], value: (index: number) => Value) =>
  Object.fromEntries(order.map((index) => [wnids[index], value(index)]));

describe("class names are read in common forms", () => {
  const quoted = names.map((name) => `  ${JSON.stringify(name)},`).join("\n");
  it.each<[string, unknown]>([
    ["lines.txt", names.join("\r\n")],
    ["pasted.txt", `imagenet_classes = [\n${quoted}\n]\n`],
    ["classes.py", `# the names\nCLASSES = (\n${quoted}\n)\n`],
    ["array.json", names],
    ["index.json", Object.fromEntries(names.map((name, index) => [index, name]))],
    ["class_to_idx.json", { ...Object.fromEntries(names.map((name, i) => [`${name}${i}`, i])) }],
    ["by-wnid.json", entries(alphabetical, (index) => names[index])],
    ["LOC_synset_mapping.txt", alphabetical.map((index) => `${wnids[index]} ${names[index]}, another name`).join("\n")],
    ["names.json", { pets: ["cat"], imagenet1k: names }],
    ["index.py", `{${names.map((name, index) => `${index}: ${JSON.stringify(`${name}, another name`)}`).join(",\n")}}`],
  ])("%s", async (file, content) => {
    const matched = await match(file, content);
    const expected = file === "class_to_idx.json" ? names.map((name, i) => `${name}${i}`) : names;
    expect(matched.names).toEqual(expected);
  });

  it("imagenet_class_index.json of Keras, whose underscores are spaces", async () => {
    const keras = Object.fromEntries(names.map((name, i) => [i, [wnids[i], name.replaceAll(" ", "_")]]));
    const matched = await match("imagenet_class_index.json", keras);
    expect(matched.names).toEqual(names);
    expect(matched.notes).toEqual([
      "imagenet_class_index.json: underscores are read as spaces, as intended by Keras: great white shark for great_white_shark",
    ]);
  });

  it("the name chosen among several is reported", async () => {
    const distinct = names.map((name, i) => (names.indexOf(name) === i ? name : `${name} ${i}`));
    const { notes } = await match("index.json", { ...distinct.map((name) => `${name}, another`) });
    expect(notes).toEqual([
      "index.json: 1000 of 1000 names contain several; the first is used: tench of tench, another",
    ]);
  });
});

it("class names whose first name is also that of another class cause a warning", async () => {
  const crane = names.map((name, i) => (i === 134 ? "crane, bird" : i === 517 ? "crane, machine" : `${name} ${i}, x`));
  const { notes } = await match("index.json", { ...crane });
  expect(notes[1]).toBe(
    "index.json: 1 first name shared by several classes, whose scores are tied and won by the first class: crane (crane, bird; crane, machine); give each a distinct name",
  );
});

describe("class names that contradict the classes are refused", () => {
  it.each<[string, unknown, RegExp]>([
    [
      "alphabetical.txt",
      alphabetical.map((index) => names[index]).join("\n"),
      /names and classes contradict each other/,
    ],
    ["alphabetical.json", alphabetical.map((index) => names[index]), /contradict each other/],
    // numbers of another order are reordered by their wnids
    ["gap.txt", names.map((name, i) => (i === 7 ? "" : name)).join("\n"), /line 8 is empty; a name may be missing/],
    [
      "from-one.json",
      Object.fromEntries(names.map((name, i) => [i + 1, name])),
      /each index from 0 to 999 once; 0 is missing/,
    ],
    ["headed.txt", ["class_name", ...names.slice(0, 999)].join("\n"), /the first line, class_name, is a header/],
    ["wnids.txt", wnids.join("\n"), /index 0: expected the name of a class, found the WordNet id n01440764/],
    [
      "mixed.txt",
      names.map((name, i) => (i < 9 ? `${wnids[i]} ${name}` : name)).join("\n"),
      /WordNet id at the beginning of all lines/,
    ],
    [
      "map_clsloc.txt",
      names.map((name, i) => `${wnids[i]} ${i + 1} ${name}`).join("\n"),
      /there is a number before the name of/,
    ],
    [
      "other.json",
      { pets: ["cat"], cars: ["a car"] },
      /data sets pets, cars, but not for this one; searched for imagenet, imagenet1k/,
    ],
    ["quoted.txt", names.map((name) => `"${name}",`).join("\n"), /pasted from code or a list/],
    ["numbered.txt", names.map((name, i) => `${i}: ${name}`).join("\n"), /every name starts with its number/],
    [
      "twice.json",
      `{${names.map((name, i) => `"${i === 1 ? 0 : i}": ${JSON.stringify(name)}`)}}`,
      /the key "0" appears twice/,
    ],
    [
      "joined.py",
      `[${names.map((name, i) => JSON.stringify(name) + (i === 4 ? "" : ",")).join("\n")}]`,
      /two strings without a comma/,
    ],
    ["nested.json", [["a"]], /expected class names as one name per line/],
  ])("%s", async (file, content, message) => {
    await expect(match(file, content)).rejects.toThrow(message);
  });

  it("a number that contradicts its wnid is refused", async () => {
    const keras = Object.fromEntries(alphabetical.map((index, at) => [at, [wnids[index], names[index]]]));
    const matched = await match("keras.json", keras);
    expect(matched.names).toEqual(names);
    expect(matched.notes[0]).toMatch(/ordered by its column wnid, not by index/);
  });

  it("names that only have wnids, for classes of which no wnid is known", async () => {
    const objectnet = await readBenchmark("objectnet");
    const [first] = objectnet.protocols as [typeof protocol];
    const { list } = await readProtocolClassNames(objectnet, first);
    const some = Object.fromEntries(list.names.map((name, i) => [wnids[i], name]));
    await expect(match("names.json", some, objectnet, first, list)).rejects.toThrow(
      /has only WordNet ids to order it, which do not determine the classes of objectnet, protocol objectnet-names/,
    );
  });
});
