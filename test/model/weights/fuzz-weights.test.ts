import { expect, it } from "vitest";
import { fuzzWeights } from "../../../bench/_fuzz-weights.ts";

/** The short form of `npm run bench -- fuzz-weights`. */
it("a changed weight file is refused with a message, or all its tensors are inside it; none takes long or much memory", () => {
  const { faults, read, refused } = fuzzWeights(10_000, 3);
  expect(faults).toEqual([]);
  // Both outcomes must occur, else nothing was tested
  expect(read).toBeGreaterThan(1000);
  expect(refused).toBeGreaterThan(5000);
});
