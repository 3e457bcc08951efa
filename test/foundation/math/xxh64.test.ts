import { expect, it } from "vitest";
import { createXxh64 } from "../../../src/foundation/math/xxh64.ts";

/**
 * Length → lower half of the hash, by Python's xxhash 4.0.1:
 * `xxhash.xxh64(bytes(i * 7 % 256 for i in range(n))).intdigest() & 0xffffffff`
 */
const EXPECTED: readonly (readonly [number, number])[] = [
  [0, 1373170073],
  [1, 3674548072],
  [3, 1516374443],
  [4, 173386817],
  [7, 1866311230],
  [8, 1706632427],
  [31, 2984714935],
  [32, 833144361],
  [33, 4174797716],
  [63, 333642278],
  [64, 1146582480],
  [100, 2185745883],
  [1000, 2848964968],
];

it.each(EXPECTED)("hashes %i bytes as xxhash does, in one piece and in many", (length, expected) => {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 7) % 256);
  for (const piece of [1, 5, 31, 32, 33, 70, 1001]) {
    const hash = createXxh64();
    for (let at = 0; at < length; at += piece) hash.update(bytes.subarray(at, at + piece));
    expect(hash.low32()).toBe(expected);
  }
});
