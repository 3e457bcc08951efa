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

  it("may be descriptions of each class, used as they are, whatever the order of the file", async () => {
    const folder = writeTree(temporaryFolder(), {
      "a.json": JSON.stringify({ zebra: ["striped {} horse", "an animal"], "polar bear": ["white"] }),
      "b.json": JSON.stringify({ "polar bear": ["white"], zebra: ["striped {} horse", "an animal"] }),
      "c.json": JSON.stringify({ "polar bear": ["grey"], zebra: ["striped {} horse", "an animal"] }),
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

  it("are refused where a class has no description, or the file has another form", async () => {
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
});
