import { expect, it } from "vitest";
import { arrowFault, fuzzedArrows, readArrow } from "../../../bench/_fuzz-arrow.ts";

/** The short form of `npm run bench -- fuzz-arrow`. */
it("a modified Arrow file is refused with a message, or all its images are inside it", async () => {
  const faults: string[] = [];
  const counts = { rows: 0, refused: 0, thrown: 0 };
  let i = 0;
  for (const bytes of fuzzedArrows(7, 2000)) {
    const verdict = await readArrow(bytes);
    const fault = arrowFault(bytes, verdict);
    if (fault !== null) faults.push(`file ${i}: ${fault}`);
    counts["rows" in verdict ? "rows" : "refused" in verdict ? "refused" : "thrown"]++;
    i++;
  }
  expect(faults).toEqual([]);
  // files of both kinds: otherwise nothing was tested
  expect(counts.rows).toBeGreaterThan(100);
  expect(counts.refused).toBeGreaterThan(1000);
});
