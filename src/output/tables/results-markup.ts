import { formatLatexTable } from "./latex-table.ts";
import { formatMarkdownTable, toMarkdownText } from "./markdown-table.ts";
import { sectionCaption, tableCaption, tableLegend } from "./results-caption.ts";
import {
  MARKS,
  type MarkName,
  type Section,
  type ShownCell,
  type ShownTable,
  tableSections,
} from "./results-sections.ts";
import type { Cell, TableRow } from "./table-cell.ts";
import { left, right, type TableColumn } from "./text-table.ts";

/** Formats the table in GitHub's Markdown: one table per section, the best figures in bold, with captions below. */
export function formatResultsMarkdown(shown: ShownTable): string {
  const sections = tableSections(shown);
  const notes = [
    ...tableCaption(shown, sections, "Bold").map(toMarkdownText),
    ...tableLegend(shown, sections).map((entry) => toMarkdownText(entry.join(" "))),
  ];
  return [
    ...sections.map(
      (section) =>
        `${toMarkdownText(section.title)}\n\n${formatMarkdownTable(columnsOf(section), rowsOf(section, false))}`,
    ),
    notes.map((text) => `- ${text}`).join("\n"),
  ].join("\n\n");
}

/**
 * Formats the table in LaTeX: one `table` environment per section, labeled `tab:accuracy`, `tab:robustness`, …, with
 * the best figures in bold and intervals in small type below the figures. The document needs `\\usepackage{booktabs}`.
 */
export function formatResultsLatex(shown: ShownTable): string {
  return tableSections(shown)
    .map((section) =>
      formatLatexTable(columnsOf(section), rowsOf(section, true), {
        isDense: true,
        caption: `${sectionCaption(shown, section, "Bold").map(capitalized).join(". ")}.`,
        label: `tab:${section.part}`,
        footnotes: tableLegend(shown, [section]).map((entry) => entry.join(" ")),
      }),
    )
    .join("\n\n");
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function columnsOf({ columns }: Section): TableColumn[] {
  return [left("checkpoint"), ...columns.map(right)];
}

/** @param isBrief whether intervals are in their short form */
function rowsOf({ groups }: Section, isBrief: boolean): TableRow[] {
  return groups.flatMap(({ title, rows }): TableRow[] => [
    ...(title === null ? [] : [{ heading: title }]),
    ...rows.map(({ name, marks, cells }) => [
      { text: name, marks: marksText(marks) },
      ...cells.map((cell) => toCell(cell, isBrief)),
    ]),
  ]);
}

function toCell(cell: ShownCell | null, isBrief: boolean): Cell {
  if (cell === null) return "";
  return {
    text: cell.figure,
    isBold: cell.isBest,
    marks: marksText(cell.marks),
    small: (isBrief ? cell.briefInterval : cell.interval) ?? "",
  };
}

function marksText(marks: readonly MarkName[]): string {
  return marks.map((mark) => MARKS[mark]).join("");
}
