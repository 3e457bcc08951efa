import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fuzzedZips, readZip, zipFault, zipPassword } from "../../../bench/_fuzz-zips.ts";
import { temporaryFolder } from "../../helpers.ts";

/** The short form of `npm run bench -- fuzz-zips`: the same zips each time. */
it("a modified zip gives its original members under their names, or is refused with a message", async () => {
  const folder = temporaryFolder();
  const password = join(folder, "password.txt");
  writeFileSync(password, zipPassword());
  const faults: string[] = [];
  const counts = { read: 0, inPart: 0, refused: 0 };
  for (const fuzzed of fuzzedZips(7, 1000)) {
    const verdict = await readZip(fuzzed.bytes, join(folder, "fuzzed.zip"), password);
    const fault = zipFault(verdict, fuzzed);
    if (fault !== null) faults.push(`${fuzzed.base.name}: ${fault}`);
    if ("read" in verdict)
      counts[verdict.refused.length === 0 ? "read" : verdict.read.size > 0 ? "inPart" : "refused"]++;
  }
  expect(faults).toEqual([]);
  // zips of every kind: otherwise nothing was compared
  expect(counts.read).toBeGreaterThan(100);
  expect(counts.inPart).toBeGreaterThan(150);
  expect(counts.refused).toBeGreaterThan(300);
});
