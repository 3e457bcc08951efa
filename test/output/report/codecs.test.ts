import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeCounts,
  decodePairs,
  encodeCounts,
  encodePairs,
  orderOfSums,
  rowSums,
} from "../../../src/output/report/count-codec.ts";
import { decodeRecords, encodeRecords } from "../../../src/output/report/image-codec.ts";
import { decodeNames, encodeNames } from "../../../src/output/report/name-codec.ts";
import { fromPlanes, toPlanes } from "../../../src/output/report/number-bytes.ts";

const LARGEST = 2 ** 30 - 1;

describe("toPlanes", () => {
  it("gives its numbers back", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -LARGEST, max: LARGEST })), (values) => {
        expect([...fromPlanes(toPlanes(values))]).toEqual(values);
      }),
      { seed: 1 },
    );
  });
});

describe("encodeCounts and encodePairs", () => {
  it("give back counts of any size, and every pair", () => {
    const matrix = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 6 })).chain(([rows, columns]) =>
      fc.record({
        rows: fc.constant(rows),
        columns: fc.constant(columns),
        counts: fc.array(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 1e6 })), {
          minLength: rows * columns,
          maxLength: rows * columns,
        }),
        both: fc.array(fc.integer({ min: 0, max: 1e6 }), {
          minLength: (rows * (rows - 1)) / 2,
          maxLength: (rows * (rows - 1)) / 2,
        }),
      }),
    );
    fc.assert(
      fc.property(matrix, ({ rows, columns, counts, both }) => {
        const right = rowSums(Uint32Array.from(counts), rows);
        const order = orderOfSums(right);
        const decoded = decodeCounts(encodeCounts(counts, order, columns), rows);
        expect([...decoded.counts]).toEqual(counts);
        expect(decoded.order).toEqual(order);
        expect([...decodePairs(encodePairs(both, right, order), right, order)]).toEqual(both);
      }),
      { seed: 2 },
    );
  });
});

describe("encodeNames", () => {
  const name = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.integer({ min: 0, max: 99_999_999 }).map((n) => `n01440764/ILSVRC2012_val_${String(n).padStart(8, "0")}.JPEG`),
    fc.string({ unit: fc.constantFrom(..."0123456789abcdef_/. -"), maxLength: 30 }),
  );

  it("gives its names back, but for characters that no file's name has", () => {
    fc.assert(
      fc.property(fc.array(name), (names) => {
        const expected = names.map((name) => name.replaceAll("\0", "\ufffd").replaceAll("\x01", "\ufffd"));
        expect(decodeNames(encodeNames(names))).toEqual(expected);
      }),
      { seed: 3, numRuns: 300 },
    );
    expect(decodeNames(encodeNames(["a\0b", "\x011"]))).toEqual(["a\ufffdb", "\ufffd1"]);
  });
});

describe("encodeRecords", () => {
  it("returns what any number of checkpoints predicted, for any right classes", () => {
    const classes = [[0], [1, 2], [], [3]];
    const records = fc
      .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 11 }))
      .chain(([n, checkpoints]) =>
        fc.record({
          names: fc.array(fc.string({ unit: fc.constantFrom(..."ab01/"), maxLength: 5 }), {
            minLength: n,
            maxLength: n,
          }),
          labels: fc.array(fc.nat(3), { minLength: n, maxLength: n }),
          predicted: fc.array(fc.oneof(fc.nat(4), fc.nat(100_000)), {
            minLength: n * checkpoints,
            maxLength: n * checkpoints,
          }),
          steps: fc.array(fc.nat(255), { minLength: n * checkpoints, maxLength: n * checkpoints }),
          checkpoints: fc.constant(checkpoints),
        }),
      );
    fc.assert(
      fc.property(records, ({ names, checkpoints, ...made }) => {
        const record = {
          names,
          labels: Uint32Array.from(made.labels),
          predicted: Uint32Array.from(made.predicted),
          steps: Uint8Array.from(made.steps),
        };
        expect(decodeRecords(encodeRecords(record, classes), classes, checkpoints)).toEqual(record);
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  it("remembers more classes of a label, and of an image, than it has places for", () => {
    const n = 300;
    const checkpoints = 40;
    const record = {
      names: Array.from({ length: n }, (_, i) => `i${i}`),
      labels: new Uint32Array(n),
      predicted: Uint32Array.from({ length: n * checkpoints }, (_, i) => (i * 7919) % 997),
      steps: new Uint8Array(n * checkpoints),
    };
    expect(decodeRecords(encodeRecords(record, [[0]]), [[0]], checkpoints)).toEqual(record);
  });
});
