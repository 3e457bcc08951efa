import { parse } from "csv-parse/sync";
import { InputError } from "../../foundation/errors.ts";
import { readTextIfThere } from "../../foundation/files/if-there.ts";
import { checkHeader } from "../../foundation/files/parse-csv.ts";
import { fromSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import type { Metric } from "../scoring/accuracy.ts";
import { ACCURACY_COLUMNS, type AccuraciesOfResult } from "./accuracies-csv.ts";
import { contradiction } from "./metrics-file.ts";

/** The columns that a file of ours begins with, whatever a version adds to them. */
const FIRST_COLUMNS = ACCURACY_COLUMNS.slice(0, ACCURACY_COLUMNS.indexOf("value") + 1);
/** A number as `accuracies.csv` has it: what JavaScript writes. */
const NUMBER = /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/;

/**
 * Reads an `accuracies.csv` that `evaluate` wrote, a result for the rows of each key.
 *
 * @returns null where there is none
 * @throws InputError if it has other columns, so that it is not one of ours, or cannot be read
 */
export async function readAccuraciesFile(path: string): Promise<AccuraciesOfResult[] | null> {
  const text = await readTextIfThere(path);
  if (text === null) return null;
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, skip_empty_lines: true });
  } catch (cause) {
    throw new InputError(`${path}: not a CSV file: ${(cause as Error).message}`, { cause });
  }
  const [header = [], ...records] = rows;
  checkHeader(header, path);
  if (!FIRST_COLUMNS.every((column, c) => header[c] === column)) {
    throw new InputError(
      `${path}: not an accuracies.csv of evaluate's, which begins with the columns ${FIRST_COLUMNS.join(", ")}`,
    );
  }
  const results = new Map<string, AccuraciesOfResult & { readonly metrics: AccuraciesOfResult["metrics"][number][] }>();
  for (const record of records) {
    const cell = Object.fromEntries(header.map((column, c) => [column, record[c] as string]));
    const key = {
      checkpoint: fromSpreadsheetText(cell.checkpoint as string),
      benchmark: fromSpreadsheetText(cell.benchmark as string),
      protocol: fromSpreadsheetText(cell.protocol as string),
      templates: fromSpreadsheetText(cell.templates as string),
      class_names: fromSpreadsheetText(cell.class_names as string),
    };
    const id = JSON.stringify(Object.values(key));
    const result = results.get(id) ?? { ...key, expected_n: number(cell.expected_n), metrics: [] };
    results.set(id, result);
    result.metrics.push({
      metric: cell.metric as Metric["metric"],
      ...{ value: number(cell.value) ?? Number.NaN, low: number(cell.low), high: number(cell.high) },
      interval: (cell.interval || null) as Metric["interval"] | null,
      ...{ correct: number(cell.correct), n: number(cell.n) },
    });
  }
  return [...results.values()];
}

/** Whether a result of an `accuracies.csv` may be true: every figure is there, and none contradicts another. */
export function isSound({ metrics }: AccuraciesOfResult): boolean {
  const n = metrics[0]?.n ?? null;
  if (
    n === null ||
    metrics.some(({ low, high, value }) => low === null || high === null || !(value >= 0 && value <= 1))
  )
    return false;
  return contradiction({ n, metrics: metrics as readonly Metric[] }) === null;
}

function number(cell: string | undefined): number | null {
  return cell !== undefined && NUMBER.test(cell) ? Number(cell) : null;
}
