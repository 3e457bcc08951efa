import { copyFileSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeNpy } from "../../../src/foundation/files/npy.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import {
  readStoredMatrix,
  removeStaleMatrices,
  storedMatrixState,
  writeStoredMatrix,
} from "../../../src/foundation/files/stored-matrix.ts";
import { matrix } from "../../../src/foundation/math/matrix.ts";
import { temporaryFolder } from "../../helpers.ts";

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

  it("are read as they were written, with their metadata", async () => {
    const { folder, stem } = await stored();
    expect(await storedMatrixState(stem)).toEqual({ state: "whole", metadata: { first: 8 }, rows: 4, columns: 3 });
    expect(await readStoredMatrix(stem)).toEqual({ matrix: m, metadata: { first: 8 } });
    expect(readdirSync(folder).sort()).toEqual([
      expect.stringMatching(/^part-00000-[0-9a-f]{8}\.npy$/),
      "part-00000.json",
    ]);
  });

  it("are absent until the last of the two files is written", async () => {
    const { stem } = await stored();
    rmSync(`${stem}.json`);
    expect(await storedMatrixState(stem)).toEqual({ state: "absent" });
  });

  it("are damaged when a byte, the length or the description changes", async () => {
    const damage: ((numbers: string, stem: string) => void)[] = [
      (numbers) => truncateSync(numbers, 130),
      (numbers) => truncateSync(numbers, 0),
      (numbers) => rmSync(numbers),
      (_, stem) => truncateSync(`${stem}.json`, 20),
      (_, stem) => truncateSync(`${stem}.json`, 0),
      (_, stem) => writeFileSync(`${stem}.json`, "[]"),
      (_, stem) => writeFileSync(`${stem}.json`, "null"),
    ];
    for (const spoil of damage) {
      const { folder, stem } = await stored();
      spoil(join(folder, numbersOf(folder)), stem);
      expect((await storedMatrixState(stem)).state).toBe("damaged");
      expect(await readStoredMatrix(stem)).toBeTypeOf("string");
    }
  });

  it("are damaged by any flipped bit and any truncation, of the numbers or of the description", async () => {
    const { folder, stem } = await stored();
    const files = [join(folder, numbersOf(folder)), `${stem}.json`];
    const whole = files.map((file) => readFileSync(file));
    await fc.assert(
      fc.asyncProperty(fc.nat(1), fc.nat(), fc.nat(7), fc.boolean(), async (which, at, bit, cut) => {
        const bytes = Uint8Array.from(whole[which] as Uint8Array);
        const position = at % bytes.length;
        bytes[position]! ^= 1 << bit;
        writeFileSync(files[which] as string, cut ? bytes.subarray(0, position) : bytes);
        const { state } = await storedMatrixState(stem);
        writeFileSync(files[which] as string, whole[which] as Uint8Array);
        expect(state).toBe("damaged");
      }),
      { numRuns: 300 },
    );
    expect((await storedMatrixState(stem)).state).toBe("whole");
  });

  it("without a checksum of the description are damaged, and stay next to what is written again", async () => {
    const stem = join(temporaryFolder(), "part-00000");
    const bytes = encodeNpy(m);
    writeFileSync(`${stem}.npy`, bytes);
    const description = { rows: 4, columns: 3, sha256: sha256(bytes), about: { first: 8 } };
    for (const fields of [description, { file: "part-00000.npy", ...description }]) {
      writeFileSync(`${stem}.json`, JSON.stringify(fields));
      expect((await storedMatrixState(stem)).state).toBe("damaged");
      expect(await readStoredMatrix(stem)).toBeTypeOf("string");
    }
    await writeStoredMatrix(stem, m, { first: 9 });
    expect(await readStoredMatrix(stem)).toEqual({ matrix: m, metadata: { first: 9 } });
    expect(readFileSync(`${stem}.npy`)).toEqual(Buffer.from(bytes));
  });

  it("keep their numbers when a copy of their description is written over", async () => {
    const { folder, stem } = await stored();
    const secondStem = join(folder, "part-00001");
    copyFileSync(`${stem}.json`, `${secondStem}.json`);
    await writeStoredMatrix(secondStem, m, { first: 9 });
    for (const candidate of [stem, secondStem]) expect((await storedMatrixState(candidate)).state).toBe("whole");
  });

  it.each([
    ["part-00000", "part-00001"],
    ["part", "part-00000"], // one name is the beginning of the other
    ["part-00000", "part"],
  ])("keep the numbers of the neighbor %s when its description was copied over that of %s", async (name, over) => {
    const folder = temporaryFolder();
    const [neighbor, stem] = [join(folder, name), join(folder, over)];
    await writeStoredMatrix(neighbor, m, { of: name });
    await writeStoredMatrix(stem, m, { of: over });
    copyFileSync(`${neighbor}.json`, `${stem}.json`);
    await writeStoredMatrix(stem, m, { of: over });
    expect(await readStoredMatrix(neighbor)).toEqual({ matrix: m, metadata: { of: name } });
    expect(await readStoredMatrix(stem)).toEqual({ matrix: m, metadata: { of: over } });
  });

  it("are complete after many parallel writers, in any order", async () => {
    const { folder, stem } = await stored();
    const constantMatrix = (k: number) => matrix(new Float32Array(12).fill(k), 4, 3);
    await Promise.all(Array.from({ length: 8 }, (_, k) => writeStoredMatrix(stem, constantMatrix(k), { first: k })));
    const last = await readStoredMatrix<{ first: number }>(stem);
    if (typeof last === "string") throw new Error(last);
    expect(last.matrix).toEqual(constantMatrix(last.metadata.first));
    // Numbers that lost the race are removed when they are old; those in use never
    for (const name of readdirSync(folder)) utimesSync(join(folder, name), 0, 0);
    writeFileSync(`${stem}.json.tmp-1-00000000`, "");
    await removeStaleMatrices(folder);
    expect(readdirSync(folder).length).toBe(3);
    expect((await storedMatrixState(stem)).state).toBe("whole");
  });
});

function numbersOf(folder: string): string {
  return readdirSync(folder).find((name) => name.endsWith(".npy")) as string;
}
