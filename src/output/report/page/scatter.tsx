import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { GroupComparison } from "../../../analysis/robustness/group-lines.ts";
import type { RobustnessStudy } from "../../../analysis/robustness/robustness-study.ts";
import { idTitle, idTitles } from "../../../analysis/robustness/study-axes.ts";
import { farNote } from "../../figures/far-points.ts";
import { type FigureTheme, LIGHT } from "../../figures/figure-theme.ts";
import { plotPanel } from "../../figures/plot-panel.ts";
import type { ScatterPanel } from "../../figures/scatter-panel.ts";
import { withoutBaseline } from "../report-study.ts";
import { download, pngBlob, svgText } from "./download.ts";
import { Search } from "./frame.tsx";
import type { PageProps } from "./page-props.tsx";
import { Plot } from "./plot.tsx";
import { firstWindow, formatWindow, isWhole, panelInWindow, parseWindow, wholeWindow } from "./plot-window.ts";
import type { AxisName } from "./point-tip.tsx";
import { Settings } from "./settings.tsx";
import { subjectsOf } from "./subjects.ts";
import { measureText } from "./text-measure.ts";
import { PAGE_THEME, verdictTheme } from "./theme.ts";
import { hasVerdictGroups } from "./verdict-groups.ts";

/** Pixels of a downloaded figure. */
const FILE_SIZE = { width: 648, height: 440 } as const;

interface ScatterProps extends PageProps {
  readonly study: RobustnessStudy | null;
  /** undefined if nothing can be drawn */
  readonly panel: ScatterPanel | undefined;
  readonly groups: { readonly comparisons: readonly GroupComparison[]; readonly problem: string };
}

/** Shows the plot of accuracy under shift against accuracy in distribution, with the baseline's line. */
export function Scatter(props: ScatterProps): JSX.Element {
  const { data, study, groups, view, change, panel } = props;
  const start = useMemo(
    () => (panel === undefined ? null : firstWindow(panel, mattersOf(data, study, panel))),
    [data, study, panel],
  );
  if (panel === undefined || start === null) {
    return (
      <div class="plot-cell">
        <div class="plot-head">
          <Settings {...props} />
        </div>
        <p class="quiet">
          No checkpoint has an accuracy on {idTitles(data.axes)} and under a shift, so there is nothing to plot.
        </p>
      </div>
    );
  }
  const window =
    view.zoom === "" ? start : view.zoom === "all" ? wholeWindow(panel) : (parseWindow(view.zoom, panel) ?? start);
  const figureName = `${panel.benchmark}-${panel.scale}`;
  const isByVerdict = view.group === "" && hasVerdictGroups(data, study ?? withoutBaseline(data));
  const themed = (theme: FigureTheme) => (isByVerdict ? verdictTheme(theme, panel.groups) : theme);
  // The legend already counts the points far from the rest
  const far = farNote(panel.far);
  const notes = [
    ...panel.notes.filter((note) => !far.includes(note)),
    ...(groups.problem === "" ? [] : [groups.problem]),
  ];
  const redraw = () =>
    plotPanel(panelInWindow(panel, window), {
      ...FILE_SIZE,
      theme: themed(LIGHT),
      measure: measureText,
      pointTitles: false,
    }).svg;
  return (
    <section class="plot-cell" id="plot" aria-label={`${panel.title}: accuracy under shift and in distribution`}>
      <div class="plot-head">
        <Settings {...props} />
        <Search {...props} />
        <span class="downloads">
          <button
            type="button"
            class="plain"
            aria-label="Download SVG"
            onClick={() => download(`${figureName}.svg`, svgText(redraw()), "image/svg+xml")}
          >
            SVG
          </button>
          <button
            type="button"
            class="plain"
            aria-label="Download PNG"
            onClick={async () => download(`${figureName}.png`, await pngBlob(redraw(), LIGHT.background))}
          >
            PNG
          </button>
        </span>
      </div>
      <Plot
        panel={panel}
        theme={themed(PAGE_THEME)}
        of={axisName(data, panel)}
        window={window}
        start={start}
        onWindow={(next) => change({ zoom: next === null ? "" : isWhole(panel, next) ? "all" : formatWindow(next) })}
      />
      {notes.map((note) => (
        <p key={note} class="plot-note">
          {note}
        </p>
      ))}
    </section>
  );
}

function axisName({ axes }: PageProps["data"], { xColumn, idSide }: ScatterPanel): AxisName {
  return { title: xColumn?.column ?? idTitle(axes, idSide), isColumn: xColumn !== null };
}

/**
 * Returns which checkpoints the initial view must contain: those in question; with published models only, those within
 * the line's range.
 */
function mattersOf(
  data: PageProps["data"],
  study: RobustnessStudy | null,
  panel: ScatterPanel,
): (name: string) => boolean {
  if (data.focus.by !== "none") {
    const subjects = new Set(subjectsOf(data));
    return (name) => subjects.has(name);
  }
  const within = new Set(
    (study?.rows ?? [])
      .filter((row) => row.benchmark === panel.benchmark && !row.extrapolated && row.doubt === undefined)
      .map(({ checkpoint }) => checkpoint),
  );
  return within.size === 0 ? () => true : (name) => within.has(name);
}
