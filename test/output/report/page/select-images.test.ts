import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UNKNOWN_STEP } from "../../../../src/output/report/image-codec.ts";
import { describeImages, type OpenImages, verdictOf } from "../../../../src/output/report/page/open-images.ts";
import { type ImageQuery, ORDERS, SHOWS, selectImages } from "../../../../src/output/report/page/select-images.ts";
import type { StoredImages } from "../../../../src/output/report/report-data.ts";

const ABOUT: StoredImages = {
  benchmark: "b",
  protocol: "p",
  templates: "t",
  classNames: "c",
  n: 0,
  listed: 0,
  checkpoints: [0, 1, 2],
  labels: ["0", "1;2", ""],
  names: ["cat", "dog or wolf", null],
  classes: { 0: "cat", 1: "dog", 2: "wolf" },
  blocks: { names: 0, numbers: 0, labels: 0, wrong: 0, places: 0, literals: 0, steps: 0 },
};

function images(rows: readonly { label: number; tops: readonly number[]; steps: readonly number[] }[]): OpenImages {
  const members = ABOUT.checkpoints.map((_, member) => member);
  return describeImages(
    ABOUT,
    {
      names: rows.map((_, i) => `folder/image-${i}.jpg`),
      labels: Uint32Array.from(rows, ({ label }) => label),
      predicted: Uint32Array.from(members.flatMap((member) => rows.map(({ tops }) => tops[member] as number))),
      steps: Uint8Array.from(members.flatMap((member) => rows.map(({ steps }) => steps[member] as number))),
    },
    5,
    new Map(rows.map((_, row) => [row, "data:,"] as const).filter(([row]) => row % 3 === 0)),
  );
}

const row = fc.record({
  label: fc.nat(2),
  tops: fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }),
  steps: fc.array(fc.oneof(fc.nat(20), fc.constant(UNKNOWN_STEP)), { minLength: 3, maxLength: 3 }),
});
const QUERY: ImageQuery = {
  first: 0,
  second: 1,
  show: "all",
  label: "",
  as: "",
  find: "",
  isPictured: false,
  order: "listed",
};
const queries = fc.record({
  first: fc.constantFrom(0, 2),
  second: fc.constantFrom(-1, 1),
  show: fc.constantFrom(...SHOWS),
  label: fc.constantFrom("", "0", "1;2"),
  as: fc.constantFrom("", "0", "2"),
  find: fc.constantFrom("", "cat", "IMAGE-1", "wolf folder"),
  isPictured: fc.boolean(),
  order: fc.constantFrom(...ORDERS),
});

describe("selectImages", () => {
  it("finds each image that the query asks for once, and no other", () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), queries, (rows, query) => {
        const opened = images(rows);
        const { rows: found } = selectImages(opened, query);
        const expected = rows.flatMap((_, at) => {
          const first = verdictOf(opened, query.first, at);
          const second = query.second < 0 ? null : verdictOf(opened, query.second, at);
          const label = opened.labelNames[rows[at]?.label as number] as string;
          const text = [opened.records.names[at], label, first.name, second?.name ?? ""].join("\n").toLowerCase();
          const isShown = {
            all: true,
            wrong: !first.isRight,
            right: first.isRight,
            "only-first": first.isRight && second?.isRight === false,
            "only-second": !first.isRight && second?.isRight === true,
            "both-wrong": !first.isRight && second?.isRight === false,
            "both-right": first.isRight && second?.isRight === true,
          }[query.show];
          return isShown &&
            (query.label === "" || ABOUT.labels[rows[at]?.label as number] === query.label) &&
            (query.as === "" || String(first.value) === query.as) &&
            (!query.isPictured || opened.pictures.has(at)) &&
            query.find
              .toLowerCase()
              .split(" ")
              .every((word) => text.includes(word))
            ? [at]
            : [];
        });
        expect([...found].sort((a, b) => a - b)).toEqual(expected);
      }),
      { seed: 5, numRuns: 400 },
    );
  });

  it("counts for each choice what that choice shows", () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), queries, (rows, query) => {
        const opened = images(rows);
        const { counts } = selectImages(opened, query);
        for (const show of SHOWS) expect(selectImages(opened, { ...query, show }).rows).toHaveLength(counts[show]);
        expect(counts.wrong + counts.right).toBe(counts.all);
      }),
      { seed: 6, numRuns: 100 },
    );
  });

  it("orders by the first checkpoint's confidence, unknown ones last, equal ones with a picture first", () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), fc.constantFrom("surest", "unsure"), (rows, order) => {
        const opened = images(rows);
        const found = [...selectImages(opened, { ...QUERY, order: order as "surest" | "unsure" }).rows];
        const hasNone = (at: number) => Number(!opened.pictures.has(at));
        const key = (at: number) => {
          const step = rows[at]?.steps[0] as number;
          return step === UNKNOWN_STEP ? Number.POSITIVE_INFINITY : order === "surest" ? -step : step;
        };
        // Infinity − Infinity is NaN, which || takes for equal
        expect(found).toEqual(
          rows.map((_, at) => at).sort((a, b) => key(a) - key(b) || hasNone(a) - hasNone(b) || a - b),
        );
      }),
      { seed: 7 },
    );
  });

  it("selects from 50,000 images in less than a second", () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => ({
      label: i % 3,
      tops: [i % 4, 1, 2],
      steps: [i % 20, 1, 2],
    }));
    const opened = images(rows);
    const begun = performance.now();
    expect(
      selectImages(opened, { ...QUERY, show: "wrong", find: "image", order: "surest" }).rows.length,
    ).toBeGreaterThan(0);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
