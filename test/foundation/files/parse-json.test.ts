import { describe, expect, it } from "vitest";
import { z } from "zod";
import { InputError } from "../../../src/foundation/errors.ts";
import { checkJson, parseJson } from "../../../src/foundation/files/parse-json.ts";

const schema = z.strictObject({ size: z.int(), vision: z.object({ file: z.string() }) });

describe("a JSON file of the program", () => {
  it("is parsed by its schema", () => {
    expect(parseJson('{"size": 3, "vision": {"file": "a"}}', "x.json", schema)).toEqual({
      size: 3,
      vision: { file: "a" },
    });
  });

  it("is refused with each field that is wrong, and what was expected there", () => {
    const text = '{"size": "3", "vision": {"file": 1}, "sise": 3}';
    expect(() => parseJson(text, "x.json", schema)).toThrow(
      /^x\.json: size: .*expected number.*; vision\.file: .*expected string.*; the whole file: Unrecognized key: "sise"$/,
    );
    expect(() => parseJson("[]", "x.json", schema)).toThrow(/^x\.json: the whole file: .*expected object/);
    expect(() => parseJson("{", "x.json", schema)).toThrow("x.json: not JSON: it ends too early");
  });

  it("is refused in one line, however much of it is wrong", () => {
    const message = (count: number) => {
      try {
        checkJson(Array(count).fill(1), "x.json", z.array(z.string()));
      } catch (error) {
        if (error instanceof InputError) return error.message;
      }
      return "";
    };
    expect(message(5)).toMatch(/^x\.json: 0: [^;]*(; [1-4]: [^;]*){4}$/);
    expect(message(1000)).toMatch(/^x\.json: 0: [^;]*(; [1-4]: [^;]*){4}; and 995 more$/);
  });

  it("is refused where a key appears twice", () => {
    const text = '{"size": 3, "size": 4, "vision": {"file": "a:\\"b\\":"}}';
    expect(() => parseJson(text, "x.json", schema)).toThrow("x.json: a key appears twice");
  });
});
