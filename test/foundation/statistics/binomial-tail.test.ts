import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { binomialUpperTail } from "../../../src/foundation/statistics/binomial-tail.ts";
import { fixtures } from "../../helpers.ts";

const cases = JSON.parse(readFileSync(join(fixtures, "statistics", "binomial-tail.json"), "utf8")) as {
  k: number;
  n: number;
  p: number;
  tail: number;
}[];

describe("binomialUpperTail", () => {
  it.each(cases)("gives P(X ≥ $k) of $n trials at $p as scipy does", ({ k, n, p, tail }) => {
    // 1e-10 relative: the incomplete beta functions of both are exact to about 1e-11
    expect(Math.abs(binomialUpperTail(k, n, p) - tail)).toBeLessThanOrEqual(1e-10 * tail);
  });
});
