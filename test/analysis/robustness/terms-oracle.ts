import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LinePoint } from "../../../src/analysis/lines/line-point.ts";
import { fixtures } from "../../helpers.ts";

export interface ExpectedTest {
  readonly f: number;
  readonly df1: number;
  readonly df2: number;
  readonly p: number;
}

export interface ExpectedEffect {
  readonly estimate: number;
  readonly se: number;
  readonly low: number;
  readonly high: number;
  readonly df: number;
}

interface Accuracies {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

interface ExpectedMixtures extends Accuracies {
  readonly shares: readonly (readonly number[])[];
  readonly at: number;
  readonly slopes: ExpectedTest;
  readonly heights: ExpectedTest;
  readonly lackOfFit: ExpectedTest;
  readonly effects: readonly ExpectedEffect[];
  readonly places: readonly { readonly shares: readonly number[]; readonly difference: ExpectedEffect }[];
}

/** Made by test/fixtures/robustness/make-terms.py with numpy and scipy. */
export const expectedTerms: Readonly<Record<"two" | "steep" | "three", ExpectedMixtures>> & {
  readonly scaling: Accuracies & {
    readonly group: readonly number[];
    readonly values: readonly (readonly number[])[];
    readonly slopes: ExpectedTest;
    readonly above: readonly ExpectedEffect[];
    readonly along: readonly ExpectedEffect[];
    readonly together: ExpectedTest;
    readonly correlation: number;
    readonly inflation: number;
  };
} = JSON.parse(readFileSync(join(fixtures, "robustness", "terms.json"), "utf8"));

/** Accuracies known without error: what is left is least squares. */
export function exactPoints({ x, y }: Accuracies): LinePoint[] {
  const endless = { xImages: Number.POSITIVE_INFINITY, yImages: Number.POSITIVE_INFINITY };
  return x.map((value, i) => ({ x: value, y: y[i] as number, ...endless }));
}
