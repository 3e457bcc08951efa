import { describe, expect, it } from "vitest";
import { groupRows, sortRows } from "../../../src/output/tables/arrange-rows.ts";
import { sampleRows, sampleTable } from "./sample-table.ts";

const NONE = () => undefined;
const metadata = (columns: Readonly<Record<string, Readonly<Record<string, string>>>>) => (name: string) =>
  columns[name] === undefined ? undefined : new Map(Object.entries(columns[name]));

describe("sortRows", () => {
  const rows = [
    ...sampleRows("run-10", 0.01),
    ...sampleRows("run-9").map((row) => (row.benchmark === "imagenet-a" ? { ...row, accuracy: 0.5 } : row)),
    ...sampleRows("Run-9", -0.01),
  ];
  const sorted = async (by: string | undefined, given = rows, columns = {}) => {
    const table = await sampleTable(given);
    return sortRows(table, by, metadata(columns)).map((i) => table.rows[i]?.checkpoint);
  };

  it("keeps the order of the inputs, or sorts by name with numbers by size", async () => {
    expect(await sorted(undefined)).toEqual(["run-10", "run-9", "Run-9"]);
    expect(await sorted("checkpoint")).toEqual(["Run-9", "run-9", "run-10"]);
  });

  it("sorts by a column, named by its title or its benchmark, highest first", async () => {
    for (const name of ["IN-A", "in-a", "imagenet-a"]) {
      expect(await sorted(name)).toEqual(["run-9", "run-10", "Run-9"]);
    }
    expect(await sorted("IN")).toEqual(["run-10", "run-9", "Run-9"]);
    expect(await sorted("imagenet@imagenet-r")).toEqual(["run-10", "run-9", "Run-9"]);
    expect((await sorted("average"))[2]).toBe("Run-9");
    expect((await sorted("rho:IN-A"))[0]).toBe("run-9");
    expect((await sorted("rho"))[0]).toBe("run-9");
  });

  it("puts doubtful rows, extrapolated distances and missing figures last", async () => {
    const doubt = { quality: "same-run", instead: "run-10" } as const;
    const far = sampleRows("far", 0.02).map((row) => (row.benchmark === "imagenet" ? { ...row, accuracy: 0.2 } : row));
    const without = sampleRows("without").filter(({ benchmark }) => benchmark !== "imagenet-a");
    const given = [...without, ...sampleRows("doubtful", 0.1).map((row) => ({ ...row, doubt })), ...far, ...rows];
    expect((await sorted("IN-A", given)).slice(-2)).toEqual(["doubtful", "without"]);
    expect((await sorted("rho:IN-A", given)).slice(-3)).toEqual(["far", "doubtful", "without"]);
  });

  it("sorts by a column of the metadata, numbers by size, and names the known columns", async () => {
    const samples = { "run-10": "90", "run-9": "1e3" };
    expect(await sorted("samples", rows, { samples })).toEqual(["run-10", "run-9", "Run-9"]);
    await expect(sorted("samples", rows, { samples: { another: "1", "run-9": "" } })).rejects.toThrow(
      "--sort samples: no checkpoint of the table has a value in that column; the first is run-10",
    );
    await expect(sorted("size")).rejects.toThrow("--sort size: no such column; known: checkpoint, IN, IN-V2, IN-R");
  });
});

describe("groupRows", () => {
  it("has a group a value, in the order of their first rows, and what has none last", async () => {
    const table = await sampleTable([...sampleRows("a"), ...sampleRows("b"), ...sampleRows("c"), ...sampleRows("d")]);
    const groupOf = new Map([
      ["b", "laion"],
      ["c", "yfcc"],
      ["d", "laion"],
    ]);
    expect(groupRows(table, sortRows(table, undefined, NONE), { name: "data", groupOf })).toEqual([
      { title: "data: laion", rows: [1, 3] },
      { title: "data: yfcc", rows: [2] },
      { title: "no data", rows: [0] },
    ]);
    expect(groupRows(table, [2, 0], null)).toEqual([{ title: null, rows: [2, 0] }]);
    const misspelled = { name: "data", groupOf: new Map([["A", "laion"]]) };
    expect(() => groupRows(table, [2, 0], misspelled)).toThrow(
      "--group-by data: no checkpoint of the table has a value in that column",
    );
  });
});
