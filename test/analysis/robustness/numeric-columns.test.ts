import { describe, expect, it } from "vitest";
import { parseMixtureSources, parseShares } from "../../../src/analysis/robustness/mixture-shares.ts";
import { parseNumericColumns } from "../../../src/analysis/robustness/numeric-columns.ts";
import { parseScaling, parseScalingColumns } from "../../../src/analysis/robustness/scaling-columns.ts";
import { createNoteCollector } from "../../../src/foundation/notes.ts";
import { noteLines } from "../../note-lines.ts";

describe("numeric columns of metadata", () => {
  it("are read as numbers, of checkpoints without an empty cell", () => {
    const text = "checkpoint,a,b\nx,1,2.5e3\n'-y,-.5,0\nz,,1\nw,,\nx,1.0,2500\n";
    const numbers = parseNumericColumns(text, "m.csv", ["a", "b"]);
    expect([...numbers]).toEqual([
      ["x", [1, 2500]],
      ["-y", [-0.5, 0]],
    ]);
  });

  it.each([
    ["1,000", /row 1, column a: expected a number, found "1,000"/],
    ["50%", /row 1, column a: expected a number, found "50%"/],
    ["NaN", /expected a number, found "NaN"/],
    ["Infinity", /expected a number/],
    ["0x10", /expected a number/],
    ["1e999", /expected a number/],
    ["1 2", /expected a number/],
  ])("refuse %s, naming file, row and column", (cell, message) => {
    expect(() => parseNumericColumns(`checkpoint,a\nx,"${cell}"\n`, "m.csv", ["a"])).toThrow(message);
  });

  it("refuse contradictory rows of a checkpoint, missing columns, and rows without a name", () => {
    expect(() => parseNumericColumns("model,a\nx,1\nx,2\n", "m.csv", ["a"])).toThrow(
      /m\.csv: row 2: x has a different a/,
    );
    expect(() => parseNumericColumns("model,a\nx,1\nx,\n", "m.csv", ["a"])).toThrow(/row 2: x has a different a/);
    for (const column of ["b", "toString", "__proto__"])
      expect(() => parseNumericColumns("model,a\nx,1\n", "m.csv", [column])).toThrow(/missing: /);
    expect(() => parseNumericColumns("model,a\n,1\n", "m.csv", ["a"])).toThrow(/row 1: expected a name in model/);
  });
});

const SOURCES = [
  { source: "noto", column: "n" },
  { source: "emojione", column: "e" },
];
const known = new Set(["a", "b", "c", "d"]);

describe("shares of sources", () => {
  it("are divided by sums that rounding left near 1; checkpoints with other sources, empty cells or no row are noted", () => {
    const notes = createNoteCollector();
    const text = "checkpoint,n,e\na,1,0\nb,0.333,0.666\nc,0.5,0.2\nd,0.5,\ne,,\nunknown,0.1,0.1\n";
    const { sources, shares } = parseShares(text, "m.csv", SOURCES, new Set([...known, "e", "misspelled"]), notes);
    expect(sources).toEqual(["noto", "emojione"]);
    expect([...shares.keys()]).toEqual(["a", "b"]);
    expect(shares.get("b")?.[0]).closeTo(1 / 3, 1e-12);
    expect(noteLines(notes.list())).toEqual([
      "not all of n, e are given, so left out of the mixtures: d, e, misspelled",
      "trained on other sources too, so left out of the mixtures: c",
    ]);
  });

  it.each([
    ["1.2,0", /m\.csv: row 1, column n: expected a share from 0 to 1, found 1\.2/],
    ["-0.1,1", /row 1, column n: expected a share from 0 to 1, found -0\.1/],
    ["50,50", /expected a share from 0 to 1, found 50/],
    ["0.7,0.7", /a: the shares 0\.7, 0\.7 add up to more than 1/],
    ["0.2,0.2", /no checkpoint of the inputs has shares of n, e that add up to 1/],
    ["half,half", /row 1, column n: expected a number, found "half"/],
  ])("refuse %s", (cells, message) => {
    const read = () => parseShares(`checkpoint,n,e\na,${cells}\n`, "m.csv", SOURCES, known, createNoteCollector());
    expect(read).toThrow(message);
  });

  it("are named as SOURCE=COLUMN, or by the column alone", () => {
    expect(parseMixtureSources(["noto=n", "emojione"])).toEqual([
      { source: "noto", column: "n" },
      { source: "emojione", column: "emojione" },
    ]);
    expect(() => parseMixtureSources(["noto=n"])).toThrow(/at least two sources, got noto/);
    expect(() => parseMixtureSources(["noto=n", "noto=e"])).toThrow(/the source noto appears twice/);
    expect(() => parseMixtureSources(["noto=n", "emojione=n"])).toThrow(/the column n appears twice/);
    for (const text of ["=n", "noto="])
      expect(() => parseMixtureSources([text, "e"])).toThrow(/expected SOURCE=COLUMN/);
  });
});

describe("columns of scaling", () => {
  const text = "checkpoint,samples,steps,depth\na,160,250,1\nb,640,500,2\nc,2560,800,3\nunknown,0,0,0\n";

  it("are taken by logarithms where they are positive and span more than a factor of 4, or as the option states", () => {
    const notes = createNoteCollector();
    const columns = parseScalingColumns(["samples", "steps", "depth=log2"]);
    const scaling = parseScaling(text, "m.csv", columns, known, notes);
    expect(scaling.columns.map(({ transform }) => transform)).toEqual(["log2", "linear", "log2"]);
    expect(scaling.values.get("b")).toEqual([Math.log2(640), 500, 1]);
    expect(scaling.values.has("unknown")).toBe(false);
    expect(noteLines(notes.list())).toEqual([
      "not all of samples, steps, depth are given, so left out of scaling: d",
      "scaling takes samples by its base-2 logarithm",
      "scaling takes steps as it is",
    ]);
  });

  it("are refused if invalid: constant, not positive under log2, unknown transforms, duplicates", () => {
    const read = (names: string[], csv: string) =>
      parseScaling(csv, "m.csv", parseScalingColumns(names), known, createNoteCollector());
    expect(() => read(["s"], "checkpoint,s\na,5\nb,5\n")).toThrow(/s is 5 for all checkpoints/);
    expect(() => read(["s=log2"], "checkpoint,s\na,0\nb,5\n")).toThrow(/expected numbers above 0 for log2, found 0/);
    expect(() => read(["s"], "checkpoint,s\nx,1\n")).toThrow(/no checkpoint of the inputs has s/);
    expect(() => parseScalingColumns(["samples=log10"])).toThrow(/expected COLUMN, COLUMN=log2 or COLUMN=linear/);
    expect(() => parseScalingColumns(["samples", "samples=linear"])).toThrow(/the column samples appears twice/);
  });
});
