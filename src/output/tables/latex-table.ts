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
};
export interface LatexTableOptions {
  /** plain text */
  readonly caption?: string;
  /** for \ref; letters, digits and -:._ */
  readonly label?: string;
  /** lines under the table, plain text */
  readonly footnotes?: readonly string[];
}

/**
 * A table in LaTeX with booktabs' rules; the document needs `\usepackage{booktabs}`. Titles, cells and the caption are
 * plain text: whatever LaTeX would obey in them is shown as it stands.
 *
 * @param rows cells in the columns' order; missing ones are empty
 * @returns a `table` environment where there is a caption or a label, else the `tabular` alone
 * @throws RangeError if the label has other characters
 */
export function formatLatexTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  { caption, label, footnotes = [] }: LatexTableOptions = {},
): string {
  if (label !== undefined && !/^[A-Za-z0-9:._-]+$/.test(label)) {
    throw new RangeError(`expected letters, digits and -:._ in a label, got "${label}"`);
  }
  const line = (cells: readonly string[]) => `${cells.map(toLatexText).join(" & ")} \\\\`;
  const tabular = [
    `\\begin{tabular}{@{}${columns.map(({ align }) => align.charAt(0)).join("")}@{}}`,
    "\\toprule",
    line(columns.map(({ title }) => title)),
    "\\midrule",
    ...rows.map((row) => line(columns.map((_, c) => row[c] ?? ""))),
    "\\bottomrule",
    "\\end{tabular}",
  ];
  if (caption === undefined && label === undefined) return tabular.join("\n");
  return [
    "\\begin{table}",
    "\\centering",
    ...(caption === undefined ? [] : [`\\caption{${toLatexText(caption)}}`]),
    ...(label === undefined ? [] : [`\\label{${label}}`]),
    ...tabular,
    ...footnotes.map((text) => `\\par{\\footnotesize ${toLatexText(text)}\\par}`),
    "\\end{table}",
  ].join("\n");
}

/** Text as LaTeX prints it in a table: no character of it is a command. Control characters are shown as escapes. */
export function toLatexText(text: string): string {
  return printable(text)
    .replace(/./gsu, (character) => COMMANDS[character] ?? character)
    .replace(/([-,])(?=\1)/g, "$1{}"); // two would become a dash, or a quotation mark
}
