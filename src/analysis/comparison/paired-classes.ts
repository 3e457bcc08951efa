import { holm } from "../../foundation/statistics/holm.ts";
import { mcnemarExact } from "../../foundation/statistics/mcnemar.ts";
import type { PairedImage } from "./paired-outcomes.ts";

/** The differences between two checkpoints within one class. */
export interface ClassChange {
  /** the correct classes as in predictions.csv: rows of the protocol's class list, separated by ";" */
  readonly label: string;
  /** images of the class */
  readonly n: number;
  /** images of the class that the first checkpoint gets right */
  readonly firstCorrect: number;
  /** images of the class that the second checkpoint gets right */
  readonly secondCorrect: number;
  /** images that only the first gets right */
  readonly onlyFirst: number;
  /** images that only the second gets right */
  readonly onlySecond: number;
  /** McNemar's exact test within the class, two-sided */
  readonly p: number;
  /** `p` after Holm's adjustment over all classes that have images */
  readonly pHolm: number;
}

/**
 * Computes per-class gains and losses of the first over the second checkpoint. Classes are sorted by the absolute
 * difference in correct images, then by the number of images that only one gets right, then by class.
 *
 * Images without a correct class cannot be gained or lost and are in no class.
 */
export function classChanges(images: readonly PairedImage[]): ClassChange[] {
  const counts = new Map<string, { n: number; firstCorrect: number; secondCorrect: number; both: number }>();
  for (const { classes, first, second } of images) {
    if (classes.length === 0) continue;
    const label = [...classes].sort((a, b) => a - b).join(";");
    const count = counts.get(label) ?? { n: 0, firstCorrect: 0, secondCorrect: 0, both: 0 };
    count.n++;
    if (first) count.firstCorrect++;
    if (second) count.secondCorrect++;
    if (first && second) count.both++;
    counts.set(label, count);
  }
  const changes = [...counts].map(([label, { n, firstCorrect, secondCorrect, both }]) => {
    const [onlyFirst, onlySecond] = [firstCorrect - both, secondCorrect - both];
    return { label, n, firstCorrect, secondCorrect, onlyFirst, onlySecond, p: mcnemarExact(onlyFirst, onlySecond) };
  });
  const adjusted = holm(changes.map(({ p }) => p));
  return changes
    .map((change, c) => ({ ...change, pHolm: adjusted[c] as number }))
    .sort(
      (a, b) =>
        Math.abs(b.onlyFirst - b.onlySecond) - Math.abs(a.onlyFirst - a.onlySecond) ||
        b.onlyFirst + b.onlySecond - (a.onlyFirst + a.onlySecond) ||
        Number.parseInt(a.label, 10) - Number.parseInt(b.label, 10) ||
        (a.label < b.label ? -1 : 1),
    );
}
