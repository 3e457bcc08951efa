import * as Plot from "@observablehq/plot";
import { FONT_FAMILY, figureText, shortenMiddle, type TextMeasure } from "./figure-text.ts";
import { type FigureTheme, groupStyle } from "./figure-theme.ts";
import { equalityLine } from "./panel-curves.ts";
import { farLegend, incompleteNote } from "./panel-description.ts";
import { hollow, RUN_OPACITY, RUN_WIDTH, solid } from "./panel-marks.ts";
import { pointLook } from "./point-look.ts";
import type { ScatterPanel } from "./scatter-panel.ts";

/** An entry of the legend. */
export interface LegendEntry {
  readonly kind:
    | "baseline"
    | "checkpoint"
    | "context"
    | "run"
    | "group"
    | "line"
    /** the baseline's line, in addition to lines of groups */
    | "baseline-line"
    | "confidence"
    | "prediction"
    | "extrapolated"
    | "equality"
    /** a note without a symbol */
    | "note";
  readonly text: string;
  /** of a group: its index in the panel's list */
  readonly index?: number;
  /** of a group: whether none of it is in focus */
  readonly isContext?: boolean;
}

interface PlacedEntry extends LegendEntry {
  readonly x: number;
  readonly y: number;
}

const SWATCH = 16;
const GAP = 5;
const BETWEEN = 12;
const GROUP_LINE = "line of a group";

/** Returns legend entries for the marks of the panels, each kind once. */
export function legendEntries(panels: readonly ScatterPanel[]): LegendEntry[] {
  const entries: LegendEntry[] = [];
  const add = (entry: LegendEntry) => {
    if (!entries.some(({ kind, text }) => kind === entry.kind && text === entry.text)) entries.push(entry);
  };
  for (const panel of panels) {
    const drawn = panel.checkpoints.filter((checkpoint) => pointLook(checkpoint, panel) === "checkpoint");
    if (drawn.length > 0) {
      const bars = drawn.some(({ yLow }) => yLow !== null);
      add({ kind: "checkpoint", text: bars ? "checkpoint, 95 % interval" : "checkpoint" });
    }
  }
  const titles = panels[0]?.groupTitles ?? {};
  panels[0]?.groups.forEach((group, index) => {
    const used = panels.flatMap(({ checkpoints }) => checkpoints.filter((checkpoint) => checkpoint.group === group));
    if (used.length === 0) return;
    const isContext = used.every((checkpoint) => checkpoint.isContext);
    add({ kind: "group", text: figureText(titles[group] ?? group), index, isContext });
  });
  const isOther = (panel: ScatterPanel) =>
    panel.checkpoints.some(
      (checkpoint) => pointLook(checkpoint, panel) === "context" && !panel.groups.includes(checkpoint.group),
    );
  if (panels.some(isOther)) add({ kind: "context", text: "other checkpoints" });
  if (panels.some(({ runs }) => runs.length > 0)) add({ kind: "run", text: "a training run" });
  for (const panel of panels) {
    const hasBaseline =
      panel.baseline.length > 0 || panel.checkpoints.some((checkpoint) => pointLook(checkpoint, panel) === "baseline");
    const label = panel.lines.find(({ ofBaseline }) => ofBaseline)?.label;
    if (hasBaseline && label !== undefined) add({ kind: "baseline", text: `${figureText(label)} model` });
    if (label !== undefined) {
      const isOfGroups = panel.lines.some(({ group }) => panel.groups.includes(group));
      const isOfNone = panel.lines.some(({ ofBaseline, group }) => ofBaseline && !panel.groups.includes(group));
      if (isOfGroups && isOfNone) add({ kind: "baseline-line", text: `line of ${figureText(label)}` });
      add({ kind: "line", text: isOfGroups ? GROUP_LINE : "its line" });
    } else if (panel.lines.length > 0) add({ kind: "line", text: GROUP_LINE });
  }
  const lines = panels.flatMap((panel) => panel.lines);
  if (lines.some(({ hasBand }) => hasBand)) add({ kind: "confidence", text: "95 % confidence" });
  if (lines.some(({ ofBaseline }) => ofBaseline)) add({ kind: "prediction", text: "95 % prediction" });
  if (lines.some(({ samples }) => samples.some(({ extrapolated }) => extrapolated))) {
    add({ kind: "extrapolated", text: "extrapolated" });
  }
  if (panels.some((panel) => equalityLine(panel) !== null)) add({ kind: "equality", text: "y = x" });
  for (const note of [incompleteNote(panels), farLegend(panels)]) {
    if (note !== null) add({ kind: "note", text: note });
  }
  return entries;
}

/** Width of a legend in pixels, and how its texts are measured. */
export interface LegendRoom {
  readonly width: number;
  readonly fontSize: number;
  readonly measure: TextMeasure;
}

/** Arranges entries in rows that fit the width. */
function layOut(entries: readonly LegendEntry[], { width, fontSize, measure }: LegendRoom) {
  const placed: PlacedEntry[] = [];
  const rowHeight = fontSize * 1.55;
  let [x, row] = [0, 0];
  for (const entry of entries) {
    const indent = entry.kind === "note" ? 0 : SWATCH + GAP;
    const text = shortenMiddle(entry.text, width - indent, fontSize, measure);
    const length = indent + measure(text, fontSize);
    if (x > 0 && (x + length > width || entry.kind === "note")) [x, row] = [0, row + 1];
    placed.push({ ...entry, text, x, y: (row + 0.5) * rowHeight });
    x += length + BETWEEN;
  }
  return { placed, height: entries.length === 0 ? 0 : (row + 1) * rowHeight };
}

/** Returns the height of a legend in pixels. */
export function legendHeight(entries: readonly LegendEntry[], room: LegendRoom): number {
  return layOut(entries, room).height;
}

/** Draws a legend with Plot; class `legend`. */
export function plotLegend(
  entries: readonly LegendEntry[],
  options: LegendRoom & { readonly document?: Document; readonly theme: FigureTheme },
): SVGSVGElement {
  const { theme, width, fontSize } = options;
  const { placed, height } = layOut(entries, options);
  const of = (...kinds: readonly LegendEntry["kind"][]) => placed.filter(({ kind }) => kinds.includes(kind));
  const middle = { x: ({ x }: PlacedEntry) => x + SWATCH / 2, y: "y" };
  const across = { x1: "x", x2: ({ x }: PlacedEntry) => x + SWATCH, y: "y" };
  const band = (half: number) => ({
    x1: "x",
    x2: ({ x }: PlacedEntry) => x + SWATCH,
    y1: ({ y }: PlacedEntry) => y - half,
    y2: ({ y }: PlacedEntry) => y + half,
  });
  const hasGroups = entries.some(({ kind }) => kind === "group");
  const lineInk = entries.some(({ text }) => text === GROUP_LINE) ? theme.muted : theme.baseline;
  const baselineInk = entries.some(({ kind }) => kind === "baseline-line") ? theme.ink : theme.baseline;
  const runInk = hasGroups ? theme.muted : theme.checkpoint;
  const svg = Plot.plot({
    ...(options.document === undefined ? {} : { document: options.document }),
    width,
    height,
    margin: 0,
    className: "legend",
    ariaLabel: "Legend",
    style: { fontFamily: FONT_FAMILY, fontSize: `${fontSize}px` },
    x: { type: "identity", axis: null },
    y: { type: "identity", axis: null },
    marks: [
      Plot.rect(of("prediction"), { ...band(fontSize * 0.42), fill: lineInk, fillOpacity: 0.14 }),
      Plot.rect(of("confidence"), { ...band(fontSize * 0.42), fill: lineInk, fillOpacity: 0.32 }),
      Plot.link(of("baseline-line"), { ...sides(across), stroke: baselineInk, strokeWidth: 1.5 }),
      Plot.link(of("line"), { ...sides(across), stroke: lineInk, strokeWidth: 1.5 }),
      Plot.link(of("extrapolated"), {
        ...sides(across),
        stroke: lineInk,
        strokeWidth: 1.5,
        strokeDasharray: "4 3",
        strokeOpacity: 0.7,
      }),
      Plot.link(of("equality"), {
        ...sides(across),
        stroke: theme.muted,
        strokeWidth: 0.9,
        strokeDasharray: "1 2.5",
        strokeLinecap: "round",
      }),
      Plot.link(
        of("checkpoint").filter(({ text }) => text.includes("interval")),
        {
          ...sides(across),
          stroke: theme.checkpoint,
          strokeWidth: 0.9,
        },
      ),
      Plot.link(of("run"), { ...sides(across), stroke: runInk, strokeWidth: RUN_WIDTH, strokeOpacity: RUN_OPACITY }),
      Plot.dot(of("context"), { ...middle, ...solid(theme.context, theme), r: 2.6 }),
      Plot.dot(of("checkpoint"), { ...middle, ...solid(theme.checkpoint, theme), r: 3.4 }),
      Plot.dot(of("baseline"), { ...middle, ...hollow(baselineInk, theme), r: 2.6 }),
      ...of("group").map((entry) => {
        const { color, symbol } = groupStyle(theme, entry.index as number);
        return Plot.dot([entry], {
          ...middle,
          ...solid(entry.isContext === true ? theme.context : color, theme),
          symbol,
          r: 3.4,
        });
      }),
      Plot.text(placed, {
        x: ({ x, kind }: PlacedEntry) => (kind === "note" ? x : x + SWATCH + GAP),
        y: "y",
        text: "text",
        textAnchor: "start",
        fill: theme.ink,
        fontSize,
      }),
    ],
  }) as SVGSVGElement;
  svg.setAttribute("role", "img");
  return svg;
}

function sides({ x1, x2, y }: { x1: string; x2: (entry: PlacedEntry) => number; y: string }) {
  return { x1, x2, y1: y, y2: y };
}
