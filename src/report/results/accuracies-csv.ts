import { join } from "node:path";
import { stringify } from "csv-stringify/sync";
import { atomicWrite } from "../../files/atomic-write.ts";
import { toSpreadsheetText } from "../../files/spreadsheet-text.ts";
import { type ResultMetrics, readAllMetrics } from "./result-folder.ts";

const COLUMNS = [
  ...["checkpoint", "benchmark", "protocol", "templates", "class_names"],
  ...["metric", "value", "low", "high", "interval", "correct", "n", "expected_n"],
] as const;

/**
 * The text of `accuracies.csv`: one row a metric, fractions in [0, 1], ordered by what the rows are of. Names that a
 * spreadsheet would run as a formula get an apostrophe.
 */
export function formatAccuracies(results: readonly ResultMetrics[]): string {
  const rows = results.flatMap((result) =>
    result.metrics.map((metric) => ({
      ...result,
      ...metric,
      checkpoint: toSpreadsheetText(result.checkpoint),
      templates: toSpreadsheetText(result.templates),
      class_names: toSpreadsheetText(result.class_names),
      correct: metric.correct ?? "",
      expected_n: result.expected_n,
    })),
  );
  return stringify(rows, { header: true, columns: [...COLUMNS] });
}

/**
 * Makes `<out>/accuracies.csv` anew from every `metrics.json` below it and renames it into place: runs side by side
 * cannot spoil it.
 */
export async function rebuildAccuracies(out: string): Promise<void> {
  await atomicWrite(join(out, "accuracies.csv"), formatAccuracies(await readAllMetrics(out)));
}
