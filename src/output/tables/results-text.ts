import { largest } from "../../foundation/math/extremes.ts";
import { tableCaption, tableLegend } from "./results-caption.ts";
import {
  MARKS,
  type Section,
  type ShownCell,
  type ShownRow,
  type ShownTable,
  tableSections,
} from "./results-sections.ts";
import { shortenNames } from "./shorten-names.ts";
import { formatTextTable, left, printable } from "./text-table.ts";

/** Mark after the best figure of a column; text output has no bold type. */
const BEST = "◆";
/** Names are cut to this length if the terminal is too narrow. */
const SHORT_NAME = 24;
const GAP = 2;

/**
 * Formats the table for a terminal or a text file: one row per checkpoint in each section, with intervals next to the
 * figures. If the width is too small, intervals go below the figures; if that is not enough, columns are divided into
 * blocks and names are cut, all different, with the full names below.
 *
 * @param width columns of the terminal; null: unlimited, and no name is cut
 */
export function formatResultsText(shown: ShownTable, width: number | null = null): string {
  const sections = tableSections(shown);
  const names = [...new Set(sections.flatMap(rowsOf).map(({ name }) => name))];
  const whole = new Map(names.map((name) => [name, printable(name)]));
  const cut = shortenNames([...new Set(whole.values())], SHORT_NAME);
  const short = new Map(names.map((name) => [name, cut.get(whole.get(name) as string) as string]));
  const isCut = sections.map((section) => width !== null && !fits(section, whole, width));
  const blocks = sections.map((section, s) => sectionText(section, isCut[s] ? short : whole, width));
  const listed = isCut.some(Boolean) ? names.filter((name) => short.get(name) !== whole.get(name)) : [];
  const notes = [
    ...tableCaption(shown, sections, BEST),
    ...tableLegend(shown, sections).map(([mark, words]) => `${mark} ${words}`),
    ...listed.map((name) => `${short.get(name)} = ${whole.get(name)}`),
  ];
  return [...blocks, notes.map(printable).join("\n")].join("\n\n");
}

/** Returns whether a section fits without cuts: on one line, or with intervals below the figures. */
function fits(section: Section, names: ReadonlyMap<string, string>, width: number): boolean {
  return [true, false].some((isWide) => totalWidth(section, names, isWide) <= width);
}

function totalWidth(section: Section, names: ReadonlyMap<string, string>, isWide: boolean): number {
  const widths = section.columns.map((_, c) => columnLayout(section, c, isWide).width);
  return nameWidth(section, names) + widths.reduce((sum, columnWidth) => sum + GAP + columnWidth, 0);
}

function sectionText(section: Section, names: ReadonlyMap<string, string>, width: number | null): string {
  const isWide = width === null || totalWidth(section, names, true) <= width;
  const layouts = section.columns.map((_, c) => columnLayout(section, c, isWide));
  const blocks: string[] = [];
  for (let from = 0; from < layouts.length; ) {
    let to = from;
    let used = nameWidth(section, names);
    while (to < layouts.length) {
      used += GAP + (layouts[to] as ColumnLayout).width;
      if (width !== null && to > from && used > width) break;
      to++;
    }
    blocks.push(blockText(section, names, layouts.slice(from, to), from, isWide));
    from = to;
  }
  return [section.title, blocks.join("\n\n")].join("\n");
}

function blockText(
  section: Section,
  names: ReadonlyMap<string, string>,
  layouts: readonly ColumnLayout[],
  from: number,
  isWide: boolean,
): string {
  const columns = [
    left("checkpoint"),
    ...section.columns.slice(from, from + layouts.length).map((title) => left(printable(title))),
  ];
  const rows = section.groups.flatMap(({ title, rows: ofGroup }) => [
    ...(title === null ? [] : [[printable(title)]]),
    ...ofGroup.flatMap((row) => {
      const cells = layouts.map((_, c) => row.cells[from + c] ?? null);
      const first = [
        rowName(row, names),
        ...cells.map((cell, c) => figureText(cell, layouts[c] as ColumnLayout, isWide)),
      ];
      if (isWide) return [first];
      return [first, ["", ...cells.map((cell) => cell?.interval ?? "")]];
    }),
  ]);
  return formatTextTable(columns, rows);
}

/** Widths of the parts of a column's cells. */
interface ColumnLayout {
  readonly figure: number;
  readonly marks: number;
  readonly interval: number;
  readonly width: number;
}

function columnLayout(section: Section, c: number, isWide: boolean): ColumnLayout {
  const cells = rowsOf(section).flatMap(({ cells: ofRow }) => ofRow[c] ?? []);
  const maximum = (lengths: readonly number[]) => Math.max(0, largest(lengths));
  const figure = maximum(cells.map((cell) => cell.figure.length));
  const marks = maximum(cells.map((cell) => marksText(cell).length));
  const interval = maximum(cells.map((cell) => cell.interval?.length ?? 0));
  const inside = isWide ? figure + marks + (interval > 0 ? interval + 3 : 0) : Math.max(figure + marks, interval);
  return { figure, marks, interval, width: Math.max(printable(section.columns[c] as string).length, inside) };
}

function figureText(cell: ShownCell | null, { figure, marks }: ColumnLayout, isWide: boolean): string {
  if (cell === null) return "";
  const value = cell.figure.padStart(figure) + marksText(cell).padEnd(marks);
  return isWide && cell.interval !== null ? `${value} (${cell.interval})` : value;
}

function marksText({ marks, isBest }: ShownCell): string {
  return (isBest ? BEST : "") + marks.map((mark) => MARKS[mark]).join("");
}

function rowName({ name, marks }: ShownRow, names: ReadonlyMap<string, string>): string {
  const text = names.get(name) as string;
  return marks.length === 0 ? text : `${text} ${marks.map((mark) => MARKS[mark]).join("")}`;
}

function nameWidth(section: Section, names: ReadonlyMap<string, string>): number {
  const titles = section.groups.flatMap(({ title }) => (title === null ? [] : [printable(title).length]));
  return largest(["checkpoint".length, ...titles, ...rowsOf(section).map((row) => rowName(row, names).length)]);
}

function rowsOf({ groups }: Section): ShownRow[] {
  return groups.flatMap(({ rows }) => rows);
}
