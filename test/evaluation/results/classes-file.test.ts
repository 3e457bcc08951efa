import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { formatClasses } from "../../../src/evaluation/results/classes-file.ts";

describe("classes.csv", () => {
  it("has a row per class, with its number in predictions.csv and its unchanged name", () => {
    const rows = [Int32Array.of(2), Int32Array.of(0, 1), Int32Array.of(3)];
    const text = formatClasses({ rows }, ["chair", "seat", 'a "big" table, round', "=lamp"]);
    expect(text.split("\n")[0]).toBe("label,class_name");
    expect(parse(text, { columns: true })).toEqual([
      { label: "0", class_name: 'a "big" table, round' },
      { label: "1", class_name: "chair" },
      { label: "2", class_name: "'=lamp" }, // what a spreadsheet would run
    ]);
  });
});
