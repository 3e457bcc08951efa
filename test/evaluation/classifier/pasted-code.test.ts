import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pastedProblem } from "../../../src/evaluation/classifier/pasted-code.ts";
import { readPromptSet } from "../../../src/evaluation/classifier/prompt-set.ts";
import { parseTemplates, readTemplateSet } from "../../../src/evaluation/classifier/template.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

const MEANT = "a photo of one {}.";

/** The template as it appears in a program, a list or a page. */
const PASTED = [
  `"a photo of one {}.",`,
  `'a photo of one {}.',`,
  `"a photo of one {}."`,
  `'a photo of one {}.'`,
  `\`a photo of one {}.\`,`,
  `“a photo of one {}.”,`,
  `‘a photo of one {}.’`,
  `«a photo of one {}.»`,
  `["a photo of one {}.",`,
  `"a photo of one {}."]`,
  `"a photo of one {}."];`,
  `templates = ["a photo of one {}.",`,
  `const templates = ['a photo of one {}.'];`,
  `("a photo of one {}.",)`,
  `lambda c: f'a photo of one {c}.',`,
  `lambda name: f"a photo of one {name}.",`,
  `[lambda c: f"a photo of one {c}."]`,
  `(c) => \`a photo of one \${c}.\`,`,
  `f"a photo of one {classname}.",`,
  `rf'a photo of one {c}.'`,
  `u"a photo of one {}.",`,
  `"a photo of one {}.",  # the plain one`,
  `"plain": "a photo of one {}.",`,
  `plain: 'a photo of one {}.',`,
  "- a photo of one {}.",
  "* a photo of one {}.",
  "+ a photo of one {}.",
  "• a photo of one {}.",
  "•a photo of one {}.",
  "– a photo of one {}.",
  "> a photo of one {}.",
  "| a photo of one {}. |",
  "1. a photo of one {}.",
  "12) a photo of one {}.",
  "(3) a photo of one {}.",
  "[4] a photo of one {}.",
  "0: a photo of one {}.",
  "7\ta photo of one {}.",
  "7,a photo of one {}.",
  "7, a photo of one {}.",
  "2 - a photo of one {}.",
  "a) a photo of one {}.",
  `- "a photo of one {}."`,
  `1. "a photo of one {}.",`,
  "a photo of one {}.,",
  "a photo of one {}.;",
  `a photo of one {}.",`,
  `"a photo of one {}.`,
  "a photo\u200b of one {}.",
  "a photo\ufeff of one {}.",
  "a photo of one {c}.",
  "a photo of one {class}.",
  "a photo of one {classname}.",
  "a photo of one {0}.",
  "a photo of one {{}}.",
  "a photo of one {{ label }}.",
  "a photo of one %s.",
  "a photo of one <class>.",
  "a photo of one [CLASS NAME].",
  "a photo of one { }.",
];

/** Valid templates that look a little like code. */
const MEANT_SO = [
  `"{}" written on a sign.`,
  `a sign that says "{}"`,
  `the word "{}", written by hand`,
  `a photo of a {}, a type of "pet".`,
  `"stop" sign beside a "{}"`,
  `'{}' on a sign, not '{}s'`.replace("{}s", "sign"),
  `'tis a {}.`,
  `a photo of the {}s'`,
  `a {}'s photo`,
  `the cat's 12" {}`,
  "“{}” on a sign.",
  "ein „{}“ Schild",
  `a {} (it says "hi")`,
  `"{}" (on a "sign")`,
  "photo: {}",
  "itap of my {}.",
  "{}",
  "#{}",
  "#{} #photo",
  "3 {}s on a table",
  "1,000 {}s",
  "3-D {}.",
  "a {} - a photo",
  "a {}: a photo",
  "a {} / a drawing",
  "a {} & co.",
  "{}!",
  "(a photo of a {})",
  "[photo] a {}",
  "I ♥ {}",
  "a {} costs 5 $",
  "-a {}",
  "une photo d'un {}.",
  "一张{}的照片。",
  "عکس یک {}\u200cها",
];

describe("templates that were pasted from code or a list", () => {
  it.each(PASTED)("are refused with the line and what to write: %s", (line) => {
    expect(() => parseTemplates(`a {}.\n${line}\n`, "t.txt")).toThrow(/^t\.txt: .*\(line 2\)$/);
    expect(() => parseTemplates(line, "t.txt")).toThrow(`write ${MEANT}`);
  });

  it.each([
    "# my templates",
    "# a photo of a {}.",
    "// a {}.",
    "[",
    "]",
    "],",
    "templates = [",
    '"a {}.", "the {}."',
    "{} or {}",
    "a photo\tof a {}",
  ])("are refused even if no fix is known: %s", (line) => {
    expect(() => parseTemplates(`a {}.\n${line}\n`, "t.txt")).toThrow(/^t\.txt: .*\(line 2\)$/);
  });

  it("are distinguished from templates that contain quotes, numbers and brackets", async () => {
    expect(parseTemplates(MEANT_SO.join("\n"), "t.txt")).toEqual(MEANT_SO);
    for (const id of ["openai-80", "simple-7", "single-1"]) expect((await readTemplateSet(id)).notes).toEqual([]);
  });

  it("are found in every wrapping of a plain text", () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    const text = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => `${words.join(" ")} {}.`);
    const wrap = fc.constantFrom<(text: string) => string>(
      (t) => `"${t}",`,
      (t) => `'${t}'`,
      (t) => `- ${t}`,
      (t) => `* "${t}"`,
      (t) => `3. ${t}`,
      (t) => `[f"${t}",`,
      (t) => `lambda c: f'${t}',`,
      (t) => `“${t}”`,
    );
    fc.assert(
      fc.property(text, wrap, (line, wrapped) => {
        expect(pastedProblem(line)).toBeNull();
        expect(pastedProblem(wrapped(line))?.fix).toBe(line);
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it("report how many more lines are like the first", () => {
    expect(() => parseTemplates('\n    "a {}.",\n\n    "b {}.",\n    "c {}.",\n', "t.txt")).toThrow(
      't.txt: looks pasted from code or a list (a quote at both ends and a comma or bracket after it), and that would be in every prompt: write a {}. instead of "a {}.", (line 2); 2 more lines are invalid',
    );
  });

  it("cause a warning for a possible comma, space or $, and a note for a duplicate line", async () => {
    const folder = writeTree(temporaryFolder(), {
      "mine.txt":
        "\ufeffa {},\r\n#a photo of a {}\r\n\r\na\u00a0photo of a {}\r\na \u0024{} bill\r\nthe {}\r\nthe {}\r\n",
    });
    const { templates, notes } = await readTemplateSet(join(folder, "mine.txt"));
    expect(templates).toEqual([
      "a {},",
      "#a photo of a {}",
      "a\u00a0photo of a {}",
      "a \u0024{} bill",
      "the {}",
      "the {}",
    ]);
    expect(notes.map(({ severity, about }) => [severity, about])).toEqual([
      ...Array(4).fill(["warning", { templates: "mine" }]),
      ["note", { templates: "mine" }],
    ]);
    expect(notes.map(({ text }) => text.slice(text.indexOf("mine.txt: ") + 10))).toEqual([
      "a template ends with a comma or semicolon, which is in each of its prompts: a {},",
      "a template begins with #, which is in each of its prompts: #a photo of a {}",
      "a template has an unusual space character, which is in each of its prompts: a\u00a0photo of a {}",
      "a template has $ before its {}, which is in each of its prompts: a \u0024{} bill",
      "a template that appears twice counts twice: the {}",
    ]);
  });
});

describe("a custom set", () => {
  it("may not have the id of a shipped set, unless it is the same", async () => {
    const folder = writeTree(temporaryFolder(), { "single-1.txt": "a photo of a {}.\n", "simple-7.txt": "a {}.\n" });
    expect((await readTemplateSet(join(folder, "single-1.txt"))).id).toBe("single-1");
    await expect(readTemplateSet(join(folder, "simple-7.txt"))).rejects.toThrow(
      /simple-7\.txt: "simple-7" is the id of a shipped template set with different content; rename the file/,
    );
  });

  it("of descriptions is checked like templates, and causes a warning if it contains {}", async () => {
    const folder = writeTree(temporaryFolder(), {
      "list.json": JSON.stringify({ zebra: ["a horse with stripes", "- an animal"] }),
      "quoted.json": JSON.stringify({ zebra: ['"a horse with stripes",'] }),
      "open.json": JSON.stringify({ zebra: ["a {} with stripes"] }),
    });
    const read = (name: string) => readPromptSet(join(folder, name));
    await expect(read("list.json")).rejects.toThrow(/zebra: looks pasted .*write an animal instead of - an animal/);
    await expect(read("quoted.json")).rejects.toThrow(/write a horse with stripes instead of/);
    expect((await read("open.json")).notes).toMatchObject([{ severity: "warning", about: { templates: "open" } }]);
  });
});
