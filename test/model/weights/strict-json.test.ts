import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { type JsonValue, parseStrictJson } from "../../../src/model/weights/strict-json.ts";

/** The value as JSON.parse returns it; entries as pairs, so that no name is special. */
function plain(value: JsonValue): unknown {
  if (value instanceof Map) return byName([...value].map(([name, inner]) => [name, plain(inner)]));
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === "object" && value !== null && "fraction" in value ? value.fraction : value;
}

function pairs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pairs);
  if (typeof value !== "object" || value === null) return value;
  return byName(Object.entries(value).map(([name, inner]) => [name, pairs(inner)]));
}

/** JavaScript puts names that are numbers first. */
function byName(entries: [string, unknown][]): [string, unknown][] {
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

describe("parseStrictJson", () => {
  it("reads what JSON.parse reads", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 1, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(plain(parseStrictJson(text, 8, "f"))).toEqual(pairs(JSON.parse(text)));
      }),
    );
  });

  it("refuses what JSON.parse refuses, for any changed character", () => {
    const base = '{"a": {"dtype": "F\\u0033\\n", "shape": [1, -2, 3.5e+1], "ok": [true, false, null, {}]}, "b": ""} ';
    const characters = [...'{}[],:"\\ \n\t-+.0123eEtrufalsn/', "\u0000", "\u001f", "é"];
    let accepted = 0;
    for (let at = 0; at < base.length; at++) {
      for (const character of characters) {
        const text = base.slice(0, at) + character + base.slice(at + 1);
        const expected = attempt(() => pairs(JSON.parse(text)));
        const found = attempt(() => plain(parseStrictJson(text, 8, "f")));
        if (found instanceof Error && !(expected instanceof Error)) {
          expect(found.message).toMatch(/a name appears twice/);
        } else if (found instanceof Error) {
          expect(found).toBeInstanceOf(InputError);
        } else {
          expect(expected).not.toBeInstanceOf(Error);
          expect(JSON.stringify(found)).toBe(JSON.stringify(expected));
          accepted++;
        }
      }
    }
    expect(accepted).toBeGreaterThan(100);
  });

  it("distinguishes integers from other numbers, in any notation", () => {
    expect(parseStrictJson("[10, -3, 9007199254740991]", 1, "f")).toEqual([10, -3, 9007199254740991]);
    expect(parseStrictJson("[1.0, 1e0, -0]", 1, "f")).toEqual([{ fraction: 1 }, { fraction: 1 }, { fraction: -0 }]);
  });

  it("refuses a duplicate name, and values nested too deep", () => {
    expect(() => parseStrictJson('{"a": 1, "\\u0061": 2}', 1, "f.json")).toThrow("f.json: a name appears twice");
    expect(() => parseStrictJson("[[[]]]", 2, "f.json")).toThrow("f.json: nested deeper than 2 at character 2");
  });
});

function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
