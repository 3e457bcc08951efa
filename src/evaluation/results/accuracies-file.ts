import { parse } from "csv-parse/sync";
import { InputError } from "../../foundation/errors.ts";
import { keyText } from "../../foundation/evaluation-key.ts";
import { readTextIfThere } from "../../foundation/files/if-there.ts";
import { checkHeader } from "../../foundation/files/parse-csv.ts";
import { fromSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import type { MetricValue } from "../scoring/metrics/metric.ts";
import { ACCURACY_COLUMNS, type ListedFigure, type ListedResult } from "./accuracies-csv.ts";
import { contradiction } from "./metrics-checks.ts";

export const ACCURACIES_FILE = "accuracies.csv";

/** First columns of files written by any version of `evaluate`. */
const FIRST_COLUMNS = ACCURACY_COLUMNS.slice(0, ACCURACY_COLUMNS.indexOf("value") + 1);
/** A number as JavaScript formats it in `accuracies.csv`. */
const NUMBER = /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/;

type Cells = Readonly<Record<(typeof ACCURACY_COLUMNS)[number], string | undefined>>;

/**
 * Reads an `accuracies.csv` of `evaluate`, one result per key. Other tables are read by `parseAccuracies`.
 *
 * @returns null if there is no file
 * @throws InputError if it is unreadable, or has other columns and so was not written by `evaluate`
 */
export async function readAccuraciesFile(path: string): Promise<ListedResult[] | null> {
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
      `${path}: not an accuracies.csv of evaluate, which begins with the columns ${FIRST_COLUMNS.join(", ")}`,
    );
  }
  const results = new Map<string, ListedResult & { readonly metrics: ListedFigure[] }>();
  for (const record of records) {
    const cells = Object.fromEntries(header.map((column, c) => [column, record[c]])) as Cells;
    const key = keyOf(cells);
    const id = keyText(key);
    const result = results.get(id) ?? { ...key, expectedN: number(cells.expected_n), metrics: [] };
    results.set(id, result);
    result.metrics.push(figureIn(cells));
  }
  return [...results.values()];
}

function keyOf(cells: Cells) {
  const name = (column: keyof Cells) => fromSpreadsheetText(cells[column] ?? "");
  return {
    checkpoint: name("checkpoint"),
    benchmark: name("benchmark"),
    protocol: name("protocol"),
    templates: name("templates"),
    classNames: name("class_names"),
  };
}

function figureIn(cells: Cells): ListedFigure {
  return {
    metric: cells.metric ?? "",
    value: number(cells.value) ?? Number.NaN,
    low: number(cells.low),
    high: number(cells.high),
    interval: cells.interval || null,
    correct: number(cells.correct),
    n: number(cells.n),
  };
}

function number(cell: string | undefined): number | null {
  return cell !== undefined && NUMBER.test(cell) ? Number(cell) : null;
}

/** Whether a result of an `accuracies.csv` is consistent: all values are present, and none contradicts another. */
export function isSound({ metrics }: ListedResult): boolean {
  const n = metrics[0]?.n ?? null;
  const isWhole = metrics.every(({ low, high, value }) => low !== null && high !== null && value >= 0 && value <= 1);
  return n !== null && isWhole && contradiction({ n, metrics: metrics as readonly MetricValue[] }) === null;
}
