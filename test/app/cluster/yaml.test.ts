import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { formatYaml, type YamlValue } from "../../../src/app/cluster/yaml.ts";

const scalars = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }), fc.integer(), fc.boolean());
const { values } = fc.letrec<{ values: unknown }>((tie) => ({
  values: fc.oneof(
    { maxDepth: 4 },
    scalars,
    fc.array(tie("values"), { maxLength: 4 }),
    fc.dictionary(fc.stringMatching(/^[a-z][\w./-]{0,8}$|^[a-z: #'"]{1,5}$/), tie("values"), { maxKeys: 4 }),
  ),
}));

describe("formatYaml", () => {
  it("writes what a YAML parser of either version reads back", () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = formatYaml(value as YamlValue);
        expect(JSON.stringify(parse(text))).toBe(JSON.stringify(value));
      }),
    );
  });

  it("keeps words that YAML 1.1 takes for other things texts", () => {
    const words = ["no", "on", "1e3", "0o7", "12:30", "2026-01-01", "~", "null", "a: b", "# c", ""];
    expect(parse(formatYaml({ words }), { version: "1.1" })).toEqual({ words });
  });

  it("leaves out what is undefined", () => {
    expect(formatYaml({ a: undefined, b: [{ c: 1, d: undefined }], e: {} })).toBe("b:\n  - c: 1\ne: {}\n");
  });
});
