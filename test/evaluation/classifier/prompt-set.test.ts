import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPromptSet } from "../../../src/evaluation/classifier/prompt-set.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

describe("prompt sets", () => {
  it("fill every template with the class name", async () => {
    const set = await readPromptSet("simple-7");
    expect(set.size).toBe(7);
    expect(set.promptsOf("zebra")).toContain("itap of a zebra.");
    expect(set.promptsOf("zebra").length).toBe(7);
  });

  it("may be descriptions of each class, used verbatim, in any order of the file", async () => {
    const folder = writeTree(temporaryFolder(), {
      "a.json": JSON.stringify({ zebra: ["striped {} horse", "an animal"], "polar bear": ["white"] }),
      "b.json": JSON.stringify({ "polar bear": ["white"], zebra: ["striped {} horse", "an animal"] }),
      "c.json": JSON.stringify({ "polar bear": ["gray"], zebra: ["striped {} horse", "an animal"] }),
    });
    const [a, b, c] = await Promise.all(
      ["a.json", "b.json", "c.json"].map((name) => readPromptSet(join(folder, name))),
    );
    expect(a?.id).toBe("a");
    expect(a?.size).toBe(2);
    expect(a?.promptsOf("zebra")).toEqual(["striped {} horse", "an animal"]);
    expect(a?.sha256).toBe(b?.sha256);
    expect(a?.sha256).not.toBe(c?.sha256);
  });

  it("are refused if a class has no description, or the file has another form", async () => {
    const folder = writeTree(temporaryFolder(), {
      "part.json": JSON.stringify({ zebra: ["striped"] }),
      "list.json": JSON.stringify([["zebra"]]),
      "empty.json": JSON.stringify({ zebra: [] }),
      "torn.json": '{"zebra": [',
    });
    const part = await readPromptSet(join(folder, "part.json"));
    expect(() => part.promptsOf("__proto__")).toThrow(/part\.json: no prompts for the class "__proto__"/);
    expect(() => part.promptsOf("lion")).toThrow(/no prompts for the class "lion"/);
    await expect(readPromptSet(join(folder, "list.json"))).rejects.toThrow(/an object of class names/);
    await expect(readPromptSet(join(folder, "empty.json"))).rejects.toThrow(/zebra/);
    await expect(readPromptSet(join(folder, "torn.json"))).rejects.toThrow(/torn\.json: not JSON/);
    await expect(readPromptSet(join(folder, "none.json"))).rejects.toThrow(/none\.json: no such file/);
  });

  it("are read from CLIP_benchmark's files, which group them by data set, and from lists in code", async () => {
    const folder = writeTree(temporaryFolder(), {
      "templates.json": JSON.stringify({ pets: ["a pet {c}"], imagenet1k: ["a {c}.", "the {c}."] }),
      "cupl.json": JSON.stringify({ pets: { cat: ["a cat"] }, imagenet1k: { tench: ["a tench\nis a fish"] } }),
      "array.json": JSON.stringify(["a {c}.", "the {}."]),
      "lines.py": "templates = [\n  'a {}.',  # first\n  'the {}.',\n]\n",
      "same.txt": "a {}.\nthe {}.\n",
      "broken.json": JSON.stringify(["a {}.\nthe {}."]),
      "other.json": JSON.stringify(["a {}.", "the {class}."]),
    });
    const read = (file: string) => readPromptSet(join(folder, file), ["imagenet-r", "imagenet1k"]);
    const same = await read("same.txt");
    for (const file of ["templates.json", "array.json", "lines.py"]) {
      const set = await read(file);
      expect(set.promptsOf("tench"), file).toEqual(["a tench.", "the tench."]);
      expect(set.sha256).toBe(same.sha256);
    }
    expect((await read("cupl.json")).promptsOf("tench")).toEqual(["a tench\nis a fish"]);
    for (const file of ["templates.json", "cupl.json"]) {
      await expect(readPromptSet(join(folder, file), ["cars"])).rejects.toThrow(
        /has prompts for the data sets pets, imagenet1k, but not for this one; searched for cars/,
      );
    }
    await expect(read("broken.json")).rejects.toThrow(/expected a template on one line/);
    await expect(read("other.json")).rejects.toThrow(/exactly one \{\} in a template, found 0 in "the \{class\}/);
  });

  it("name all classes without descriptions, with the likely keys", async () => {
    const folder = writeTree(temporaryFolder(), {
      "d.json": JSON.stringify({ zebra: ["a zebra"], "polar-bear": ["a polar bear"], lion: ["a lion"] }),
      "descriptors.json": JSON.stringify({ zebra: ["black and white stripes"], lion: ["a mane"] }),
    });
    const set = await readPromptSet(join(folder, "d.json"));
    expect(set.checkNames(["zebra", "lion"])).toEqual([]);
    expect(() => set.checkNames(["zebra", "polar bear", "yak"])).toThrow(
      /no prompts for 2 classes: "polar bear" \(similar key: "polar-bear"\), "yak"; keys must be the class names/,
    );
    const descriptors = await readPromptSet(join(folder, "descriptors.json"));
    expect(descriptors.checkNames(["zebra", "lion"])).toMatchObject([
      {
        severity: "warning",
        text: expect.stringMatching(/2 of 2 prompts do not contain the name of their class.*stripes for zebra/),
      },
    ]);
  });
});
