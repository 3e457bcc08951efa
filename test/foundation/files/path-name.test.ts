import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readClassNames } from "../../../src/evaluation/classifier/class-names.ts";
import { readPromptSet } from "../../../src/evaluation/classifier/prompt-set.ts";
import { fileId } from "../../../src/foundation/files/named-data.ts";
import { pathNameProblem } from "../../../src/foundation/files/path-name.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

describe("names that become folders of results", () => {
  it.each([
    "",
    ".",
    "..",
    "a/b",
    "a\\b",
    "/",
    "a\nb",
    "a\u0000",
    "\u001b[31m",
    "a\u202eb",
    "a\u2028b",
    "\ud800",
    "CON",
    "con.v2",
    "Lpt1",
    "nul",
    " a",
    "a ",
    "a\u00a0",
    "a.",
    "...",
    "x".repeat(201),
    "é".repeat(101),
  ])("may not be %j", (name) => {
    expect(pathNameProblem(name)).toMatch(/^(?:is|means|has|begins|ends) /);
  });

  it.each([
    "a",
    "-",
    "ViT-B-32",
    "epoch=3,step=100",
    "a+b",
    "a:b",
    ".hidden",
    "..a",
    "a..b",
    "console",
    "com10",
    "模型",
    "👩‍🔬",
    "x".repeat(200),
  ])("may be %j", (name) => {
    expect(pathNameProblem(name)).toBeNull();
  });

  it("lead to distinct folders below the parent", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 12 }), (name) => {
        fc.pre(pathNameProblem(name) === null);
        expect(join("out", name)).toBe(`out/${name}`);
        expect(join("out", name, "..")).toBe("out");
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  it("are the names of files without their extension", () => {
    expect(["mine.txt", "a/b.v2.txt", "plain", "./.mine.txt"].map((path) => fileId(path, "set"))).toEqual([
      ...["mine", "b.v2", "plain", ".mine"],
    ]);
  });

  it("are refused in every kind of file that is named by its path", async () => {
    const folder = writeTree(temporaryFolder(), {
      "...txt": "a {}\n",
      ".txt": "a {}\n",
      "nul.txt": "a {}\n",
      "...json": '{"a": ["b"]}',
      "a .csv": "index,name\n0,a\n",
    });
    const refused = (read: Promise<unknown>) =>
      expect(read).rejects.toThrow(/without its extension, .*rename the file/);
    await refused(readPromptSet(join(folder, "...txt")));
    await refused(readPromptSet(join(folder, ".txt")));
    await refused(readPromptSet(join(folder, "nul.txt")));
    await refused(readPromptSet(join(folder, "...json")));
    await refused(readClassNames(join(folder, "a .csv")));
  });
});
