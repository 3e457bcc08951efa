import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scanCsv } from "../../../src/foundation/files/scan-csv.ts";

/** Every row's cells, as the scanner returns them. */
function scanned(text: string): string[][] {
  const csv = scanCsv(Buffer.from(text), "a.csv");
  const rows: string[][] = csv.header.length === 0 ? [] : [[...csv.header]];
  while (csv.next()) rows.push(csv.header.map((_, cell) => csv.text(cell)));
  return rows;
}

/** Cells, with quotation marks where they need them and where `isQuoted` states so. */
const cell = fc
  .tuple(
    fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 8 }),
      fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "a", "ü", "'"), maxLength: 5 }),
    ),
    fc.boolean(),
  )
  .map(([text, isQuoted]) => (isQuoted || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text));

const table = fc
  .record({
    columns: fc.integer({ min: 2, max: 40 }),
    rows: fc.integer({ min: 1, max: 5 }),
    lineEnd: fc.constantFrom("\n", "\r\n"),
    hasEnd: fc.boolean(),
    hasMark: fc.boolean(),
  })
  .chain(({ columns, rows, lineEnd, hasEnd, hasMark }) =>
    fc
      .array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows })
      .map(
        (lines) =>
          (hasMark ? "\ufeff" : "") + lines.map((line) => line.join(",")).join(lineEnd) + (hasEnd ? lineEnd : ""),
      )
      .map((text) => ({ text, lineEnd })),
  );

describe("scanCsv", () => {
  it("finds the cells that csv-parse finds, with any content", () => {
    fc.assert(
      fc.property(table, ({ text, lineEnd }) => {
        const expected: string[][] = parse(text, { bom: true, record_delimiter: lineEnd, skip_empty_lines: true });
        expect(scanned(text)).toEqual(expected);
      }),
      { seed: 17, numRuns: 500 },
    );
  });

  it("gives the bytes of each cell, quotation marks included, and the number of the row", () => {
    const text = Buffer.from('a,b\r\n\r\nü,"d,""e"\r\n');
    const csv = scanCsv(text, "a.csv");
    expect([csv.row, csv.header]).toEqual([0, ["a", "b"]]);
    expect([csv.next(), csv.row]).toEqual([true, 1]);
    const cells = [0, 1].map((c) => text.toString("utf8", csv.bounds[2 * c], csv.bounds[2 * c + 1]));
    expect(cells).toEqual(["ü", '"d,""e"']);
    expect(csv.next()).toBe(false);
  });

  it("finds the needed cells of every row, and others on request", () => {
    fc.assert(
      fc.property(table, fc.nat(), fc.nat(), ({ text }, needed, more) => {
        const all = scanned(text).slice(1);
        const csv = scanCsv(Buffer.from(text), "a.csv");
        const columns = csv.header.length;
        csv.need(1 + (needed % columns));
        for (const [r, expected] of all.entries()) {
          expect([csv.next(), csv.row]).toEqual([true, r + 1]);
          const count = r % 2 === 0 ? 1 + (needed % columns) : 1 + (more % columns);
          csv.find(count);
          expect(expected.slice(0, count).map((_, cell) => csv.text(cell))).toEqual(expected.slice(0, count));
        }
        expect(csv.next()).toBe(false);
      }),
      { seed: 17, numRuns: 500 },
    );
  });

  it("examines other cells only on request", () => {
    const csv = scanCsv(Buffer.from("a,b,c\n1,2\n1,2,3,4\n"), "a.csv");
    csv.need(1);
    expect([csv.next(), csv.text(0)]).toEqual([true, "1"]);
    expect(() => csv.find(3)).toThrow(/row 1: 2 cells, expected 3/);
    csv.next();
    expect(() => csv.find(2)).not.toThrow();
    expect(() => csv.find(3)).toThrow(/row 2: more than 3 cells/);
  });

  it("has no row in an empty text", () => {
    expect(scanned("")).toEqual([]);
    expect(scanned("\ufeff\r\n\n")).toEqual([]);
  });

  it.each([
    ["a,b\nc\n", /^a\.csv: not a CSV file: row 1: 1 cells, expected 2$/],
    ["a,b\nc,d\ne,f,g,h\n", /^a\.csv: not a CSV file: row 2: more than 2 cells$/],
    ['a,"b\n', /^a\.csv: not a CSV file: the first line: a quotation mark is not closed$/],
    ['a,b\nc,"d""\n', /^a\.csv: not a CSV file: row 1: a quotation mark is not closed$/],
    ['a,b\nc,d"e\n', /^a\.csv: not a CSV file: row 1: a quotation mark inside a cell$/],
    ['a,b\n"c"d,e\n', /^a\.csv: not a CSV file: row 1: text after a closing quotation mark$/],
    ['a,b\n"c"d"e",f\n', /^a\.csv: not a CSV file: row 1: a quotation mark inside a cell$/],
  ])("refuses %j", (text, message) => {
    expect(() => scanned(text)).toThrow(message);
  });
});
