import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compareLineKeys,
  haveSameAxes,
  type LineKey,
  lineKey,
  lineKeyText,
} from "../../../src/analysis/robustness/line-key.ts";

const KEY: LineKey = {
  benchmark: "imagenet-r",
  protocol: "200",
  templates: "openai-80",
  classNames: "imagenet-r-openai",
  metric: "top1",
  idSide: "imagenet",
  idMetric: "top1",
};
const FIELDS = Object.keys(KEY) as (keyof LineKey)[];

const name = fc.constantFrom("", "a", "b", '" "');
const keys = fc.record(Object.fromEntries(FIELDS.map((field) => [field, name])) as Record<keyof LineKey, typeof name>);
const isSame = (a: LineKey, b: LineKey) => FIELDS.every((field) => a[field] === b[field]);

describe("the key of a line", () => {
  it("has one string form and one order, equal only for equal keys", () => {
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        expect(lineKeyText(a) === lineKeyText(b)).toBe(isSame(a, b));
        expect(compareLineKeys(a, b) === 0).toBe(isSame(a, b));
        expect(compareLineKeys(a, b) + compareLineKeys(b, a)).toBe(0);
      }),
      { seed: 20261126, numRuns: 500 },
    );
  });

  it("omits other fields, and sorts rows with a checkpoint by it first", () => {
    const [a, b] = [
      { ...KEY, checkpoint: "a", benchmark: "z" },
      { ...KEY, checkpoint: "b", benchmark: "a" },
    ];
    expect(lineKey(a)).toEqual({ ...KEY, benchmark: "z" });
    expect(compareLineKeys(a, b)).toBe(-1);
  });

  it("is on the same axes as another of the same benchmark, x axis and metrics", () => {
    expect(haveSameAxes(KEY, { ...KEY, protocol: "1000", templates: "", classNames: "" })).toBe(true);
    for (const field of ["benchmark", "metric", "idSide", "idMetric"] as const) {
      expect(haveSameAxes(KEY, { ...KEY, [field]: "another" })).toBe(false);
    }
  });
});
