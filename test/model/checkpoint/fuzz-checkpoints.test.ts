import { expect, it } from "vitest";
import { fuzzCheckpoints } from "../../../bench/_fuzz-checkpoints.ts";

/** The short form of `npm run bench -- fuzz-checkpoints`. */
it("a changed checkpoint is refused with a message, or embeds as onnxruntime does; none crashes or hangs", async () => {
  const result = await fuzzCheckpoints(80, 5);
  expect(result.faults).toEqual([]);
  expect(result.checkpoints).toBe(80);
  // Both outcomes must occur, and embeddings must be compared, else nothing was tested
  expect(result.refused).toBeGreaterThan(20);
  expect(result.compared).toBeGreaterThan(10);
}, 300_000);
