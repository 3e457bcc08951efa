import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatLatexTable, toLatexText } from "../../../src/output/tables/latex-table.ts";
import { printable } from "../../../src/output/tables/text-table.ts";

const COLUMNS = [
  { title: "name", align: "left" },
  { title: "top-1 %", align: "right" },
] as const;

const PRINTED: Readonly<Record<string, string>> = {
  "\\textbackslash{}": "\\",
  "\\textasciicircum{}": "^",
  "\\textasciitilde{}": "~",
  "\\textless{}": "<",
  "\\textgreater{}": ">",
  "\\textbar{}": "|",
  "\\textasciigrave{}": "`",
  "\\textquotesingle{}": "'",
  "\\textendash{}": "–",
  "\\dots{}": "…",
  "\\symbol{34}": '"',
  "{[}": "[",
  "{*}": "*",
  "{}": "",
  "$-$": "−",
  "$\\times$": "×",
  "$\\pm$": "±",
  "$^{\\circ}$": "°",
  "$\\dagger$": "†",
  "$\\ddagger$": "‡",
  "$\\mathsection$": "§",
  "$\\mathparagraph$": "¶",
  "$\\rho$": "ρ",
};

/** What LaTeX prints: known commands undone; any other command, or a character it would obey, is an error. */
function typeset(text: string): string {
  const commands = Object.keys(PRINTED).map((key) => key.replace(/[\\{}[\]$*^]/g, "\\$&"));
  const token = new RegExp(`${commands.join("|")}|\\\\[{}$&#_%]|[^\\\\{}$&#_%^~]`, "gsu");
  const tokens = text.match(token) ?? [];
  expect(tokens.join("")).toBe(text);
  return tokens
    .map((token) => PRINTED[token] ?? (token.length > 1 && token.startsWith("\\") ? token.slice(1) : token))
    .join("");
}

describe("formatLatexTable", () => {
  it("has booktabs' rules, and a caption where one is given", () => {
    expect(formatLatexTable(COLUMNS, [["vit", "−1.5"], ["resnet"]])).toBe(
      [
        "\\begin{tabular}{@{}lr@{}}",
        "\\toprule",
        "name & top-1 \\% \\\\",
        "\\midrule",
        "vit & $-$1.5 \\\\",
        "resnet &  \\\\",
        "\\bottomrule",
        "\\end{tabular}",
      ].join("\n"),
    );
    const whole = formatLatexTable(COLUMNS, [], { caption: "50 % of $x$", label: "tab:a-1" });
    expect(whole.split("\n").slice(0, 5)).toEqual([
      ...["\\begin{table}", "\\centering", "\\caption{50 \\% of \\$x\\$}", "\\label{tab:a-1}"],
      "\\begin{tabular}{@{}lr@{}}",
    ]);
    expect(whole.endsWith("\\bottomrule\n\\end{tabular}\n\\end{table}")).toBe(true);
    expect(() => formatLatexTable(COLUMNS, [], { label: "a}b" })).toThrow(RangeError);
  });

  it("has rich cells and headings, in smaller type if requested", () => {
    const rich = [
      { heading: "a & b" },
      ["x_1", { text: "1.5", isBold: true, marks: "†", small: "1–2" }],
      { heading: "c" },
      ["y"],
    ];
    expect(formatLatexTable(COLUMNS, rich, { caption: "c", isDense: true }).split("\n")).toEqual([
      ...["\\begin{table}", "\\centering", "\\footnotesize\\setlength{\\tabcolsep}{3pt}", "\\caption{c}"],
      ...["\\begin{tabular}{@{}lr@{}}", "\\toprule", "name & top-1 \\% \\\\", "\\midrule"],
      "\\multicolumn{2}{@{}l@{}}{\\emph{a \\& b}} \\\\",
      "x\\_1 & \\textbf{1.5}\\rlap{\\textsuperscript{$\\dagger$}} \\\\",
      " & {\\scriptsize 1\\textendash{}2} \\\\[2pt]",
      ...["\\midrule", "\\multicolumn{2}{@{}l@{}}{\\emph{c}} \\\\", "y &  \\\\", " &  \\\\[2pt]"],
      ...["\\bottomrule", "\\end{tabular}", "\\end{table}"],
    ]);
  });

  it("shows commands in names as they stand", () => {
    expect(toLatexText("\\input{x} a_b^c~d & 5% #1 $m$")).toBe(
      "\\textbackslash{}input\\{x\\} a\\_b\\textasciicircum{}c\\textasciitilde{}d \\& 5\\% \\#1 \\$m\\$",
    );
    expect(toLatexText("ViT-B--16 [a] *b ,,c ''d ``e \"f")).toBe(
      "ViT-B-{}-16 {[}a] {*}b ,{},c \\textquotesingle{}\\textquotesingle{}d \\textasciigrave{}\\textasciigrave{}e \\symbol{34}f",
    );
    expect(toLatexText("a\nb\u0007")).toBe("a\\textbackslash{}u\\{a\\}b\\textbackslash{}u\\{7\\}");
  });

  it("prints any name as it is, in as many cells as there are columns", () => {
    const name = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary-ascii" }));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, name)), (rows) => {
        const lines = formatLatexTable(COLUMNS, rows).split("\n");
        expect(lines).toHaveLength(6 + rows.length);
        rows.forEach((row, i) => {
          const line = lines[4 + i] as string;
          expect(line.endsWith(" \\\\")).toBe(true);
          expect(line).not.toMatch(/^[[*]|--|,,|``|''/);
          const cells = row.map((cell) => toLatexText(cell));
          expect(line).toBe(`${cells.join(" & ")} \\\\`);
          expect(cells.map(typeset)).toEqual(row.map(printable));
        });
      }),
    );
  });
});
