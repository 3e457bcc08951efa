import { parse } from "csv-parse/sync";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { beforeAll, describe, expect, it } from "vitest";
import { makeWarning } from "../../../src/foundation/notes.ts";
import { groupRows } from "../../../src/output/tables/arrange-rows.ts";
import { formatResultsLatex, formatResultsMarkdown } from "../../../src/output/tables/results-markup.ts";
import { formatResultsCsv, formatResultsParquet, resultsRecords } from "../../../src/output/tables/results-records.ts";
import type { ResultsTable } from "../../../src/output/tables/results-table.ts";
import { formatResultsText } from "../../../src/output/tables/results-text.ts";
import { sampleRows, sampleTable, shown } from "./sample-table.ts";

const LONG = "a-very-long-name-of-a-checkpoint-that-no-terminal-of-eighty-columns-has-room-for";
const HOSTILE = "=a_b|c & \u001b[31m $x$ \\input{y}";

let table: ResultsTable;

beforeAll(async () => {
  const doubt = { quality: "same-run", instead: "low" } as const;
  const partly = sampleRows(`${LONG}-1`, 0.05).map((row) => (row.benchmark === "imagenet-a" ? { ...row, n: 75 } : row));
  const far = sampleRows(`${LONG}-2`, 0.1).map((row) =>
    row.benchmark === "imagenet" ? { ...row, accuracy: 0.4 } : row,
  );
  table = await sampleTable(
    [
      ...sampleRows("low"),
      ...sampleRows(HOSTILE, 0.01),
      ...partly,
      ...far,
      ...sampleRows("twin").map((row) => ({ ...row, doubt })),
    ],
    { warnings: [makeWarning("wrong labels", { checkpoint: "low", benchmark: "imagenet-r", protocol: "200" })] },
  );
});

describe("formatResultsText", () => {
  it("has one line per checkpoint in each section, full names, and explains the marks", () => {
    const text = formatResultsText(shown(table));
    const lines = text.split("\n");
    expect(lines[0]).toBe("Top-1 accuracy, %");
    expect(lines[1]).toMatch(/^checkpoint +IN +IN-V2 +IN-R +IN-Sketch +IN-A +ObjectNet +Avg\.$/);
    expect(text).not.toContain("IN-R (1000)");
    expect(lines.filter((line) => line.startsWith(`${LONG}-1 `))).toHaveLength(3);
    expect(text).not.toContain("\u001b");
    expect(lines.find((line) => line.startsWith("low "))).toMatch(/65\.0 +\(64\.6–65\.4\) .* 70\.0!? +\(69\.5–70\.5\)/);
    expect(lines.find((line) => line.startsWith("twin ‡"))).toBeDefined();
    expect(text).toMatch(/^! warning: low, imagenet-r 200: wrong labels$/m);
    expect(text).toMatch(/^° on part of the images$/m);
    expect(text).toMatch(/^° IN-A: 75 of 7,500 images \(a-very-long\S+-1\)$/m);
    expect(text).toMatch(/^† extrapolated: outside the accuracies that the line was fitted on, so no verdict$/m);
    expect(text).toMatch(/^‡ another checkpoint of the same training run: twin \(see low\)$/m);
    expect(text).toMatch(/^◆: highest of its column/m);
    expect(text).toMatch(/^Controls: in distribution, on the classes of a shift only$/m);
  });

  it("keeps to a terminal's width: intervals under the figures, blocks of columns, cut names that differ and follow in full", () => {
    for (const width of [60, 80, 120]) {
      const text = formatResultsText(shown(table), width);
      const [body = ""] = text.split(/^Zero-shot/m);
      expect(Math.max(...body.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
      const listed = [...text.matchAll(/^(\S+) = (a-very-long.*)$/gm)].map(([, short, whole]) => [short, whole]);
      expect(listed.map(([, whole]) => whole)).toEqual([`${LONG}-1`, `${LONG}-2`]);
      expect(new Set(listed.map(([short]) => short)).size).toBe(2);
    }
    // The same figures, for any place of the intervals
    const figures = (text: string) => text.match(/\d+\.\d–\d+\.\d/g)?.sort();
    expect(figures(formatResultsText(shown(table), 80))).toEqual(figures(formatResultsText(shown(table))));
  });

  it("has controls as columns where they are asked for, and headings of groups", () => {
    const groups = groupRows(table, [0, 1, 2, 3, 4], { name: "data", groupOf: new Map([["low", "laion"]]) });
    const text = formatResultsText(shown(table, { controlColumns: true, groups }));
    expect(text).toMatch(/^checkpoint .* Avg\. +IN \(IN-R classes\) +IN \(IN-A classes\)$/m);
    expect(text).not.toMatch(/^Controls/m);
    expect(text.indexOf("data: laion")).toBeLessThan(text.indexOf("\nlow "));
    expect(text).toMatch(/^no data$/m);
  });
});

describe("formatResultsMarkdown and formatResultsLatex", () => {
  it("have the best in bold, marks and full names, with nothing in a name obeyed", () => {
    const markdown = formatResultsMarkdown(shown(table));
    expect(markdown).toContain("| checkpoint | IN | IN-V2 | IN-R | IN-Sketch | IN-A | ObjectNet | Avg. |");
    expect(markdown).toMatch(/\| \*\*\d\d\.\d\*\* \(/);
    expect(markdown).toContain(`| ${LONG}-2 |`);
    expect(markdown).toContain("=a\\_b\\|c &amp; \\\\u\\{1b\\}");
    expect(markdown).toContain("- Bold: highest of its column");
    const latex = formatResultsLatex(shown(table));
    expect(latex.match(/\\begin\{table\}/g)).toHaveLength(3);
    expect([...latex.matchAll(/\\label\{(.*)\}/g)].map(([, label]) => label)).toEqual([
      "tab:accuracy",
      "tab:robustness",
      "tab:controls",
    ]);
    expect(latex).toMatch(/\\textbf\{\d\d\.\d\}/);
    expect(latex).toContain(
      "=a\\_b\\textbar{}c \\& \\textbackslash{}u\\{1b\\}{[}31m \\$x\\$ \\textbackslash{}input\\{y\\}",
    );
    expect(latex).toContain("Bold: highest of its column");
    expect(latex).toContain("\\rlap{\\textsuperscript{$\\dagger$}}");
    for (const text of [markdown, latex]) expect(text).not.toContain("…-");
  });
});

describe("formatResultsCsv and formatResultsParquet", () => {
  it("have a record a figure, with the same values, numbers as numbers and counts as integers", async () => {
    const records = resultsRecords(shown(table), null);
    expect(records).toHaveLength(5 * 9);
    const csv = parse(formatResultsCsv(records), { columns: true }) as Record<string, string>[];
    expect(csv).toHaveLength(records.length);
    expect(csv[0]).toMatchObject({
      checkpoint: "low",
      kind: "in-distribution",
      benchmark: "imagenet",
      title: "IN",
      top1: "0.65",
      n: "50000",
      verdict: "",
    });
    expect(csv.find(({ checkpoint }) => checkpoint?.startsWith("'=a_b"))).toBeDefined();
    const bytes = formatResultsParquet(records);
    expect(formatResultsParquet(records)).toEqual(bytes);
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const { schema } = parquetMetadata(file);
    const types = Object.fromEntries(schema.slice(1).map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({ checkpoint: "BYTE_ARRAY", top1: "DOUBLE", n: "INT64", warning: "BOOLEAN" });
    const rows = await parquetReadObjects({ file });
    const asRead = (record: (typeof records)[number]) =>
      Object.fromEntries(
        Object.entries(record).map(([name, value]) => [
          name,
          types[name] === "INT64" && value !== null ? BigInt(value) : value,
        ]),
      );
    expect(rows).toEqual(records.map(asRead));
    const average = records.find(({ kind }) => kind === "average");
    expect([average?.n, average?.top1_low]).toEqual([null, expect.any(Number)]);
  });
});
