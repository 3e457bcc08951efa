import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readClassNames } from "../../../src/evaluation/classifier/class-names.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

const read = async (text: string, name = "n.csv") =>
  await readClassNames(join(writeTree(temporaryFolder(), { [name]: text }), name));

describe("class names", () => {
  it.each([
    ["index,name\n0,'tench'\n1,'goldfish'\n", /index 0: looks pasted .*write tench instead of 'tench'/],
    ['index,name\n0,tench\n1,"""goldfish"""\n', /index 1: .*write goldfish instead of/],
    ['index,name\n0,"tench,"\n', /write tench instead of tench,/],
    ["index,name\n0,\"['tench'\"\n1,goldfish\n", /write tench instead of/],
    ["index,name\n0,[tench\n1,goldfish]\n", /index 0: .*a bracket.*write tench/],
    ["index,name\n0,“tench”\n", /write tench/],
    ["index,name\n0,- tench\n", /a bullet.*write tench/],
    ["index,name\n0,0: tench\n1,1: goldfish\n", /every name starts with its number.*write tench instead of 0: tench/],
    ["index,name\n0,001.Black_footed_Albatross\n1,002.Laysan_Albatross\n", /write Black_footed_Albatross instead of/],
    ["index,name\n0,n01440764\n", /expected the name of a class, found the WordNet id n01440764/],
    ["index,name\n0,te\u200bnch\n", /U\+200B.*write tench/],
    ["index,name\n,tench\n", /each index from 0 to 0 once, got ""/],
    ["index,name\n0x0,tench\n", /got "0x0"/],
    ["index,name\n-0,tench\n", /got "-0"/],
  ])("are refused if they would put more than the name into every prompt: %j", async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
  });

  it("may contain quotes, commas, numbers, brackets and apostrophes", async () => {
    const names = [
      "jack-o'-lantern",
      'b, "c"',
      "crane (bird)",
      "2012 Tesla Model S",
      "3D glasses",
      "'Til Tuesday",
      "7-Eleven",
      "C#",
      "St. Bernard",
      "tench, Tinca tinca",
      "🐟",
    ];
    const text = `\ufeffindex,name\r\n${names.map((name, i) => `${i},"${name.replaceAll('"', '""')}"`).join("\r\n")}\r\n`;
    const list = await read(text);
    expect(list.names).toEqual(names);
    expect(list.notes).toEqual([]);
  });

  it("are matched by numbers as spreadsheets write them", async () => {
    expect((await read("index,name\n1.0,b\n00.0,a\n")).names).toEqual(["a", "b"]);
  });

  it("cause a warning for underscores, braces or odd spaces, and a note for a difference in letter case only", async () => {
    const { notes } = await read("index,name\n0,great_white\n1,a {} fish\n2,ray\u00a0x\n3,Crane\n4,crane\n5,crane\n");
    expect(
      notes.map(({ severity, text, about }) => [severity, text.slice(text.indexOf("n.csv: ") + 7), about]),
    ).toEqual([
      ["warning", "1 of 6 names have an underscore, which is in their prompts: great_white", { classNames: "n" }],
      ["warning", "1 of 6 names have {} in them, which is in their prompts: a {} fish", { classNames: "n" }],
      [
        "warning",
        "1 of 6 names have an unusual space character, which is in their prompts: ray\u00a0x",
        { classNames: "n" },
      ],
      ["note", "indices 3 and 4 have names that differ only in letter case: crane", { classNames: "n" }],
    ]);
  });

  it("may not be a different list under the id of a shipped one", async () => {
    await expect(read("index,name\n0,a\n", "imagenet-openai.csv")).rejects.toThrow(
      /"imagenet-openai" is the id of a shipped class-name list with different content; rename the file/,
    );
  });
});
