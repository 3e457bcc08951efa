import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fuzzedTars, readTar, tarFault } from "../../../bench/_fuzz-tars.ts";
import { fixtures, temporaryFolder } from "../../helpers.ts";

/** The short form of `npm run bench -- fuzz-tars`: the same tars each time, with what tarfile 3.11.7 reads from them. */
const SEED = 7;

it("a tar is read as Python's tarfile reads it, member by member and byte by byte, or refused; a valid one is read", async () => {
  const expected = readFileSync(join(fixtures, "tars", "fuzz.expected.txt"), "utf8")
    .trimEnd()
    .split("\n");
  const path = join(temporaryFolder(), "fuzzed.tar");
  const faults: string[] = [];
  const counts = { read: 0, refused: 0 };
  let i = 0;
  for (const tar of fuzzedTars(SEED, expected.length)) {
    const verdict = await readTar(tar, path);
    const fault = tarFault(verdict, expected[i] as string);
    if (fault !== null) faults.push(`tar ${i}: ${fault}`);
    counts["digest" in verdict ? "read" : "refused"]++;
    i++;
  }
  expect(faults).toEqual([]);
  // tars of both kinds: otherwise nothing was compared
  expect(counts.read).toBeGreaterThan(200);
  expect(counts.refused).toBeGreaterThan(800);
});
