import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { betaQuantile, betaQuantileLogit } from "../../../src/foundation/statistics/beta-quantile.ts";
import { binomialInterval } from "../../../src/foundation/statistics/binomial-interval.ts";
import { fUpperTail } from "../../../src/foundation/statistics/f-distribution.ts";
import { holm } from "../../../src/foundation/statistics/holm.ts";
import { logIncompleteBeta, regularizedIncompleteBeta } from "../../../src/foundation/statistics/incomplete-beta.ts";
import { mcnemarExact } from "../../../src/foundation/statistics/mcnemar.ts";
import { normalCdf, normalQuantile } from "../../../src/foundation/statistics/normal-distribution.ts";
import { studentTQuantile } from "../../../src/foundation/statistics/student-t.ts";

/** Rows of arguments, then the expected values: mpmath and scipy, see test/fixtures/statistics/make-distributions.py. */
const EXPECTED: Record<string, number[][]> & { holm: [number[], number[]][] } = JSON.parse(
  readFileSync(new URL("../../fixtures/statistics/distributions.json", import.meta.url), "utf8"),
);

// Relative, in both tails: the functions promise 1e-11; the largest measured error is 1e-12, at shapes near 1e6.
const RELATIVE = 1e-11;

function expectNear(actual: number, expected: number): void {
  expect(actual).closeTo(expected, RELATIVE * Math.abs(expected));
}

function forEachRow(name: string, check: (row: number[]) => void): void {
  const rows = EXPECTED[name] ?? [];
  expect(rows.length).toBeGreaterThan(10);
  rows.forEach(check);
}

const shape = fc.double({ min: 0.01, max: 1e5, noNaN: true });
const probability = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true });

describe("regularizedIncompleteBeta", () => {
  it("is mpmath's, for shapes from 0.001 to 1e6, from the middle to 1e-290", () => {
    forEachRow("incompleteBeta", ([a = 0, b = 0, x = 0, value = 0]) => {
      expectNear(regularizedIncompleteBeta(a, b, x), value);
    });
  });

  it("is 0 at 0 and 1 at 1", () => {
    expect(regularizedIncompleteBeta(0.3, 4, 0)).toBe(0);
    expect(regularizedIncompleteBeta(0.3, 4, 1)).toBe(1);
  });

  it("adds up to 1 with the opposite tail", () => {
    fc.assert(
      fc.property(shape, shape, probability, (a, b, x) => {
        expect(regularizedIncompleteBeta(a, b, x) + regularizedIncompleteBeta(b, a, 1 - x, x)).closeTo(1, 1e-11);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it("has a logarithm where it underflows", () => {
    expect(regularizedIncompleteBeta(1e5, 1, 1e-3)).toBe(0);
    expectNear(logIncompleteBeta(1e5, 1, 1e-3), 1e5 * Math.log(1e-3)); // I_x(a, 1) is x^a
  });

  it("refuses shapes that are not positive and x outside [0, 1]", () => {
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => regularizedIncompleteBeta(bad, 1, 0.5)).toThrow(RangeError);
      expect(() => regularizedIncompleteBeta(1, bad, 0.5)).toThrow(RangeError);
    }
    expect(() => regularizedIncompleteBeta(1, 1, 1.5)).toThrow("expected x in [0, 1], got 1.5");
    expect(() => regularizedIncompleteBeta(1, 1, Number.NaN)).toThrow(RangeError);
  });
});

describe("betaQuantile", () => {
  it("is scipy's", () => {
    forEachRow("betaQuantile", ([p = 0, a = 0, b = 0, x = 0]) => {
      expectNear(betaQuantile(p, a, b), x);
    });
  });

  it("inverts the distribution function for any shapes", () => {
    fc.assert(
      fc.property(shape, shape, probability, (a, b, p) => {
        const logit = betaQuantileLogit(p, a, b);
        fc.pre(Number.isFinite(logit)); // beyond 1e-300 of either end
        const [x, y] = [1 / (1 + Math.exp(-logit)), 1 / (1 + Math.exp(logit))];
        expectNear(
          p <= 0.5 ? regularizedIncompleteBeta(a, b, x, y) : regularizedIncompleteBeta(b, a, y, x),
          p <= 0.5 ? p : 1 - p,
        );
      }),
      { seed: 2, numRuns: 2000 },
    );
  });

  it("ends at 0 and 1, and refuses values that are not probabilities", () => {
    expect(betaQuantile(0, 2, 3)).toBe(0);
    expect(betaQuantile(1, 2, 3)).toBe(1);
    expect(() => betaQuantile(1.01, 2, 3)).toThrow("expected a probability in [0, 1], got 1.01");
    expect(() => betaQuantile(Number.NaN, 2, 3)).toThrow(RangeError);
    expect(() => betaQuantile(0.5, 0, 3)).toThrow(RangeError);
  });
});

describe("binomialInterval", () => {
  it("is scipy's beta quantiles for n up to a million, k = 0 and k = n", () => {
    forEachRow("binomialInterval", ([k = 0, n = 0, confidence = 0, low = 0, high = 0]) => {
      const bounds = binomialInterval(k, n, confidence);
      expectNear(bounds.low, low);
      expectNear(bounds.high, high);
    });
  });

  it("is 95 % by default, ends at 0 and 1, and contains the fraction", () => {
    expect(binomialInterval(7, 9)).toEqual(binomialInterval(7, 9, 0.95));
    expect(binomialInterval(0, 5).low).toBe(0);
    expect(binomialInterval(5, 5).high).toBe(1);
    const counts = fc
      .integer({ min: 1, max: 1e6 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(counts, ([k, n]) => {
        const { low, high } = binomialInterval(k, n);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(k / n);
        expect(high).toBeGreaterThanOrEqual(k / n);
        expect(high).toBeLessThanOrEqual(1);
      }),
      { seed: 3 },
    );
  });

  it("covers the true fraction at least as often as requested, by exact summation", () => {
    for (const n of [5, 20, 50]) {
      const bounds = Array.from({ length: n + 1 }, (_, k) => binomialInterval(k, n));
      for (let p = 0.01; p < 1; p += 0.007) {
        let covered = 0;
        let density = (1 - p) ** n; // of k successes
        bounds.forEach(({ low, high }, k) => {
          if (low <= p && p <= high) covered += density;
          density *= ((n - k) / (k + 1)) * (p / (1 - p));
        });
        expect(covered).toBeGreaterThanOrEqual(0.95);
      }
    }
  });

  it("refuses zero trials, fractions of trials, and more successes than trials", () => {
    expect(() => binomialInterval(0, 0)).toThrow("an interval needs at least one trial, got 0");
    expect(() => binomialInterval(6, 5)).toThrow("expected successes in 0..5, got 6");
    expect(() => binomialInterval(-1, 5)).toThrow(RangeError);
    expect(() => binomialInterval(1.5, 5)).toThrow("expected whole numbers of successes and trials, got 1.5 of 5");
    expect(() => binomialInterval(1, Number.NaN)).toThrow(RangeError);
    expect(() => binomialInterval(1, 5, 95)).toThrow("expected a confidence in (0, 1), got 95");
  });
});

describe("Student's t distribution", () => {
  it("has the quantiles of scipy", () => {
    forEachRow("studentTQuantile", ([p = 0, degrees = 0, t = 0]) => {
      expectNear(studentTQuantile(p, degrees), t);
    });
  });

  it("is symmetric", () => {
    expect(studentTQuantile(0.5, 7)).closeTo(0, 0);
    expect(studentTQuantile(0.975, 7)).toBe(-studentTQuantile(1 - 0.975, 7));
  });

  it("refuses no degrees of freedom and probabilities of 0 and 1", () => {
    expect(() => studentTQuantile(0.975, 0)).toThrow("expected positive, finite degrees of freedom, got 0");
    expect(() => studentTQuantile(0, 5)).toThrow("expected a probability in (0, 1), got 0");
    expect(() => studentTQuantile(1, 5)).toThrow(RangeError);
  });
});

describe("the F distribution", () => {
  it("has the upper tail of mpmath", () => {
    forEachRow("fDistribution", ([f = 0, numerator = 0, denominator = 0, upper = 0]) => {
      expectNear(fUpperTail(f, numerator, denominator), upper);
    });
  });

  it("is t's for one degree of freedom in the numerator", () => {
    expectNear(fUpperTail(studentTQuantile(0.975, 11) ** 2, 1, 11), 0.05);
  });

  it("ends at 0 and infinity, and refuses less than 0", () => {
    expect(fUpperTail(0, 2, 9)).toBe(1);
    expect(fUpperTail(Number.POSITIVE_INFINITY, 2, 9)).toBe(0);
    expect(() => fUpperTail(-1, 2, 9)).toThrow("expected f ≥ 0, got -1");
    expect(() => fUpperTail(1, 0, 9)).toThrow(RangeError);
    expect(() => fUpperTail(1, 2, Number.NaN)).toThrow(RangeError);
  });
});

describe("the normal distribution", () => {
  it("is mpmath's down to −37.5 and its quantiles down to 1e-300", () => {
    forEachRow("normalCdf", ([z = 0, p = 0]) => {
      expectNear(normalCdf(z), p);
    });
    forEachRow("normalQuantile", ([p = 0, z = 0]) => {
      expectNear(normalQuantile(p), z);
    });
  });

  it("rises everywhere, where the probit of simple-statistics does not", () => {
    const steps = Array.from({ length: 9999 }, (_, i) => normalQuantile((i + 1) / 10_000));
    for (let i = 1; i < steps.length; i++) expect(steps[i]).toBeGreaterThan(steps[i - 1] as number);
  });

  it("is inverted by its quantile on both sides of where its two formulas meet", () => {
    fc.assert(
      fc.property(fc.double({ min: -37, max: 0, noNaN: true }), (z) => {
        expect(normalQuantile(normalCdf(z))).closeTo(z, 1e-12 * Math.max(1, -z));
      }),
      { seed: 4, numRuns: 2000 },
    );
  });

  it("ends at 0 and 1, and refuses their quantiles", () => {
    expect(normalCdf(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(normalCdf(Number.POSITIVE_INFINITY)).toBe(1);
    expect(() => normalCdf(Number.NaN)).toThrow(RangeError);
    for (const bad of [0, 1, -0.1, Number.NaN]) expect(() => normalQuantile(bad)).toThrow(RangeError);
  });
});

describe("mcnemarExact", () => {
  it("is scipy's exact binomial test of a fair coin", () => {
    forEachRow("mcnemarExact", ([first = 0, second = 0, p = 0]) => {
      expectNear(mcnemarExact(first, second), p);
    });
  });

  it("refuses values that are not counts", () => {
    expect(() => mcnemarExact(-1, 2)).toThrow("expected a count of images, got -1");
    expect(() => mcnemarExact(1, 2.5)).toThrow(RangeError);
  });
});

describe("holm", () => {
  it("agrees with the definition of 1979", () => {
    expect(EXPECTED.holm.length).toBeGreaterThan(5);
    for (const [pValues, adjusted] of EXPECTED.holm) expect(holm(Object.freeze(pValues))).toEqual(adjusted);
  });

  it("names the value that is not a probability", () => {
    expect(() => holm([0.1, 1.2])).toThrow("p-value 1: expected a probability in [0, 1], got 1.2");
    expect(() => holm([Number.NaN])).toThrow(RangeError);
  });
});
