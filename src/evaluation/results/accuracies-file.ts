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

/** The columns that a file of ours begins with, whatever a version adds to them. */
const FIRST_COLUMNS = ACCURACY_COLUMNS.slice(0, ACCURACY_COLUMNS.indexOf("value") + 1);
/** A number as `accuracies.csv` has it: what JavaScript writes. */
const NUMBER = /^-?\d+(?:\.\d+)?(?:e-?\d+)?$/;

type Cells = Readonly<Record<(typeof ACCURACY_COLUMNS)[number], string | undefined>>;

/**
 * Reads an `accuracies.csv` that `evaluate` wrote, a result for the rows of each key. The tables of others are read by
 * `parseAccuracies`.
 *
 * @returns null where there is none
 * @throws InputError if it has other columns, so that it is not one of ours, or cannot be read
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
      `${path}: not an accuracies.csv of evaluate's, which begins with the columns ${FIRST_COLUMNS.join(", ")}`,
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

/** Whether a result of an `accuracies.csv` may be true: every figure is there, and none contradicts another. */
export function isSound({ metrics }: ListedResult): boolean {
  const n = metrics[0]?.n ?? null;
  const isWhole = metrics.every(({ low, high, value }) => low !== null && high !== null && value >= 0 && value <= 1);
  return n !== null && isWhole && contradiction({ n, metrics: metrics as readonly MetricValue[] }) === null;
}
