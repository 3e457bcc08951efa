import type { ClassSpace } from "../../data/benchmark/class-space.ts";
import { formatCsv } from "../../foundation/files/format-csv.ts";

/** Names of the classes in `predictions.csv`, a file in the same folder. */
export const CLASSES_FILE = "classes.csv";

/**
 * Formats `classes.csv`: a row per class of the protocol, with `label` as in the columns `label` and `top1` … `top5` of
 * `predictions.csv`. A class with several competing names has the first.
 *
 * @param names names of the class-name list
 */
export function formatClasses({ rows }: Pick<ClassSpace, "rows">, names: readonly string[]): string {
  const classes = rows.map((members, label) => ({ label, class_name: names[members[0] as number] ?? "" }));
  return formatCsv(["label", "class_name"], classes);
}
