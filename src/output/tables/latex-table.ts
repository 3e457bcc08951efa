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
  '"': "\\symbol{34}", // a command in some languages of babel
  "`": "\\textasciigrave{}",
  "'": "\\textquotesingle{}",
  "[": "{[}", // at the start of a row, [ and * would be read as arguments of the line break before
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
  /** smaller type and less space between columns: fits nine columns on a page */
  readonly isDense?: boolean;
}

/**
 * Formats a LaTeX table with booktabs rules; the document needs `\\usepackage{booktabs}`. Titles, cells and the caption
 * are plain text: LaTeX commands in them are escaped.
 *
 * @param rows cells in the order of the columns; missing cells are empty
 * @returns a `table` environment if there is a caption or a label, else only the `tabular`
 * @throws RangeError if the label contains other characters
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

/** Marks have no width, so that figures stay aligned. */
function cellText(cell: Cell): string {
  const { text, isBold, marks } = richCell(cell);
  const shown = isBold && text !== "" ? `\\textbf{${toLatexText(text)}}` : toLatexText(text);
  return marks === "" ? shown : `${shown}\\rlap{\\textsuperscript{${toLatexText(marks)}}}`;
}

function smallText(cell: Cell): string {
  const { small } = richCell(cell);
  return small === "" ? "" : `{\\scriptsize ${toLatexText(small)}}`;
}

/** Escapes text for a LaTeX table, so that no character is a command. Control characters are shown as escapes. */
export function toLatexText(text: string): string {
  return printable(text)
    .replace(/./gsu, (character) => COMMANDS[character] ?? character)
    .replace(/([-,])(?=\1)/g, "$1{}"); // two in a row would become a dash or a quotation mark
}
