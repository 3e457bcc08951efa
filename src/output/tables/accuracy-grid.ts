import type { ResultMetrics } from "../../evaluation/results/metrics-file.ts";
import { ACCURACY, figureOf } from "../../evaluation/scoring/metrics/registry.ts";
import {
  compareKeys,
  compareTexts,
  keyText,
  TASK_FIELDS,
  type TaskKey,
  taskKey,
} from "../../foundation/evaluation-key.ts";
import { shiftOrder } from "./shift-order.ts";

/** Top-1 accuracies: one row per checkpoint, one column per benchmark, protocol and prompts. */
export interface AccuracyGrid {
  readonly checkpoints: readonly string[];
  readonly columns: readonly AccuracyColumn[];
  /** (checkpoints, columns); undefined without a result */
  readonly cells: readonly (readonly (AccuracyCell | undefined)[])[];
}

/** The result that a column shows. */
export type AccuracyColumn = TaskKey;

export interface AccuracyCell {
  /** fraction in [0, 1], with its 95 % interval */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly expectedN: number;
}

/**
 * Arranges results as a grid; the order of the results does not matter.
 *
 * @param checkpoints rows and their order; default: all, by name
 * @param defaults    benchmark → its default protocol; within a set of prompts, default protocols come first
 */
export function accuracyGrid(
  results: readonly ResultMetrics[],
  checkpoints?: readonly string[],
  defaults: ReadonlyMap<string, string> = new Map(),
): AccuracyGrid {
  const names = checkpoints ?? [...new Set(results.map(({ checkpoint }) => checkpoint))].sort();
  const keys = new Map<string, AccuracyColumn>();
  const cells = new Map<string, AccuracyCell>();
  for (const result of results) {
    const figure = figureOf(result.metrics, ACCURACY);
    if (figure === undefined || !names.includes(result.checkpoint)) continue;
    const { checkpoint, expectedN } = result;
    const column = taskKey(result);
    keys.set(keyText(column, TASK_FIELDS), column);
    const { value, low, high, n } = figure;
    cells.set(keyText({ ...column, checkpoint }), { value, low, high, n, expectedN });
  }
  const isOther = ({ benchmark, protocol }: AccuracyColumn) => (defaults.get(benchmark) ?? protocol) !== protocol;
  const columns = [...keys.values()].sort(
    (a, b) => compareTexts(a.templates, b.templates) || Number(isOther(a)) - Number(isOther(b)) || compareColumns(a, b),
  );
  return {
    checkpoints: names,
    columns,
    cells: names.map((checkpoint) => columns.map((column) => cells.get(keyText({ ...column, checkpoint })))),
  };
}

/** Orders columns as in every table. */
function compareColumns(a: AccuracyColumn, b: AccuracyColumn): number {
  return shiftOrder()(a.benchmark, b.benchmark) || compareKeys(a, b);
}

/**
 * Titles that distinguish the columns: benchmark and protocol, the templates if there are several, and the class names
 * if two titles would be equal.
 *
 * @param separator between the parts
 */
export function columnTitles(columns: readonly AccuracyColumn[], separator: string, alwaysTemplates = false): string[] {
  const several = alwaysTemplates || new Set(columns.map(({ templates }) => templates)).size > 1;
  const titles = columns.map(({ benchmark, protocol, templates }) =>
    [benchmark, protocol, ...(several ? [templates] : [])].join(separator),
  );
  return titles.map((title, c) =>
    titles.filter((candidate) => candidate === title).length === 1 ? title : `${title}+${columns[c]?.classNames}`,
  );
}
