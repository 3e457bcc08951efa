import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readStoredMatrix, storedMatrixState, writeStoredMatrix } from "../../src/files/stored-matrix.ts";
import { matrix } from "../../src/math/matrix.ts";
import { temporaryFolder } from "../helpers.ts";

describe("stored matrices", () => {
  const m = matrix(
    Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)),
    4,
    3,
  );

  async function stored() {
    const folder = temporaryFolder();
    const stem = join(folder, "part-00000");
    await writeStoredMatrix(stem, m, { first: 8 });
    return { folder, stem };
  }

  it("come back as they were written, with what was said about them", async () => {
    const { folder, stem } = await stored();
    expect(await storedMatrixState(stem)).toEqual({ state: "whole", about: { first: 8 }, rows: 4, columns: 3 });
    expect(await readStoredMatrix(stem)).toEqual({ matrix: m, about: { first: 8 } });
    expect(readdirSync(folder).sort()).toEqual(["part-00000.json", "part-00000.npy"]);
  });

  it("are absent until the last of the two files is written", async () => {
    const { stem } = await stored();
    rmSync(`${stem}.json`);
    expect(await storedMatrixState(stem)).toEqual({ state: "absent" });
  });

  it("are damaged when a byte, the length or the description is another", async () => {
    const damage: ((stem: string) => void)[] = [
      (stem) => {
        const bytes = readFileSync(`${stem}.npy`);
        bytes[bytes.length - 1]! ^= 1;
        writeFileSync(`${stem}.npy`, bytes);
      },
      (stem) => truncateSync(`${stem}.npy`, 130),
      (stem) => truncateSync(`${stem}.npy`, 0),
      (stem) => rmSync(`${stem}.npy`),
      (stem) => truncateSync(`${stem}.json`, 20),
      (stem) => truncateSync(`${stem}.json`, 0),
      (stem) => writeFileSync(`${stem}.json`, "[]"),
    ];
    for (const spoil of damage) {
      const { stem } = await stored();
      spoil(stem);
      expect((await storedMatrixState(stem)).state).toBe("damaged");
      expect(await readStoredMatrix(stem)).toBeTypeOf("string");
    }
  });
});
