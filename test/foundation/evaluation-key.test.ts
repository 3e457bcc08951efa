import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  closestKeys,
  compareKeys,
  type EvaluationKey,
  evaluationKey,
  KEY_FIELDS,
  keyText,
  matches,
  matchScore,
  TASK_FIELDS,
  taskKey,
} from "../../src/foundation/evaluation-key.ts";

const KEY: EvaluationKey = {
  checkpoint: "clip",
  benchmark: "imagenet-r",
  protocol: "200",
  templates: "openai-80",
  classNames: "imagenet-r-openai",
};

/** Few names, so that drawn keys often agree in a field, and some that a careless separator would confuse. */
const name = fc.constantFrom("", "a", "b", "a\n", '","', "é");
const keys = fc.record({ checkpoint: name, benchmark: name, protocol: name, templates: name, classNames: name });
const seeded = { seed: 20261126, numRuns: 500 };

const isSame = (a: EvaluationKey, b: EvaluationKey) => KEY_FIELDS.every((field) => a[field] === b[field]);

describe("keyText", () => {
  it("is equal for equal keys and different for different ones, with any characters in names", () => {
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        expect(keyText(a) === keyText(b)).toBe(isSame(a, b));
        expect(keyText(a)).toBe(keyText({ ...a }));
      }),
      seeded,
    );
  });

  it("contains only the given fields, and nothing outside the key", () => {
    const withExtraField = { ...KEY, checkpoint: "siglip", accuracy: 0.5 };
    expect(keyText(withExtraField)).not.toBe(keyText(KEY));
    expect(keyText(withExtraField, TASK_FIELDS)).toBe(keyText(KEY, TASK_FIELDS));
    expect(keyText({ ...KEY, classNames: "mine" }, TASK_FIELDS)).not.toBe(keyText(KEY, TASK_FIELDS));
    expect(keyText({ ...KEY, accuracy: 0.5 } as EvaluationKey)).toBe(keyText(KEY));
  });
});

describe("evaluationKey and taskKey", () => {
  it("omit fields outside the key", () => {
    expect(evaluationKey({ ...KEY, n: 3 } as EvaluationKey)).toEqual(KEY);
    const { checkpoint: _, ...task } = KEY;
    expect(taskKey(KEY)).toEqual(task);
  });
});

describe("compareKeys", () => {
  it("orders field by field in the order of the fields, by code units", () => {
    for (const [i, field] of KEY_FIELDS.entries()) {
      const later = Object.fromEntries(KEY_FIELDS.slice(i + 1).map((field) => [field, "A"]));
      expect(compareKeys(KEY, { ...KEY, ...later, [field]: "é" })).toBe(-1);
      expect(compareKeys({ ...KEY, ...later, [field]: "é" }, KEY)).toBe(1);
    }
  });

  it("is 0 for equal keys only, and changes sign with the order of its arguments", () => {
    fc.assert(
      fc.property(keys, keys, (a, b) => {
        expect(compareKeys(a, b) === 0).toBe(isSame(a, b));
        expect(compareKeys(a, b) + compareKeys(b, a)).toBe(0);
      }),
      seeded,
    );
  });

  it("compares keys without a checkpoint by the rest", () => {
    expect(compareKeys(taskKey(KEY), taskKey({ ...KEY, protocol: "1000" }))).toBe(1);
    expect(compareKeys(taskKey(KEY), taskKey(KEY))).toBe(0);
  });
});

describe("matches", () => {
  it("is true for every key where no field is given, and requires every given field to agree", () => {
    expect(matches({}, KEY)).toBe(true);
    for (const field of KEY_FIELDS) {
      expect(matches({ [field]: KEY[field] }, KEY)).toBe(true);
      expect(matches({ ...KEY, [field]: "another" }, KEY)).toBe(false);
    }
  });
});

describe("matchScore", () => {
  it("weighs a field that agrees more than all fields after it", () => {
    for (const [i, field] of KEY_FIELDS.entries()) {
      const nothing = Object.fromEntries(KEY_FIELDS.map((field) => [field, "another"]));
      const later = Object.fromEntries(KEY_FIELDS.slice(i + 1).map((field) => [field, KEY[field]]));
      expect(matchScore(KEY, { ...nothing, [field]: KEY[field] })).toBeGreaterThan(
        matchScore(KEY, { ...nothing, ...later }),
      );
    }
  });

  it("is 31 for the same key and 0 where no field agrees", () => {
    expect(matchScore(KEY, { ...KEY })).toBe(31);
    expect(matchScore(KEY, { checkpoint: "", benchmark: "", protocol: "", templates: "", classNames: "" })).toBe(0);
  });
});

describe("closestKeys", () => {
  it("returns every candidate that shares most, in their order", () => {
    const candidates = [
      { ...KEY, protocol: "1000", at: 0 },
      { ...KEY, templates: "single-1", at: 1 },
      { ...KEY, templates: "other", at: 2 },
      { ...KEY, protocol: "1000", templates: "single-1", at: 3 },
    ];
    expect(closestKeys(KEY, candidates).map(({ at }) => at)).toEqual([1, 2]);
    expect(closestKeys(KEY, [])).toEqual([]);
  });
});
