import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Literal, looksLikeLiteral, parseLiteral } from "../../../src/foundation/files/parse-literal.ts";

const python = (text: string) => parseLiteral(text, "names.py", "python");
const json = (text: string) => parseLiteral(text, "names.json", "json");

/** Maps as objects. */
function plain(value: Literal): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return value instanceof Map ? Object.fromEntries([...value].map(([key, item]) => [key, plain(item)])) : value;
}

describe("a literal", () => {
  it("of JSON is what JSON.parse makes of it", () => {
    const parsed = (value: unknown) => plain(json(JSON.stringify(value, null, 1)));
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(parsed(value)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed: 21, numRuns: 200 },
    );
  });

  it("of Python may have a name before it, comments, tuples and a comma at the end", () => {
    const text = `# names\nimagenet_classes = [\n  "tench", 'goldfish',  # a fish\n  u"jack-o'-lantern", 'it\\'s \\u00e9', ("hen"),\n]\n`;
    expect(python(text)).toEqual(["tench", "goldfish", "jack-o'-lantern", "it's é", "hen"]);
    expect(plain(python(`{0: 'tench, Tinca tinca', 1: ("n01443537", "goldfish",), "x": None}`))).toEqual({
      0: "tench, Tinca tinca",
      1: ["n01443537", "goldfish"],
      x: null,
    });
  });

  it.each([
    ['["a" "b"]', "line 1: two strings without a comma between them, which Python joins"],
    ['["a"\n"b"]', "two strings without a comma"],
    ['[f"a {c}"]', 'a string with the prefix "f"'],
    ["[lambda c: c]", 'expected a value, found "lambda c: c]"'],
    ['{"a", "b"}', "a set, which has no order"],
    ['{"a": 1, "a": 2}', 'the key "a" appears twice'],
    ["{1: 1, 1: 2}", 'the key "1" appears twice'],
    ['["""a"""]', "triple quotes"],
    ['["\\q"]', "the escape \\q"],
    ['a = ["a"]\nb = ["b"]', "line 2: expected one value in the file, found more"],
    ['["a"', "found the end of the file"],
    ["[,]", "expected a value"],
    [`${"[".repeat(99)}${"]".repeat(99)}`, "nesting is too deep"],
    ["", "expected a value, found the end of the file"],
  ])(
    "of Python is refused where it is another kind of value, or Python would read something else: %s",
    (text, message) => {
      expect(() => python(text)).toThrow(message);
    },
  );

  it("of JSON is refused where a key appears twice, or it is not JSON", () => {
    expect(() => json('{"a": 1,\n "a": 2}')).toThrow('names.json: line 2: the key "a" appears twice');
    expect(() => json('["a",]')).toThrow(/names\.json: not JSON/);
  });

  it("fails with its error only", () => {
    const piece = fc.constantFrom(
      "[",
      "]",
      "{",
      "}",
      "(",
      ")",
      ",",
      ":",
      '"',
      "'",
      "\\",
      "a",
      "0",
      "-",
      "#",
      "\n",
      "=",
      " ",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          python(pieces.join(""));
        } catch (error) {
          expect((error as Error).name).toBe("InputError");
        }
      }),
      { seed: 21, numRuns: 2000 },
    );
  });

  it("is distinguished from lines of text", () => {
    for (const text of ['["tench"', "classes = [\n'a'", "# list\n{0: 'a'", "(('n01440764',"]) {
      expect(looksLikeLiteral(text)).toBe(true);
    }
    for (const text of ["tench\ngoldfish", "[tench]", "{}\nthe {}", '"{}" on a sign.']) {
      expect(looksLikeLiteral(text)).toBe(false);
    }
  });
});
