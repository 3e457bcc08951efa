import { type Cell, isHeading, richCell, type TableRow } from "./table-cell.ts";
import { printable, type TableColumn } from "./text-table.ts";

const COMMANDS: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  _: "\\_",
  "%": "\\%",
  "^": "\\textasciicircum{}",
  "~": "\\textasciitilde{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  '"': "\\symbol{34}", // babel makes it a command in some languages
  "`": "\\textasciigrave{}",
  "'": "\\textquotesingle{}",
  "[": "{[}", // at a row's start it would be an argument of the line break before it, and so would a star
  "*": "{*}",
  "−": "$-$",
  "–": "\\textendash{}",
  "…": "\\dots{}",
  "×": "$\\times$",
  "±": "$\\pm$",
  "°": "$^{\\circ}$",
  "†": "$\\dagger$",
  "‡": "$\\ddagger$",
  "§": "$\\mathsection$",
  "¶": "$\\mathparagraph$",
  ρ: "$\\rho$",
};

export interface LatexTableOptions {
  /** plain text */
  readonly caption?: string;
  /** for \ref; letters, digits and -:._ */
  readonly label?: string;
  /** lines under the table, plain text */
  readonly footnotes?: readonly string[];
  /** in smaller type with less room between columns: nine columns on a page */
  readonly isDense?: boolean;
}

/**
 * A table in LaTeX with booktabs' rules; the document needs `\\usepackage{booktabs}`. Titles, cells and the caption are
 * plain text: whatever LaTeX would obey in them is shown as it stands.
 *
 * @param rows cells in the columns' order; missing ones are empty
 * @returns a `table` environment where there is a caption or a label, else the `tabular` alone
 * @throws RangeError if the label has other characters
 */
export function formatLatexTable(
  columns: readonly TableColumn[],
  rows: readonly TableRow[],
  options: LatexTableOptions = {},
): string {
  const body = tabular(columns, rows);
  return options.caption === undefined && options.label === undefined ? body.join("\n") : float(body, options);
}

function float(
  body: readonly string[],
  { caption, label, footnotes = [], isDense = false }: LatexTableOptions,
): string {
  if (label !== undefined && !/^[A-Za-z0-9:._-]+$/.test(label)) {
    throw new RangeError(`expected letters, digits and -:._ in a label, got "${label}"`);
  }
  return [
    "\\begin{table}",
    "\\centering",
    ...(isDense ? ["\\footnotesize\\setlength{\\tabcolsep}{3pt}"] : []),
    ...(caption === undefined ? [] : [`\\caption{${toLatexText(caption)}}`]),
    ...(label === undefined ? [] : [`\\label{${label}}`]),
    ...body,
    ...footnotes.map((text) => `\\par{\\footnotesize ${toLatexText(text)}\\par}`),
    "\\end{table}",
  ].join("\n");
}

function tabular(columns: readonly TableColumn[], rows: readonly TableRow[]): string[] {
  const line = (cells: readonly string[], end = "") => `${cells.join(" & ")} \\\\${end}`;
  const hasSmall = rows.some((row) => !isHeading(row) && row.some((cell) => richCell(cell).small !== ""));
  const lines = (row: TableRow, i: number): string[] => {
    if (isHeading(row)) {
      const title = `\\multicolumn{${columns.length}}{@{}l@{}}{\\emph{${toLatexText(row.heading)}}} \\\\`;
      return i === 0 ? [title] : ["\\midrule", title];
    }
    const cells = columns.map((_, c) => row[c] ?? "");
    const first = line(cells.map(cellText));
    return hasSmall ? [first, line(cells.map(smallText), "[2pt]")] : [first];
  };
  return [
    `\\begin{tabular}{@{}${columns.map(({ align }) => align.charAt(0)).join("")}@{}}`,
    "\\toprule",
    line(columns.map(({ title }) => toLatexText(title))),
    "\\midrule",
    ...rows.flatMap(lines),
    "\\bottomrule",
    "\\end{tabular}",
  ];
}

/** Marks take no room, so that figures stay below each other. */
function cellText(cell: Cell): string {
  const { text, isBold, marks } = richCell(cell);
  const shown = isBold && text !== "" ? `\\textbf{${toLatexText(text)}}` : toLatexText(text);
  return marks === "" ? shown : `${shown}\\rlap{\\textsuperscript{${toLatexText(marks)}}}`;
}

function smallText(cell: Cell): string {
  const { small } = richCell(cell);
  return small === "" ? "" : `{\\scriptsize ${toLatexText(small)}}`;
}

/** Text as LaTeX prints it in a table: no character of it is a command. Control characters are shown as escapes. */
export function toLatexText(text: string): string {
  return printable(text)
    .replace(/./gsu, (character) => COMMANDS[character] ?? character)
    .replace(/([-,])(?=\1)/g, "$1{}"); // two would become a dash, or a quotation mark
}
