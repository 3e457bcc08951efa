import { join } from "node:path";
import { benchmarkOfSide } from "../../analysis/robustness/study-axes.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import type { FigureTheme } from "./figure-theme.ts";
import type { LabelChoice } from "./panel-labels.ts";
import type { ScatterPanel } from "./scatter-panel.ts";

export interface WriteOptions {
  /** default: light */
  readonly theme?: FigureTheme;
  readonly labels?: LabelChoice;
  /** default: both */
  readonly formats?: readonly FigureFormat[];
  /** names of the figures to write; default: each panel, and `all-shifts` */
  readonly names?: readonly string[];
  /** suffix of each name; default: none */
  readonly suffix?: string;
}

export type FigureFormat = "svg" | "png";

const FORMATS: readonly FigureFormat[] = ["svg", "png"];

/** Name of the figure with all panels. */
export const ALL_SHIFTS = "all-shifts";

/**
 * Writes a study's figures: each panel at the width of one column, `<benchmark>.svg` and `.png`, and all panels with
 * one legend at the width of two columns, `all-shifts.svg` and `.png`. Equal panels give equal SVG bytes. Plot, the DOM
 * library and sharp are loaded on first use.
 *
 * @returns names of the files written
 * @throws InputError if a file cannot be written
 */
export async function writeFigures(
  folder: string,
  panels: readonly ScatterPanel[],
  options: WriteOptions = {},
): Promise<string[]> {
  const { plotPanel } = await import("./plot-panel.ts");
  const { plotGrid } = await import("./compose-figure.ts");
  const render = await import("./render-figure.ts");
  const document = await render.createFigureDocument();
  const { theme, labels, formats = FORMATS, suffix = "" } = options;
  const look = { document, ...(theme === undefined ? {} : { theme }), ...(labels === undefined ? {} : { labels }) };
  const inches = (width: number) => width * render.PIXELS_PER_INCH;

  const figures = figureNames(panels, suffix).map((name, i) => ({
    name,
    draw: () => plotPanel(panels[i] as ScatterPanel, { ...look, width: inches(render.ONE_COLUMN) }).svg,
  }));
  if (panels.length > 0) {
    figures.push({
      name: `${ALL_SHIFTS}${safeName(suffix)}`,
      draw: () => plotGrid(panels, { ...look, width: inches(render.TWO_COLUMNS) }),
    });
  }
  const written: string[] = [];
  const pngs: Promise<void>[] = [];
  for (const { name, draw } of figures) {
    if (options.names?.includes(name) === false) continue;
    const text = await render.toSvgFile(draw());
    if (formats.includes("svg")) await atomicWrite(join(folder, `${name}.svg`), text);
    // sharp uses separate threads, while the next figure is drawn here
    if (formats.includes("png")) {
      const png = render.toPng(text).then((bytes) => atomicWrite(join(folder, `${name}.png`), bytes));
      png.catch(() => {}); // rethrown below; until then it must not count as unhandled
      pngs.push(png);
    }
    written.push(...FORMATS.filter((format) => formats.includes(format)).map((format) => `${name}.${format}`));
  }
  const failed = (await Promise.allSettled(pngs)).find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return written;
}

/** Returns the names of the files that {@link writeFigures} writes with default options. */
export function figureFiles(panels: readonly ScatterPanel[], suffix = ""): string[] {
  const names = panels.length === 0 ? [] : [...figureNames(panels, suffix), `${ALL_SHIFTS}${safeName(suffix)}`];
  return names.flatMap((name) => FORMATS.map((format) => `${name}.${format}`));
}

/**
 * Chooses a file name for each panel: its benchmark, `-same-classes` for that x axis, `-on-<benchmark>` if the x axis
 * is another in-distribution benchmark than the first panel's, and a number if a name is taken.
 */
export function figureNames(panels: readonly ScatterPanel[], suffix = ""): string[] {
  const taken = new Set([`${ALL_SHIFTS}${safeName(suffix)}`]);
  const first = benchmarkOfSide(panels[0]?.idSide ?? "");
  return panels.map(({ benchmark, idSide }) => {
    const stem = safeName(benchmark) || "_";
    const side = benchmarkOfSide(idSide);
    const onSide = side === first ? "" : `-on-${safeName(side)}`;
    const name = `${stem}${onSide}${idSide.includes("@") ? "-same-classes" : ""}${safeName(suffix)}`;
    let free = name;
    for (let i = 2; taken.has(free.toLowerCase()); i++) free = `${name}-${i}`;
    taken.add(free.toLowerCase());
    return free;
  });
}

/** Makes a part of a file name safe on every file system. */
function safeName(text: string): string {
  return text
    .replace(/[^\w.-]+/g, "_")
    .replace(/^\.+/, "_")
    .slice(0, 100);
}
