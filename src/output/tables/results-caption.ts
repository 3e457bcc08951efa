import { mainSide } from "../../analysis/robustness/study-axes.ts";
import { ROW_QUALITIES, type RowDoubt } from "../../evaluation/results/accuracy-row.ts";
import { count, plural } from "../../foundation/number-text.ts";
import type { ColumnKind, ResultsColumn } from "./results-columns.ts";
import { promptsName } from "./results-rows.ts";
import { areResiduals, MARKS, type MarkName, rowNamer, type Section, type ShownTable } from "./results-sections.ts";
import type { ResultsTable } from "./results-table.ts";

/**
 * Describes the figures of a section in sentences: metric, line, prompts and protocols, average, and which figures are
 * marked best.
 *
 * @param best how the format marks the best figure: `Bold`, or a mark
 */
export function sectionCaption({ table }: ShownTable, section: Section, best: string): string[] {
  const { columns, axes } = table;
  const shown = (kind: ColumnKind) => columns.filter((column) => column.kind === kind).map(({ title }) => title);
  const main = mainSide(axes);
  const id = columns.find((column) => column.kind === "in-distribution" && column.benchmark === main)?.title ?? main;
  const average = shown("average")[0];
  const hasAverage = average !== undefined && section.columns.includes(average);
  const hasBest = section.groups.some(({ rows }) => rows.some(({ cells }) => cells.some((cell) => cell?.isBest)));
  const intervals = hasAverage ? "Clopper-Pearson, of the average from its shifts" : "Clopper-Pearson";
  const prompts = `prompts: ${[...new Set(table.rows.map(promptsName).filter((name) => name !== ""))].join("; ") || "not known"}`;
  const isMain = section.part === "accuracy" || section.part === "robustness";
  return [
    section.part === "robustness"
      ? robustnessWords(table, id)
      : `${accuracyWords(section.part, id)}, with 95 % intervals (${intervals})`,
    isMain ? `${prompts}; protocols: ${protocols(columns)}` : prompts,
    ...(hasAverage ? [`${average}: unweighted mean of ${listed(shown("shift"))}`] : []),
    ...(hasBest
      ? [
          `${best}: highest of its column, including ties as printed; doubtful, extrapolated and marked figures are not considered`,
        ]
      : []),
  ];
}

/** The captions of all sections, with each sentence once. */
export function tableCaption(shown: ShownTable, sections: readonly Section[], best: string): string[] {
  return [...new Set(sections.flatMap((section) => sectionCaption(shown, section, best)))];
}

function accuracyWords(part: Section["part"], id: string): string {
  if (part === "controls")
    return `Controls: zero-shot top-1 accuracy in percent on ${id}, restricted to the classes of a shift`;
  return part === "protocols"
    ? "Other protocols: zero-shot top-1 accuracy in percent"
    : "Zero-shot top-1 accuracy in percent";
}

function robustnessWords(table: ResultsTable, id: string): string {
  const { baseline, scale } = table.line as NonNullable<ResultsTable["line"]>;
  const residuals = areResiduals(table)
    ? "; the line is fitted on these checkpoints, so distances are residuals without a verdict"
    : "";
  return `Effective robustness in percentage points: accuracy minus what the line of ${baseline} expects at the ${id} accuracy (${scale} scale), with 95 % intervals from finite images and the error of the line${residuals}`;
}

function protocols(columns: readonly ResultsColumn[]): string {
  const main = columns.filter(({ kind }) => kind !== "average" && kind !== "control" && kind !== "other-protocol");
  const named = main.filter(({ protocol }) => protocol !== "").map(({ title, protocol }) => `${title} ${protocol}`);
  return named.length === 0 ? "not known" : named.join(", ");
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Explains the marks used in the sections: pairs of mark and explanation. */
export function tableLegend({ table }: ShownTable, sections: readonly Section[]): (readonly [string, string])[] {
  const rows = sections.flatMap(({ groups }) => groups.flatMap((group) => group.rows));
  const used = new Set(rows.flatMap(({ marks, cells }) => [...marks, ...cells.flatMap((cell) => cell?.marks ?? [])]));
  const entries = (Object.keys(MARKS) as MarkName[]).filter((mark) => used.has(mark));
  return entries.flatMap((mark) => words(mark, table).map((text) => [MARKS[mark], text] as const));
}

function words(mark: MarkName, table: ResultsTable): readonly string[] {
  switch (mark) {
    case "outside":
      return [`outside the line's 95 % prediction band, by Holm over ${plural(table.line?.tests ?? 0, "test")}`];
    case "extrapolated":
      return ["extrapolated: outside the accuracies that the line was fitted on, so no verdict"];
    case "residual":
      return ["one of the line's models by name, so a residual without a verdict"];
    case "otherPrompts":
      return ["the line is of other prompts, so the figure includes that difference"];
    case "incomplete":
      return ["on part of the images", ...incompleteColumns(table)];
    case "doubtful":
      return ["not ranked", ...doubts(table)];
    case "warning":
      return table.warnings.map((text) => text.replace(/^! /, ""));
  }
}

/** Lists the numbers of images of a column. */
function incompleteColumns(table: ResultsTable): string[] {
  const name = rowNamer(table);
  return table.columns.flatMap(({ title, kind }, c) => {
    const bySize = new Map<string, string[]>();
    for (const row of table.rows) {
      const cell = row.cells[c];
      if (cell == null || !cell.isIncomplete || kind === "average") continue;
      const size = `${count(cell.n as number)} of ${count(cell.expectedN as number)}`;
      bySize.set(size, [...(bySize.get(size) ?? []), name(row)]);
    }
    const filled = table.rows.filter((row) => row.cells[c] != null).length;
    return [...bySize].map(
      ([size, names]) => `${title}: ${size} images${names.length === filled ? "" : ` (${some(names)})`}`,
    );
  });
}

const FEW = 5;

function some(names: readonly string[]): string {
  const first = names.slice(0, FEW).join(", ");
  return names.length > FEW ? `${first} and ${names.length - FEW} more` : first;
}

function doubts(table: ResultsTable): string[] {
  const byQuality = new Map<RowDoubt["quality"], string[]>();
  for (const { checkpoint, doubt } of table.rows) {
    if (doubt === undefined) continue;
    const name = doubt.instead === "" ? checkpoint : `${checkpoint} (see ${doubt.instead})`;
    byQuality.set(doubt.quality, [...(byQuality.get(doubt.quality) ?? []), name]);
  }
  return [...byQuality].map(([quality, names]) => `${ROW_QUALITIES[quality]}: ${[...new Set(names)].join(", ")}`);
}
