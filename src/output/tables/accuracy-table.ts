import type { ResultMetrics } from "../../evaluation/results/metrics-file.ts";
import { ACCURACY, figureOf } from "../../evaluation/scoring/metrics/registry.ts";
import { top5 } from "../../evaluation/scoring/metrics/top5.ts";
import { largest } from "../../foundation/math/extremes.ts";
import { percent, percentRange } from "../../foundation/number-text.ts";
import { cutMiddle } from "./name-text.ts";
import { formatTextTable, printable, type TableColumn } from "./text-table.ts";

/** Columns of a terminal that nobody has to widen. */
const WIDTH = 80;
const LONGEST_NAME = 24;

/** Marks a figure that has a warning. */
const MARK = "!";

/** A result as the table takes it, with the reasons why its numbers may be wrong. */
export interface TableResult extends ResultMetrics {
  readonly warnings: readonly string[];
}

/**
 * The table that `evaluate` ends with: a row for each benchmark, protocol and prompt set, a column for each checkpoint
 * (as many beside each other as 80 columns hold), percent. "n of expected" stands where images are missing, "!" beside
 * figures that have a warning; the warnings follow the table.
 */
export function formatAccuracyTable(results: readonly TableResult[]): string {
  const warnings = [...new Set(results.flatMap((result) => result.warnings))];
  const lines = warnings.map((text) => `${MARK} warning: ${printable(text)}`);
  return [formatTable(results), ...(lines.length > 0 ? [lines.join("\n")] : [])].join("\n\n");
}

function formatTable(results: readonly TableResult[]): string {
  const checkpoints = [...new Set(results.map((result) => result.checkpoint))];
  if (checkpoints.length === 1) return formatOneCheckpoint(results);
  const prompts = commonPrompts(results);
  const rows = groupBy(results, (result) => rowLabel(result, prompts));
  const labelWidth = largest([`${ACCURACY.title} %`, ...rows.keys()].map((label) => label.length));
  const cells = new Map(results.map((result) => [result, cell(result)]));
  const cellWidth = (name: string) => Math.max(shorten(name).length, ...[...cells.values()].map((text) => text.length));
  const blocks: string[] = [];
  for (let from = 0; from < checkpoints.length; ) {
    const block: string[] = [];
    let width = labelWidth;
    while (from < checkpoints.length) {
      const next = checkpoints[from] as string;
      if (block.length > 0 && width + 2 + cellWidth(next) > WIDTH) break;
      width += 2 + cellWidth(next);
      block.push(next);
      from++;
    }
    const columns: TableColumn[] = [
      { title: `${ACCURACY.title} %`, align: "left" },
      ...block.map((name): TableColumn => ({ title: shorten(name), align: "left" })),
    ];
    const lines = [...rows].map(([label, group]) => [
      label,
      ...block.map((name) => {
        const result = group.find((one) => one.checkpoint === name);
        return result === undefined ? "" : (cells.get(result) as string);
      }),
    ]);
    blocks.push(formatTextTable(columns, lines));
  }
  return [...blocks, promptsLine(prompts)].join("\n\n");
}

function formatOneCheckpoint(results: readonly TableResult[]): string {
  const prompts = commonPrompts(results);
  const columns: TableColumn[] = [
    { title: shorten((results[0] as ResultMetrics).checkpoint), align: "left" },
    { title: ACCURACY.title, align: "right" },
    { title: "95 %", align: "left" },
    { title: top5.title, align: "right" },
    { title: "n", align: "left" },
  ];
  const rows = results.map((result) => {
    const accuracy = figureOf(result.metrics, ACCURACY);
    const among5 = figureOf(result.metrics, top5);
    return [
      benchmarkLabel(result) + (prompts === null ? `, ${printable(result.templates)}` : ""),
      accuracy === undefined ? "" : percent(accuracy.value, 2) + mark(result),
      accuracy === undefined ? "" : percentRange(accuracy.low, accuracy.high),
      among5 === undefined ? "" : percent(among5.value, 2),
      result.n === result.expectedN ? String(result.n) : `${result.n} of ${result.expectedN}`,
    ];
  });
  return [formatTextTable(columns, rows), promptsLine(prompts)].join("\n\n");
}

/** The templates that every result has, null where they differ. */
function commonPrompts(results: readonly ResultMetrics[]): string | null {
  const all = new Set(results.map((result) => result.templates));
  return all.size === 1 ? ([...all][0] as string) : null;
}

function promptsLine(prompts: string | null): string {
  const figures = `figures in percent, intervals of ${ACCURACY.title} at 95 %`;
  return prompts === null ? figures : `prompts: ${printable(prompts)}; ${figures}`;
}

function rowLabel(result: ResultMetrics, prompts: string | null): string {
  const missing = result.n === result.expectedN ? "" : `, ${result.n} of ${result.expectedN}`;
  return benchmarkLabel(result) + (prompts === null ? `, ${printable(result.templates)}` : "") + missing;
}

function benchmarkLabel({ benchmark, protocol }: ResultMetrics): string {
  return `${printable(benchmark)} ${printable(protocol)}`;
}

function cell(result: TableResult): string {
  const accuracy = figureOf(result.metrics, ACCURACY);
  if (accuracy === undefined) return "";
  return `${percent(accuracy.value, 2)}${mark(result)} (${percentRange(accuracy.low, accuracy.high)})`;
}

function mark(result: TableResult): string {
  return result.warnings.length === 0 ? "" : MARK;
}

/** A name that fits: its ends are what tells checkpoints apart. */
function shorten(name: string): string {
  return cutMiddle(printable(name), LONGEST_NAME);
}

function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}
