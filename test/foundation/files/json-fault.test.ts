import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { staysInside } from "../../../src/foundation/files/inside-folder.ts";
import { jsonFault } from "../../../src/foundation/files/json-fault.ts";
import { readJson } from "../../../src/foundation/files/read-text.ts";
import { parseShiftlineJson } from "../../../src/model/checkpoint/shiftline-json.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { makeFacts } from "../../model/checkpoint/make-facts.ts";

describe("what is wrong with JSON", () => {
  it.each([
    ["", "it is empty"],
    [" \n", "it is empty"],
    ['{"a": [1, 2', "it ends too early"],
    ['{"a": "b', "it ends too early"],
    ['{"a": -', "it ends too early"],
    ['{"a": tru', "it ends too early"],
    ["root:x:0:0:root", "line 1, column 1"],
    ['{\n  "a": 1,\n  b: 2\n}', "line 3, column 3"],
    ['{"a": 1,}', "line 1, column 9"],
    ['{"a": 1} {', "line 1, column 10"],
    ["[1, 2, nul]", "line 1, column 11"],
    ['{"a": "\\q"}', "line 1, column 9"],
  ])("of %j is reported by its position: %s", (text, said) => {
    expect(jsonFault(text)).toBe(`not JSON: ${said}`);
  });

  it("is found for any replaced character of a valid text", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.nat(), (text, at) => {
        const position = at % text.length;
        const broken = `${text.slice(0, position)}\u0001${text.slice(position + 1)}`;
        const column = /column (\d+)$/.exec(jsonFault(broken))?.[1];
        expect(Number(column)).toBe(position + 1); // a control character is wrong anywhere
      }),
    );
  });

  it("is reported without the file's content: a checkpoint's files may be links to any file", async () => {
    const folder = writeTree(temporaryFolder(), { passwd: "root:x:0:0:secret\nsecret\n", cut: '{"secret": 1' });
    for (const name of ["passwd", "cut"]) {
      await expect(readJson(join(folder, name))).rejects.toThrow(/not JSON/);
      await expect(readJson(join(folder, name))).rejects.not.toThrow(/secret|root/);
    }
  });
});

describe("paths in a shiftline.json", () => {
  it.each(["../../etc/passwd", "/etc/passwd", "a/../../b", "..", ".", "C:\\b", "\\\\host\\b", "a\\..\\..\\b", "a\0b"])(
    "do not lead outside its folder: %j",
    (file) => {
      expect(staysInside(file)).toBe(false);
      const described = { vision: { file: "a.onnx" }, text: { file }, size: 64, mean: [0, 0, 0], std: [1, 1, 1] };
      for (const description of [described, { ...described, text: { file: "b.onnx" }, tokenizer: file }]) {
        expect(() => parseShiftlineJson(makeFacts({ "shiftline.json": description }))).toThrow(
          /expected a path below the folder of the shiftline\.json/,
        );
      }
    },
  );

  it.each(["a.onnx", "towers/a.onnx", "./a.onnx", "a/../b.onnx", "..a/b.onnx", "a..onnx"])(
    "stay below it: %j",
    (file) => expect(staysInside(file)).toBe(true),
  );
});
