import { describe, expect, it } from "vitest";
import { estimateEffect } from "../../../src/analysis/lines/estimate-effect.ts";
import type { LinePoint } from "../../../src/analysis/lines/line-point.ts";
import { groupLines } from "../../../src/analysis/lines/line-terms.ts";
import { errorCovariances, expectedResidualSquares, varianceOfSum } from "../../../src/analysis/lines/shared-errors.ts";
import { choleskyInPlace, choleskyMultiply } from "../../../src/foundation/math/cholesky.ts";
import { inverseLogit } from "../../../src/foundation/statistics/logit.ts";
import { createRandomNumbers } from "../../../src/foundation/statistics/random-numbers.ts";

const GROUPS = 6;
const MEMBERS = 8;
const IMAGES = 300;
const n = GROUPS * MEMBERS;
const groups = Array.from({ length: n }, (_, i) => Math.floor(i / MEMBERS));

/** Correlations of checkpoints of one group and of two. */
function correlations(within: number, between: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    if (i === j) return 1;
    return groups[i] === groups[j] ? within : between;
  });
}

describe("errors that checkpoints share", () => {
  it("are expected in squared residuals as drawn errors leave them", () => {
    const random = createRandomNumbers(3);
    const x = Float64Array.from({ length: n }, () => random.normal());
    const variance = Float64Array.from({ length: n }, () => 0.5 + random.uniform());
    const shared = correlations(0.7, 0.3);
    const points = { x, y: x, xVariance: variance, yVariance: variance };
    const slopes = x.map((_, i) => 0.5 + 0.1 * (groups[i] as number));
    const covariances = errorCovariances(points, slopes, { x: shared, y: shared });
    const terms = groupLines(groups, "parallel");
    const expected = expectedResidualSquares(terms, x, covariances);
    const lower = Float64Array.from(covariances);
    expect(choleskyInPlace(lower, n)).toBe(true);
    const mean = new Float64Array(n);
    const errors = new Float64Array(n);
    const weights = x.map(() => random.normal());
    let variances = 0;
    const draws = 4000;
    for (let draw = 0; draw < draws; draw++) {
      choleskyMultiply(
        lower,
        n,
        x.map(() => random.normal()),
        errors,
      );
      residuals(errors, x).forEach((value, i) => {
        mean[i] = (mean[i] as number) + value ** 2 / draws;
      });
      variances += errors.reduce((sum, value, i) => sum + value * (weights[i] as number), 0) ** 2 / draws;
    }
    // A mean of 4,000 squares of normal numbers is within 5 × sqrt(2 / 4,000) = 11 % of its expectation
    mean.forEach((value, i) => {
      expect(value / (expected[i] as number)).closeTo(1, 0.11);
    });
    expect(variances / varianceOfSum(weights, covariances)).closeTo(1, 0.11);
  });

  it("widen an interval of a group's height, which no residual shows: it covers 95 %, and 43 % without them", () => {
    const shared = correlations(0.8, 0.4);
    const lower = Float64Array.from(shared);
    choleskyInPlace(lower, n);
    const random = createRandomNumbers(7);
    const sharedErrors = () => {
      const out = new Float64Array(n);
      choleskyMultiply(lower, n, Float64Array.from({ length: n }, random.normal), out);
      return out;
    };
    const draw = (): LinePoint[] => {
      const [u, v] = [sharedErrors(), sharedErrors()];
      return groups.map((_, i) => {
        const xi = -2.6 + (1.8 * (i % MEMBERS)) / (MEMBERS - 1);
        const eta = xi - 0.3 + 0.05 * random.normal();
        return { x: measured(xi, u[i] as number), y: measured(eta, v[i] as number), xImages: IMAGES, yImages: IMAGES };
      });
    };
    const terms = groupLines(groups, "parallel");
    const contrast = { heights: [1, -1, 0, 0, 0, 0], slopes: [0] };
    const draws = 400;
    let [covered, coveredWithout] = [0, 0];
    for (let k = 0; k < draws; k++) {
      const points = draw();
      const noise = { x: shared, y: shared };
      const effect = estimateEffect(points, terms, contrast, { scale: "logit", noise });
      const without = estimateEffect(points, terms, contrast, { scale: "logit" });
      if (effect.low <= 0 && effect.high >= 0) covered++;
      if (without.low <= 0 && without.high >= 0) coveredWithout++;
    }
    expect(covered / draws).closeTo(0.95, 0.02);
    expect(coveredWithout / draws).toBeLessThan(0.5);
  });

  it("have the degrees of freedom of the units they were estimated from, where these are few", () => {
    const random = createRandomNumbers(5);
    const points = groups.map((_, i) => {
      const xi = -2.6 + (1.8 * (i % MEMBERS)) / (MEMBERS - 1);
      const y = inverseLogit(xi + 0.05 * random.normal());
      return { x: inverseLogit(xi), y, xImages: IMAGES, yImages: IMAGES };
    });
    const shared = correlations(0.8, 0.4);
    const terms = groupLines(groups, "parallel");
    const contrast = { heights: [1, -1, 0, 0, 0, 0], slopes: [0] };
    const effect = (units?: number) =>
      estimateEffect(points, terms, contrast, { scale: "logit", noise: { x: shared, y: shared, units } });
    expect(effect(35).degreesOfFreedom).toBeLessThan(40);
    expect(effect(35).degreesOfFreedom).toBeGreaterThanOrEqual(34);
    expect(effect().degreesOfFreedom).toBeGreaterThan(1000);
    expect(effect(35).se).toBe(effect().se);
  });
});

function measured(value: number, z: number): number {
  const p = inverseLogit(value);
  return inverseLogit(value + z / Math.sqrt(IMAGES * p * (1 - p)));
}

/** Residuals of least squares on a height for each group and one slope. */
function residuals(y: Float64Array, x: Float64Array): Float64Array {
  const centered = (values: Float64Array) =>
    values.map((value, i) => {
      const members = values.filter((_, k) => groups[k] === groups[i]);
      return value - members.reduce((sum, member) => sum + member, 0) / members.length;
    });
  const [ofX, ofY] = [centered(x), centered(y)];
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  const slope = dot(ofX, ofY) / dot(ofX, ofX);
  return ofY.map((value, i) => value - slope * (ofX[i] as number));
}
