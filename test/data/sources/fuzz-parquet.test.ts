import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fuzzedParquets, parquetFault, readParquet } from "../../../bench/_fuzz-parquet.ts";
import { fixtures } from "../../helpers.ts";

/** The short form of `npm run bench -- fuzz-parquet`: the same files each time, with what pyarrow 25.0.1 reads from them. */
const SEED = 7;

it("a damaged Parquet file is read as pyarrow reads it, image by image, or refused", async () => {
  const expected = readFileSync(join(fixtures, "parquet", "fuzz.expected.txt"), "utf8")
    .trimEnd()
    .split("\n");
  const faults: string[] = [];
  const counts = { read: 0, refused: 0, both: 0 };
  let i = 0;
  for (const file of fuzzedParquets(SEED, expected.length)) {
    const verdict = await readParquet(file);
    const fault = parquetFault(verdict, expected[i] as string);
    if (fault !== null) faults.push(`file ${i}: ${fault}`);
    counts["digest" in verdict ? "read" : "refused"]++;
    if ("digest" in verdict && verdict.digest === expected[i]) counts.both++;
    i++;
  }
  expect(faults).toEqual([]);
  // files of both kinds: otherwise nothing was compared
  expect(counts.both).toBeGreaterThan(250);
  expect(counts.refused).toBeGreaterThan(800);
});
