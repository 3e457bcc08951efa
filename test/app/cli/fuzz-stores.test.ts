import { expect, it } from "vitest";
import { fuzzStores } from "../../../bench/_fuzz-stores.ts";

/** The short form of `npm run bench -- fuzz-stores`. */
it("an evaluation from a damaged store gives the results of a new one, byte for byte, or reports what is wrong", async () => {
  const messages: string[] = [];
  const result = await fuzzStores(40, 11, (text) => messages.push(text));
  expect(result.stores).toBe(40);
  expect(result.equal + result.refused).toBe(80);
  // A folder in the place of a file cannot be repaired
  expect(messages.filter((text) => !text.includes("there is a folder of this name"))).toEqual([]);
  expect(result.equal).toBeGreaterThan(60);
}, 300_000);
