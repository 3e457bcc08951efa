import type { BenchmarkComparison } from "../../analysis/comparison/compare-checkpoints.ts";
import { DECISION_LEVEL } from "../../analysis/comparison/decide-together.ts";
import type { ClassChange } from "../../analysis/comparison/paired-classes.ts";
import type { NearestRow } from "../../analysis/robustness/compare-nearest.ts";
import { agreementTable, benchmarkLabels, differenceTable, nearestTable, type PlainTable } from "./comparison-table.ts";
import { formatLatexTable } from "./latex-table.ts";
import { formatMarkdownTable, toMarkdownText } from "./markdown-table.ts";
import { plainTitle, type TaskTitle } from "./task-title.ts";
import { formatTextTable, printable } from "./text-table.ts";
import { NO_MARKS, type WarningMarks } from "./warning-marks.ts";

/** The formats of comparisons for people. */
export type TextFormat = "text" | "markdown" | "latex";

/** Returns the name of a class by its label; null if the names are not known. */
export type ClassNamer = (row: BenchmarkComparison, label: string) => string | null;

const CLASSES_SHOWN = 3;

/** Formats the differences, agreement and most changed classes of every pair. */
export function formatPairs(
  rows: readonly BenchmarkComparison[],
  format: TextFormat,
  nameOf: ClassNamer,
  marks: WarningMarks = NO_MARKS,
  titleOf: TaskTitle = plainTitle,
): string {
  const pairs = new Map<string, BenchmarkComparison[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.first, row.second]);
    pairs.set(key, [...(pairs.get(key) ?? []), row]);
  }
  return [...pairs.values()]
    .map((pairRows) => {
      const classes = changedClasses(pairRows, nameOf, titleOf);
      return [
        block(differenceTable(pairRows, marks, titleOf), title(pairRows, rows.length), format, marks.footnotes),
        block(agreementTable(pairRows, marks, titleOf), agreementHeading(rows.length), format, marks.footnotes),
        ...(classes.length > 0 && format !== "latex" ? [list("Most changed classes", classes, format)] : []),
      ].join("\n\n");
    })
    .join("\n\n");
}

/** Formats the unpaired comparison with the nearest published models. */
export function formatNearest(
  rows: readonly NearestRow[],
  format: TextFormat,
  marks: WarningMarks = NO_MARKS,
  titleOf: TaskTitle = plainTitle,
): string {
  return [...new Set(rows.map(({ checkpoint }) => checkpoint))]
    .map((checkpoint) => {
      const nearest = rows.filter((row) => row.checkpoint === checkpoint);
      const baseline = nearest[0]?.baseline ?? "";
      const heading = [
        `${checkpoint} and the model of ${baseline} nearest in ImageNet accuracy: top-1 in percent`,
        "unpaired: published accuracies do not state which images were correct, so the intervals (Newcombe 1998, independent)",
        "assume different images and are too wide if the images were the same",
      ];
      return block(
        nearestTable(nearest, marks, titleOf),
        format === "text" ? heading : [heading[0] as string, heading.slice(1).join(" ")],
        format,
        marks.footnotes,
      );
    })
    .join("\n\n");
}

/**
 * Formats a table under its title, in any of the formats.
 *
 * @param heading   parts of the title: separate lines in a terminal, one sentence elsewhere
 * @param footnotes lines under the table
 */
export function block(
  { columns, rows }: PlainTable,
  heading: readonly string[],
  format: TextFormat,
  footnotes: readonly string[] = [],
): string {
  if (format === "latex") return formatLatexTable(columns, rows, { caption: heading.join("; "), footnotes });
  if (format === "markdown") {
    const table = `${toMarkdownText(heading.join("; "))}\n\n${formatMarkdownTable(columns, rows)}`;
    return [table, ...footnotes.map(toMarkdownText)].join("\n\n");
  }
  const cells = rows.map((row) => row.map(printable));
  return [...heading.map(printable), formatTextTable(columns, cells), ...footnotes.map(printable)].join("\n");
}

/** @param tests rows that are decided together */
function agreementHeading(tests: number): string[] {
  const level =
    tests === 1
      ? `level ${DECISION_LEVEL}`
      : `level ${DECISION_LEVEL}/${tests}, Holm's first step, which the other rows cannot change`;
  return [
    "Images that both, one or neither gets right",
    "kappa: agreement beyond chance (error consistency, Geirhos et al. 2020)",
    `detectable: minimum detectable difference in points, with 80 % power of McNemar's exact test at ${level}`,
  ];
}

function title(rows: readonly BenchmarkComparison[], tests: number): string[] {
  const { first, second, templates } = rows[0] as BenchmarkComparison;
  const isOne = rows.every((row) => row.templates === templates);
  const shown = rows.filter(({ pHolm }) => pHolm < DECISION_LEVEL).length;
  const verdict = `${shown} of ${rows.length} differences are significant (McNemar's exact test, Holm over ${tests})`;
  return [
    `${first} (first) minus ${second} (second)${isOne ? `, prompts ${templates}` : ""}`,
    "top-1 in percent on the same images, 95 % intervals by Tango 1998",
    verdict,
  ];
}

/** Lists, per benchmark, the classes in which the first checkpoint gains or loses most. */
function changedClasses(rows: readonly BenchmarkComparison[], nameOf: ClassNamer, titleOf: TaskTitle): string[] {
  const label = benchmarkLabels(rows, titleOf);
  return rows.flatMap((row) => {
    const gains = row.classes.filter(({ onlyFirst, onlySecond }) => onlyFirst > onlySecond).slice(0, CLASSES_SHOWN);
    const losses = row.classes.filter(({ onlyFirst, onlySecond }) => onlyFirst < onlySecond).slice(0, CLASSES_SHOWN);
    if (gains.length + losses.length === 0) return [];
    const parts = [
      ...(gains.length > 0
        ? [`first better: ${gains.map((change) => describeClass(row, change, nameOf)).join(", ")}`]
        : []),
      ...(losses.length > 0
        ? [`second better: ${losses.map((change) => describeClass(row, change, nameOf)).join(", ")}`]
        : []),
    ];
    return [`${label(row)}: ${parts.join("; ")}`];
  });
}

function describeClass(row: BenchmarkComparison, change: ClassChange, nameOf: ClassNamer): string {
  const { label, n, firstCorrect, secondCorrect } = change;
  return `${nameOf(row, label) ?? `class ${label}`} (${firstCorrect} against ${secondCorrect} of ${n})`;
}

function list(heading: string, lines: readonly string[], format: "text" | "markdown"): string {
  if (format === "text") return [heading, ...lines.map((line) => `  ${printable(line)}`)].join("\n");
  return [heading, "", ...lines.map((line) => `- ${toMarkdownText(line)}`)].join("\n");
}
