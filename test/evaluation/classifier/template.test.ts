import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readClassNames } from "../../../src/evaluation/classifier/class-names.ts";
import { fillTemplate, parseTemplates, readTemplateSet } from "../../../src/evaluation/classifier/template.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

describe("template sets", () => {
  it("ship with 80, 7 and 1 templates, the 7 being among the 80", async () => {
    const [all, simple, single] = await Promise.all(["openai-80", "simple-7", "single-1"].map(readTemplateSet));
    expect([all, simple, single].map((set) => set?.templates.length)).toEqual([80, 7, 1]);
    expect(simple?.templates.every((template) => all?.templates.includes(template))).toBe(true);
    expect(single?.templates).toEqual(["a photo of a {}."]);
    expect(new Set(all?.templates).size).toBe(80);
  });

  it("insert the class name verbatim, with any characters", () => {
    expect(fillTemplate("a photo of a {}.", "Scottish Terrier")).toBe("a photo of a Scottish Terrier.");
    expect(fillTemplate("{} $& here", "$1 {} $$")).toBe("$1 {} $$ $& here");
  });

  it("may be a user's file, one template per line", async () => {
    const folder = writeTree(temporaryFolder(), { "mine.txt": "\uFEFFart of {}\r\n\r\n  a {} drawing  \n" });
    const set = await readTemplateSet(join(folder, "mine.txt"));
    expect(set).toMatchObject({ id: "mine", templates: ["art of {}", "a {} drawing"] });
  });

  it("are refused if a template does not have exactly one {}, the file is empty, or the id is unknown", async () => {
    expect(() => parseTemplates("a photo.\n", "t.txt")).toThrow(
      't.txt: expected exactly one {} in a template, found 0 in "a photo."',
    );
    expect(() => parseTemplates("{} or {}\n", "t.txt")).toThrow(/found 2/);
    expect(() => parseTemplates("\n \n", "t.txt")).toThrow("t.txt: expected one template per line, found none");
    await expect(readTemplateSet("openai-81")).rejects.toThrow(
      'unknown template set "openai-81"; known: openai-80, simple-7, single-1, or the path of a .txt, .py file',
    );
    await expect(readTemplateSet("./none.txt")).rejects.toThrow("template set ./none.txt: no such file");
  });
});

describe("class-name lists", () => {
  it("include OpenAI's thousand names, with the two pairs of equal names", async () => {
    const list = await readClassNames("imagenet-openai");
    expect(list.names.length).toBe(1000);
    expect(new Set(list.names).size).toBe(998);
    expect([list.names[657], list.names[744], list.names[836], list.names[837]]).toEqual([
      ...["missile", "missile", "sunglasses", "sunglasses"],
    ]);
    expect(list.columns.get("wnid")?.[999]).toBe("n15075141");
  });

  it("are read by index, with names that contain commas and quotes", async () => {
    const folder = writeTree(temporaryFolder(), { "n.csv": 'index,name\n1,"b, ""c"""\n0,a\n' });
    expect((await readClassNames(join(folder, "n.csv"))).names).toEqual(["a", 'b, "c"']);
  });

  it("are refused if a column is missing, an index is repeated or out of range, or a name is empty", async () => {
    const folder = writeTree(temporaryFolder(), {
      "column.csv": "index,label\n0,a\n",
      "twice.csv": "index,name\n0,a\n0,b\n",
      "range.csv": "index,name\n1,a\n2,b\n",
      "empty.csv": "index,name\n0,\n",
      "none.csv": "index,name\n",
    });
    const read = (name: string) => readClassNames(join(folder, name));
    await expect(read("column.csv")).rejects.toThrow(/missing: name/);
    await expect(read("twice.csv")).rejects.toThrow(/each index from 0 to 1 once, got "0"/);
    await expect(read("range.csv")).rejects.toThrow(/got "2"/);
    await expect(read("empty.csv")).rejects.toThrow(/index 0 has no name/);
    await expect(read("none.csv")).rejects.toThrow(/found no row/);
  });
});
