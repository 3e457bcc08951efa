import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromSpreadsheetText, toSpreadsheetText } from "../../../src/foundation/files/spreadsheet-text.ts";

describe("names in CSV cells", () => {
  it("are protected where a spreadsheet would run them, and unchanged otherwise", () => {
    for (const name of ["=cmd", "+1", "-1", "@x", "\tx"]) expect(toSpreadsheetText(name)).toBe(`'${name}`);
    for (const name of ["ViT-B/32", "a=b", "'quoted'", ""]) expect(toSpreadsheetText(name)).toBe(name);
  });

  it("are read back as they were, however they begin", () => {
    const beginnings = fc.string({ unit: fc.constantFrom("'", "=", "-", "a", "\t"), maxLength: 6 });
    fc.assert(
      fc.property(beginnings, (name) => {
        expect(fromSpreadsheetText(toSpreadsheetText(name))).toBe(name);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
