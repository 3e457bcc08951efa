import { mean } from "simple-statistics";
import { describe, expect, it } from "vitest";
import { makeWarning } from "../../../src/foundation/notes.ts";
import { binomialInterval } from "../../../src/foundation/statistics/binomial-interval.ts";
import { bestRows } from "../../../src/output/tables/best-cells.ts";
import type { ResultsCell } from "../../../src/output/tables/results-table.ts";
import { sampleRows, sampleTable } from "./sample-table.ts";

const MAIN = ["IN", "IN-V2", "IN-R", "IN-Sketch", "IN-A", "ObjectNet", "Avg."];

describe("buildResultsTable", () => {
  it("has the columns of papers in the order of the study for any order of rows, and separate controls", async () => {
    const rows = sampleRows("mine");
    for (const given of [rows, [...rows].reverse()]) {
      const table = await sampleTable(given);
      expect(table.columns.map(({ title }) => title)).toEqual([...MAIN, "IN (IN-R classes)", "IN (IN-A classes)"]);
      expect(table.columns.slice(-2).map(({ kind }) => kind)).toEqual(["control", "control"]);
      expect(Object.fromEntries(table.otherProtocols)).toEqual({ "imagenet-r 1000": 1, "objectnet official": 1 });
    }
    const all = await sampleTable(rows, { otherProtocols: true });
    expect(all.columns.slice(-2).map(({ title }) => title)).toEqual(["IN-R (1000)", "ObjectNet (official)"]);
  });

  it("has accuracies with Clopper and Pearson's intervals, their mean, and distances only where there is a line", async () => {
    const table = await sampleTable(sampleRows("mine"));
    const [cells] = table.rows.map((row) => row.cells as ResultsCell[]);
    const of = (title: string) =>
      (cells as ResultsCell[])[table.columns.findIndex((column) => column.title === title)] as ResultsCell;
    expect(of("IN-A")).toMatchObject({ accuracy: 0.4, n: 7500, ...binomialInterval(3000, 7500) });
    const shifts = MAIN.slice(1, -1).map((title) => of(title).accuracy);
    expect(of("Avg.").accuracy).toBe(mean(shifts));
    expect(of("Avg.").robustness?.accuracy).closeTo(mean(shifts), 1e-12);
    expect(of("IN").robustness).toBeNull();
    expect(of("IN (IN-R classes)").robustness).toBeNull();
    for (const title of MAIN.slice(1)) expect(of(title).robustness?.predictionPHolm).toBeGreaterThan(0);
  });

  it("gives neither a distance from a line of another protocol nor an average of such distances", async () => {
    const table = await sampleTable(sampleRows("mine"), { protocols: new Map([["imagenet-r", "1000"]]) });
    const [row] = table.rows;
    const found = Object.fromEntries(table.columns.map(({ title }, c) => [title, row?.cells[c]?.robustness ?? null]));
    expect(row?.cells[2]?.accuracy).toBe(0.6);
    expect(found["IN-R"]).toBeNull();
    expect(found["Avg."]).toBeNull();
    expect(found["IN-A"]).not.toBeNull();
    // Where that protocol is all there is, the study compares it, with a warning; the table does not
    const only = sampleRows("mine").filter(
      ({ benchmark, protocol }) => benchmark !== "imagenet-r" || protocol === "1000",
    );
    const [alone] = (await sampleTable(only)).rows;
    expect(alone?.cells[2]?.robustness).toBeNull();
    expect(alone?.cells[6]?.robustness).toBeNull();
  });

  it("refuses a protocol without results, and a class subset as if it were the shift", async () => {
    const ask = (benchmark: string, protocol: string) =>
      sampleTable(sampleRows("mine"), { protocols: new Map([[benchmark, protocol]]) });
    await expect(ask("imagenet-r", "113")).rejects.toThrow("no results by this protocol; available: 1000, 200");
    await expect(ask("imagenet", "imagenet-r")).rejects.toThrow("see the controls");
    await expect(ask("cars", "1")).rejects.toThrow("available: none");
  });

  it("takes the prompts asked for, counts the others, and names those that the line is not of", async () => {
    const rows = [...sampleRows("mine"), ...sampleRows("mine", 0.01, "simple-7")];
    const table = await sampleTable(rows);
    expect(table.rows.map(({ templates }) => templates)).toEqual(["openai-80"]);
    expect(Object.fromEntries(table.otherPrompts)).toEqual({ "simple-7": 10 });
    const both = await sampleTable(rows, { prompts: { templates: null, classNames: null } });
    expect(both.rows.map(({ cells }) => cells[2]?.isOtherPrompts)).toEqual([false, true]);
    expect(both.rows.map(({ cells }) => cells[6]?.isOtherPrompts)).toEqual([false, true]);
  });

  it("takes each protocol's class names for one, and others for rows of their own where they are asked for", async () => {
    const withOwnNames = sampleRows("mine").map((row) => ({
      ...row,
      classNames: "my-names",
      accuracy: row.accuracy - 0.1,
    }));
    const rows = [...sampleRows("mine"), ...withOwnNames];
    expect((await sampleTable(rows)).rows.map(({ classNames }) => classNames)).toEqual([""]);
    const prompts = { templates: null, classNames: "my-names" };
    const table = await sampleTable(rows, { prompts });
    expect(table.rows.map(({ classNames, cells }) => [classNames, cells[4]?.accuracy])).toEqual([
      ["my-names", 0.4 - 0.1],
    ]);
    const all = await sampleTable(rows, { prompts: { templates: null, classNames: null, allClassNames: true } });
    expect(all.rows).toHaveLength(2);
  });

  it("has no average where a shift is missing, and marks figures on part of the images", async () => {
    const rows = sampleRows("mine").filter(({ benchmark }) => benchmark !== "imagenet-v2");
    expect((await sampleTable(rows)).columns.map(({ title }) => title)).not.toContain("Avg.");
    const some = sampleRows("mine").map((row) => (row.benchmark === "imagenet-a" ? { ...row, n: 75 } : row));
    const [row] = (await sampleTable(some)).rows;
    expect(row?.cells.slice(0, 7).map((cell) => cell?.isIncomplete)).toEqual([
      false,
      false,
      false,
      false,
      true,
      false,
      true,
    ]);
  });
});

describe("bestRows", () => {
  const best = async (
    rows: Parameters<typeof sampleTable>[0],
    column: number,
    figure: "accuracy" | "robustness",
    options = {},
  ) => [...bestRows(await sampleTable(rows, options), column, figure, 1)];

  it("is the highest as printed, ties too, and nothing where there is one only", async () => {
    const rows = [...sampleRows("a"), ...sampleRows("b", 0.0003), ...sampleRows("c", -0.1)];
    expect(await best(rows, 4, "accuracy")).toEqual([0, 1]);
    expect(await best(sampleRows("a"), 4, "accuracy")).toEqual([]);
  });

  it("leaves out doubtful rows, warnings, other images, extrapolated distances and lines of other prompts", async () => {
    const [low, high] = [sampleRows("low"), sampleRows("high", 0.02)];
    const third = sampleRows("third", -0.01);
    const rows = [...low, ...high, ...third];
    expect(await best(rows, 4, "accuracy")).toEqual([1]);
    const doubt = { quality: "same-run", instead: "low" } as const;
    expect(await best([...low, ...high.map((row) => ({ ...row, doubt })), ...third], 4, "accuracy")).toEqual([0]);
    const warnings = [makeWarning("wrong labels", { checkpoint: "high", benchmark: "imagenet-a" })];
    expect(await best(rows, 4, "accuracy", { warnings })).toEqual([0]);
    expect(await best(rows, 6, "accuracy", { warnings })).toEqual([0]);
    expect(await best(rows, 2, "accuracy", { warnings })).toEqual([1]);
    const few = high.map((row) => ({ ...row, n: 100, accuracy: Math.round(100 * row.accuracy) / 100 }));
    expect(await best([...low, ...few, ...third], 4, "accuracy")).toEqual([0]);
    const far = high.map((row) =>
      row.protocol === "1000" && row.benchmark === "imagenet" ? { ...row, accuracy: 0.3 } : row,
    );
    expect(await best([...low, ...far, ...third], 4, "accuracy")).toEqual([1]);
    expect(await best([...low, ...far, ...third], 4, "robustness")).toEqual([2]);
    const otherPrompts = sampleRows("high", 0.02, "simple-7");
    const prompts = { templates: null, classNames: null };
    expect(await best([...low, ...otherPrompts, ...third], 4, "robustness", { prompts })).toEqual([2]);
  });
});
