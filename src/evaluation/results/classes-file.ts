import type { ClassSpace } from "../../data/benchmark/class-space.ts";
import { formatCsv } from "../../foundation/files/format-csv.ts";

/** Beside `predictions.csv`: what the classes there are called. */
export const CLASSES_FILE = "classes.csv";

/**
 * The text of `classes.csv`: a row for each of the protocol's classes, `label` as in the columns `label` and `top1` … `top5` of
 * `predictions.csv`. A class for which several names compete has its first.
 *
 * @param names of the class-name list
 */
export function formatClasses({ rows }: Pick<ClassSpace, "rows">, names: readonly string[]): string {
  const classes = rows.map((members, label) => ({ label, class_name: names[members[0] as number] ?? "" }));
  return formatCsv(["label", "class_name"], classes);
}
