import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isInSpan, norm, orthogonalPart } from "../../../src/foundation/math/orthogonal-part.ts";

const column = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 5, maxLength: 5 });

describe("the part of a column orthogonal to others", () => {
  it("is orthogonal to each of them, and the removed part is in their span", () => {
    fc.assert(
      fc.property(column, fc.array(column, { maxLength: 4 }), (target, spanning) => {
        const left = orthogonalPart(target, spanning);
        for (const basisColumn of spanning) {
          const product = left.reduce((sum, value, i) => sum + value * (basisColumn[i] as number), 0);
          expect(Math.abs(product)).toBeLessThanOrEqual(1e-6 * (1 + norm(target) * norm(basisColumn)));
        }
        const taken = target.map((value, i) => value - (left[i] as number));
        expect(norm(orthogonalPart(taken, spanning))).toBeLessThanOrEqual(1e-6 * (1 + norm(target)));
      }),
      { seed: 5, numRuns: 200 },
    );
  });

  it("is zero for a column in their span, with or without dependent columns", () => {
    const [constant, ramp] = [
      [1, 1, 1, 1],
      [1, 2, 3, 4],
    ];
    expect(isInSpan([3, 5, 7, 9], [constant, ramp, [2, 2, 2, 2]])).toBe(true);
    expect(isInSpan([1, 4, 9, 16], [constant, ramp])).toBe(false);
    expect(isInSpan([0, 0, 0, 0], [])).toBe(true);
    expect(isInSpan(ramp, [])).toBe(false);
    expect(() => orthogonalPart([1, 2], [[1, 2, 3]])).toThrow(/expected columns of 2, got one of 3/);
  });
});
