import { median } from "./_rates.ts";

export type Row = readonly string[];

/** Formats a Markdown table. */
export function markdownTable(head: Row, rows: readonly Row[]): string {
  return [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}

/** Median, with minimum and maximum if there are several values. */
export function spreadOf(values: readonly number[], digits?: number): string {
  const most = Math.max(...values);
  const show = (value: number) => value.toFixed(digits ?? (most < 10 ? 2 : most < 1000 ? 1 : 0));
  if (values.length === 1) return show(values[0] as number);
  return `${show(median(values))} (${show(Math.min(...values))}–${show(most)})`;
}

/** Replaces the text between `<!-- KEY -->` and `<!-- /KEY -->`. @throws if the markers are missing */
export function fillMarker(document: string, key: string, text: string): string {
  const [open, close] = [`<!-- ${key} -->`, `<!-- /${key} -->`];
  const [from, to] = [document.indexOf(open), document.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`no ${open} … ${close} in the document`);
  return `${document.slice(0, from + open.length)}\n${text}\n${document.slice(to)}`;
}
