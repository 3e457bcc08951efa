import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isInSpan, norm, orthogonalPart } from "../../../src/foundation/math/orthogonal-part.ts";

const column = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 5, maxLength: 5 });

describe("the part of a column orthogonal to others", () => {
  it("is orthogonal to each of them, and what is taken off lies in their span", () => {
    fc.assert(
      fc.property(column, fc.array(column, { maxLength: 4 }), (target, others) => {
        const left = orthogonalPart(target, others);
        for (const other of others) {
          const product = left.reduce((sum, value, i) => sum + value * (other[i] as number), 0);
          expect(Math.abs(product)).toBeLessThanOrEqual(1e-6 * (1 + norm(target) * norm(other)));
        }
        const taken = target.map((value, i) => value - (left[i] as number));
        expect(norm(orthogonalPart(taken, others))).toBeLessThanOrEqual(1e-6 * (1 + norm(target)));
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it("is nothing of a column in their span, dependent columns among them or not", () => {
    const [ones, ramp] = [
      [1, 1, 1, 1],
      [1, 2, 3, 4],
    ];
    expect(isInSpan([3, 5, 7, 9], [ones, ramp, [2, 2, 2, 2]])).toBe(true);
    expect(isInSpan([1, 4, 9, 16], [ones, ramp])).toBe(false);
    expect(isInSpan([0, 0, 0, 0], [])).toBe(true);
    expect(isInSpan(ramp, [])).toBe(false);
    expect(() => orthogonalPart([1, 2], [[1, 2, 3]])).toThrow(/expected columns of 2, got one of 3/);
  });
});
