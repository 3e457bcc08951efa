import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fixtures } from "../../helpers.ts";

interface ExpectedLine {
  readonly slope: number;
  readonly intercept: number;
  readonly r2: number;
  readonly residualSd: number;
  readonly slopeSe: number;
  readonly interceptSe: number;
  readonly n: number;
}

interface ExpectedTest {
  readonly f: number;
  readonly df1: number;
  readonly df2: number;
  readonly p: number;
}

/** Made by test/fixtures/robustness/make-expected.py with numpy and scipy. */
export const expectedValues: {
  /** shift → scale → line of openai-clip */
  readonly openai: Record<string, Record<"logit" | "probit" | "linear", ExpectedLine>>;
  /** shift → model → slope and intercept without it, logit */
  readonly without: Record<string, Record<string, [number, number]>>;
  /** benchmark, x axis, line of the testbed's standard models */
  readonly testbed: [string, string, ExpectedLine][];
  /** shift → zoo model → expected, effective robustness, low, high; of every eighth prediction low, high and p too */
  readonly zoo: Record<string, Record<string, number[]>>;
  readonly covariance: {
    readonly groups: [string, number[], number[]][];
    readonly slopes: ExpectedTest;
    readonly intercepts: ExpectedTest;
    readonly lines: ExpectedTest;
  };
  /** successes, trials, low, high */
  readonly scoreIntervals: [number, number, number, number][];
  /** successes of one, of the other, trials of each, low, high of the difference */
  readonly differences: [number, number, number, number, number][];
} = JSON.parse(readFileSync(join(fixtures, "robustness", "expected.json"), "utf8"));

/** Agreement asked of every fitted number: the summation order differs, nothing else. */
export const DELTA = 1e-9;

export const LINE_FIELDS = ["slope", "intercept", "r2", "residualSd", "slopeSe", "interceptSe", "n"] as const;
