import type { ResultMetrics } from "../../evaluation/results/result-folder.ts";

/** Top-1 accuracies, a row a checkpoint, a column a benchmark, protocol and prompts. */
export interface AccuracyGrid {
  readonly checkpoints: readonly string[];
  readonly columns: readonly AccuracyColumn[];
  /** (checkpoints, columns); undefined where there is no result */
  readonly cells: readonly (readonly (AccuracyCell | undefined)[])[];
}

export interface AccuracyColumn {
  readonly benchmark: string;
  readonly protocol: string;
  readonly templates: string;
  readonly classNames: string;
}

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
 * @param checkpoints rows and their order; all, by name, where absent
 */
export function accuracyGrid(results: readonly ResultMetrics[], checkpoints?: readonly string[]): AccuracyGrid {
  const names = checkpoints ?? [...new Set(results.map(({ checkpoint }) => checkpoint))].sort();
  const keys = new Map<string, AccuracyColumn>();
  const cells = new Map<string, AccuracyCell>();
  for (const result of results) {
    const top1 = result.metrics.find(({ metric }) => metric === "top1");
    if (top1 === undefined || !names.includes(result.checkpoint)) continue;
    const { checkpoint, benchmark, protocol, templates, class_names: classNames, expected_n } = result;
    const key = JSON.stringify([benchmark, protocol, templates, classNames]);
    keys.set(key, { benchmark, protocol, templates, classNames });
    const { value, low, high, n } = top1;
    cells.set(JSON.stringify([checkpoint, key]), { value, low, high, n, expectedN: expected_n });
  }
  const ordered = [...keys].sort(([, a], [, b]) => compareColumns(a, b));
  return {
    checkpoints: names,
    columns: ordered.map(([, column]) => column),
    cells: names.map((checkpoint) => ordered.map(([key]) => cells.get(JSON.stringify([checkpoint, key])))),
  };
}

/** ImageNet first: it is what the others are read against; then by code units, the same on every machine. */
function compareColumns(a: AccuracyColumn, b: AccuracyColumn): number {
  const order = (column: AccuracyColumn) => [
    column.benchmark === "imagenet" ? "" : column.benchmark,
    ...[column.protocol, column.templates, column.classNames],
  ];
  const [own, others] = [order(a), order(b)];
  const at = own.findIndex((value, i) => value !== others[i]);
  return at === -1 ? 0 : (own[at] as string) < (others[at] as string) ? -1 : 1;
}

/**
 * What tells the columns apart: benchmark and protocol, templates where there are several, class names where two columns
 * would be called the same.
 *
 * @param separator between the parts
 */
export function columnTitles(columns: readonly AccuracyColumn[], separator: string, alwaysTemplates = false): string[] {
  const several = alwaysTemplates || new Set(columns.map(({ templates }) => templates)).size > 1;
  const titles = columns.map(({ benchmark, protocol, templates }) =>
    [benchmark, protocol, ...(several ? [templates] : [])].join(separator),
  );
  return titles.map((title, c) =>
    titles.filter((other) => other === title).length === 1 ? title : `${title}+${columns[c]?.classNames}`,
  );
}
