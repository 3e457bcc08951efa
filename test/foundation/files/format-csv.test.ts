import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { computed, formatCsv, formatCsvRows } from "../../../src/foundation/files/format-csv.ts";
import { fromSpreadsheetText } from "../../../src/foundation/files/spreadsheet-text.ts";

describe("a CSV file", () => {
  it("has a header line, the columns in their order, and nothing else", () => {
    const rows = [{ name: "a", value: 0.5, known: true, beside: "x" }];
    expect(formatCsv(["value", "known", "name"], rows)).toBe("value,known,name\n0.5,true,a\n");
    expect(formatCsv(["value", "known", "name"], [])).toBe("value,known,name\n");
  });

  it("protects texts in every column and in the header, but not numbers", () => {
    const rows = [{ "=a": "=cmd|'/C calc'!A0", b: "-1", c: -1, d: "@x" }];
    expect(formatCsv(["=a", "b", "c", "d"], rows)).toBe("'=a,b,c,d\n'=cmd|'/C calc'!A0,'-1,-1,'@x\n");
  });

  it("leaves cells empty where there is no value", () => {
    expect(formatCsvRows([["a", null, undefined, "", false]])).toBe("a,,,,false\n");
  });

  it("keeps any text whole: commas, quotes, line breaks of every kind, apostrophes", () => {
    const cell = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 8 }),
      fc.string({ unit: fc.constantFrom("'", "=", "-", ",", '"', "\n", "\r", "\t", " "), maxLength: 6 }),
    );
    const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(table, (rows) => {
        const read: string[][] = parse(formatCsvRows(rows), { record_delimiter: "\n" });
        expect(read.map((row) => row.map(fromSpreadsheetText))).toEqual(rows);
        expect(read.flat().filter((text) => /^[=+\-@\t\r]/.test(text))).toEqual([]);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("has computed numbers with twelve digits, never −0, and none where there is none", () => {
    const values = [0.1 + 0.2, -1 / 3, 1e-7, -0, null].map(computed);
    expect(formatCsvRows([values])).toBe("0.3,-0.333333333333,1e-7,0,\n");
  });
});
