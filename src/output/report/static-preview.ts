import { contextOf } from "../../analysis/robustness/focus.ts";
import type { RobustnessRow } from "../../analysis/robustness/robustness-row.ts";
import { headlineRows, testedRows } from "../../analysis/robustness/verdict.ts";
import { plural } from "../../foundation/number-text.ts";
import type { PanelStudy } from "../figures/panel-study.ts";
import { buildPanels } from "../figures/scatter-panel.ts";
import { headline } from "../tables/fit-headline.ts";
import { printable } from "../tables/text-table.ts";
import { escapeHtml } from "./page.ts";
import type { ReportData } from "./report-data.ts";

/** Maximum number of checkpoints that are listed individually. */
const NAMED = 5;
/** Pixels of the figure, as on a page of typical width. */
const SIZE = { width: 960, height: 600, fontSize: 13 } as const;

/**
 * Formats the preview of a report, shown until its script has started and if scripts are disabled: text and one plot.
 */
export async function formatStaticPreview(
  data: Pick<ReportData, "title" | "checkpoints" | "focus" | "runs">,
  study: PanelStudy,
  warnings: readonly string[] = [],
): Promise<string> {
  const { title, focus } = data;
  const isContext = contextOf(focus);
  const checkpoints = data.checkpoints.filter((name) => !isContext(name)).length;
  const contextCount = data.checkpoints.length - checkpoints;
  const rows = headlineRows(study.rows)
    .filter(({ doubt, checkpoint }) => doubt === undefined && !isContext(checkpoint))
    .sort((a, b) => Number(a.extrapolated) - Number(b.extrapolated) || b.effectiveRobustness - a.effectiveRobustness);
  const named = rows
    .slice(0, NAMED)
    .map(
      (row) =>
        `<p>${escapeHtml(headline(row, study.pairing.axes, testedRows(study.rows))).replace(/\n\s*/g, "<br>")}</p>`,
    );
  const rest = rows.length > NAMED ? `<p>… and ${rows.length - NAMED} more</p>` : "";
  return `<main><p class="brand">${escapeHtml(title)}</p><h1>${plural(checkpoints, "checkpoint")}${contextCount === 0 ? "" : ` and ${plural(contextCount, "other")}`}</h1>
<div class="lead">${[...named, ...warnings.slice(0, NAMED).map(caution)].join("\n")}${rest}</div>
<figure class="plot">${await plot(data, study, rows[0])}</figure></main>`;
}

function caution(text: string): string {
  return `<p class="caution">warning: ${escapeHtml(printable(text))}</p>`;
}

async function plot(
  { focus, runs }: Pick<ReportData, "focus" | "runs">,
  study: PanelStudy,
  lead: RobustnessRow | undefined,
): Promise<string> {
  const options = { focus, runs, ...(lead === undefined ? {} : { benchmarks: [lead.benchmark] }) };
  const [panel] = buildPanels(study, options);
  if (panel === undefined) return "";
  const { plotPanel } = await import("../figures/plot-panel.ts");
  const { createFigureDocument, toSvgText } = await import("../figures/render-figure.ts");
  return toSvgText(plotPanel(panel, { ...SIZE, document: await createFigureDocument(), pointTitles: false }).svg);
}
