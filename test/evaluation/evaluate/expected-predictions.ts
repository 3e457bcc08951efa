import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { expect } from "vitest";

export type Row = Record<string, string>;

/** Classes with equal names tie exactly: Shiftline lists the lower index first, open_clip either. */
const SAME_NAME = new Map([
  [744, 657],
  [837, 836],
]);
/** Summation order in another runtime: measured at most 7e-7. */
const COSINE_TOLERANCE = 1e-5;

export function readCsv(path: string): Row[] {
  return parse(readFileSync(path, "utf8"), { columns: true });
}

/** Compares a predictions.csv with open_clip's predictions, place by place. */
export function expectEqualPredictions(ours: Row[], expected: Row[], tolerance = COSINE_TOLERANCE): void {
  const byImage = new Map(ours.map((row) => [row.image as string, row]));
  expect(ours.length).toBe(expected.length);
  const differing: string[] = [];
  for (const row of expected) {
    const our = byImage.get(row.file as string) as Row;
    expect(our.label).toBe(row.label);
    for (let place = 1; place <= 5; place++) {
      const [a, b] = [Number(our[`top${place}`]), Number(row[`top${place}`])];
      if (a !== b && (SAME_NAME.get(a) ?? a) !== (SAME_NAME.get(b) ?? b))
        differing.push(`${row.file} top${place}: ${a}, ${b}`);
      expect(Number(our[`score${place}`])).closeTo(Number(row[`score${place}`]) / 100, tolerance);
    }
  }
  expect(differing).toEqual([]);
}
