import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { GroupComparison } from "../../../analysis/robustness/group-lines.ts";
import type { RobustnessStudy } from "../../../analysis/robustness/robustness-study.ts";
import {
  benchmarkOfSide,
  idTitle,
  idTitles,
  mainSide,
  sameClassesSide,
  wholeSides,
} from "../../../analysis/robustness/study-axes.ts";
import { LIGHT } from "../../figures/figure-theme.ts";
import { type PanelFigure, plotPanel } from "../../figures/plot-panel.ts";
import type { ScatterPanel } from "../../figures/scatter-panel.ts";
import { withoutBaseline } from "../report-study.ts";
import { Section, Select } from "./controls.tsx";
import { download, pngBlob, svgText } from "./download.ts";
import type { PageProps } from "./page-props.tsx";
import { plotChoices, viewPanel } from "./panel.ts";
import { describePoint, type PlacedPoint, Tip } from "./point-tip.tsx";
import { shiftTitle } from "./study.ts";
import { useFigureTheme } from "./theme.ts";

/** How near the pointer must be to a point, in pixels. */
const REACH = 28;
const TEXT_SIZE = 13;
const HEIGHTS = { least: 340, most: 640, ofWidth: 0.62 } as const;

interface ScatterProps extends PageProps {
  readonly study: RobustnessStudy | null;
  readonly groups: { readonly comparisons: readonly GroupComparison[]; readonly problem: string };
}

/** The plot of accuracy under shift against that in distribution, with the baseline's line. */
export function Scatter(props: ScatterProps): JSX.Element | null {
  const { data, study, groups, view, change, names } = props;
  const drawn = useMemo(() => study ?? withoutBaseline(data), [study, data]);
  const choices = useMemo(() => plotChoices(data, drawn), [data, drawn]);
  const benchmark = choices.some((choice) => choice.benchmark === view.benchmark)
    ? view.benchmark
    : (choices[0]?.benchmark ?? "");
  const panel = useMemo(
    () => viewPanel(data, drawn, groups.comparisons, view, benchmark, names),
    [data, drawn, groups, view, benchmark, names],
  );
  const frame = useRef<HTMLDivElement>(null);
  if (panel === undefined) {
    return (
      <p class="quiet">
        No checkpoint has an accuracy on {idTitles(data.axes)} and under a shift, so there is nothing to plot.
      </p>
    );
  }
  const figureName = `${panel.benchmark}-${panel.scale}`;
  const redraw = () => plotPanel(panel, { width: 648, height: 440, theme: LIGHT, pointTitles: false }).svg;
  return (
    <Section
      id="plot"
      title={`Accuracy under shift and on ${idTitle(data.axes, panel.idSide)}`}
      actions={
        <>
          <button
            type="button"
            class="plain"
            onClick={() => download(`${figureName}.svg`, svgText(redraw()), "image/svg+xml")}
          >
            Download SVG
          </button>
          <button
            type="button"
            class="plain"
            onClick={async () => download(`${figureName}.png`, await pngBlob(redraw(), LIGHT.background))}
          >
            Download PNG
          </button>
        </>
      }
    >
      <div class="controls">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would not be laid out as a row */}
        <div class="tabs" role="group" aria-label="Shift in the plot">
          {choices.map((choice) => (
            <button
              key={choice.benchmark}
              type="button"
              class="plain"
              aria-pressed={choice.benchmark === benchmark}
              onClick={() => change({ benchmark: choice.benchmark, protocol: "" })}
            >
              {choice.title}
            </button>
          ))}
        </div>
        <ProtocolChoice {...props} benchmark={benchmark} panel={panel} />
        <AxisChoice {...props} benchmark={benchmark} panel={panel} />
      </div>
      <div ref={frame}>
        <Plot panel={panel} change={change} of={idTitle(data.axes, panel.idSide)} />
      </div>
      {[...panel.notes, ...(groups.problem === "" ? [] : [groups.problem])].map((note) => (
        <p key={note} class="about">
          {note}
        </p>
      ))}
    </Section>
  );
}

function ProtocolChoice(
  props: PageProps & { readonly benchmark: string; readonly panel: ScatterPanel },
): JSX.Element | null {
  const { data, view, change, benchmark, panel } = props;
  const protocols = [
    ...new Set(data.results.filter((one) => one.benchmark === benchmark).map(({ protocol }) => protocol)),
  ].sort();
  return (
    <Select
      label="Protocol"
      value={view.protocol === "" ? panel.protocol : view.protocol}
      choices={protocols.map((protocol) => ({ value: protocol, label: protocol }))}
      onChange={(protocol) => change({ protocol })}
    />
  );
}

function AxisChoice(
  props: PageProps & { readonly benchmark: string; readonly panel: ScatterPanel },
): JSX.Element | null {
  const { data, change, benchmark, panel } = props;
  const choices = wholeSides(data.axes).flatMap((id) => {
    const hasSame = data.results.some((one) => one.benchmark === id && one.protocol === benchmark);
    const title = idTitle(data.axes, id);
    const same = {
      value: sameClassesSide(id, benchmark),
      label: `${title}, classes of ${shiftTitle(data, benchmark, "")}`,
    };
    return [{ value: id, label: title }, ...(hasSame ? [same] : [])];
  });
  return (
    <Select
      label="x axis"
      value={panel.idSide}
      choices={choices}
      onChange={(side) => {
        const id = benchmarkOfSide(side);
        change({ id: id === mainSide(data.axes) ? "" : id, axis: side === id ? "all" : "same" });
      }}
    />
  );
}

/** The figure, and what it says of the point that is pointed at. */
function Plot(props: {
  readonly panel: ScatterPanel;
  readonly change: PageProps["change"];
  readonly of: string;
}): JSX.Element {
  const { panel, change, of } = props;
  const host = useRef<HTMLDivElement>(null);
  const theme = useFigureTheme();
  const width = useWidth(host);
  const [active, setActive] = useState<number | null>(null);
  const figure = useMemo<PanelFigure | null>(() => {
    if (width === 0) return null;
    const height = Math.round(Math.min(HEIGHTS.most, Math.max(HEIGHTS.least, width * HEIGHTS.ofWidth)));
    return plotPanel(panel, { width, height, theme, fontSize: width < 500 ? 11 : TEXT_SIZE, pointTitles: false });
  }, [panel, width, theme]);
  const points = useMemo(() => (figure === null ? [] : placePoints(panel, figure)), [panel, figure]);
  useEffect(() => {
    if (figure !== null) host.current?.replaceChildren(figure.svg);
    setActive(null);
  }, [figure]);
  const shown = active === null ? undefined : points[active];
  const open = (at: number | null) => {
    const one = at === null ? undefined : points[at];
    if (one?.isCheckpoint) change({ checkpoint: one.point.name });
  };
  const at = (event: PointerEvent | MouseEvent) => {
    const box = host.current?.getBoundingClientRect();
    return box === undefined ? null : nearest(points, event.clientX - box.left, event.clientY - box.top);
  };
  const move = (event: KeyboardEvent) => {
    if (event.key === "Escape") setActive(null);
    if (event.key === "Enter") open(active);
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (step === undefined || points.length === 0) return;
    event.preventDefault();
    setActive(active === null ? (step > 0 ? 0 : points.length - 1) : (active + step + points.length) % points.length);
  };
  return (
    <figure class="plot">
      {/* biome-ignore lint/a11y/useSemanticElements: it holds a figure whose points are reached with the arrow keys */}
      <div
        ref={host}
        class="plot-frame"
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: its points are reached with the arrow keys
        tabIndex={0}
        aria-label="Scatter plot. Arrow keys move from point to point by accuracy in distribution, Enter opens a checkpoint's page"
        onPointerMove={(event) => setActive(at(event))}
        onPointerLeave={() => setActive(null)}
        onClick={(event) => open(at(event))}
        onKeyDown={move}
      />
      {shown !== undefined && (
        <>
          <span class="plot-mark" style={{ left: `${shown.left}px`, top: `${shown.top}px` }} />
          <Tip placed={shown} width={width} of={of} />
        </>
      )}
      <p class="unseen" aria-live="polite">
        {shown === undefined ? "" : describePoint(shown, of)}
      </p>
    </figure>
  );
}

/** Checkpoints last, so that they win where a baseline's point is as near; by x, the order of the arrow keys. */
function placePoints(panel: ScatterPanel, { x, y }: PanelFigure): PlacedPoint[] {
  const place = (isCheckpoint: boolean) => (point: PlacedPoint["point"]) => ({
    point,
    isCheckpoint,
    left: x.toPixel(point.x),
    top: y.toPixel(point.y),
  });
  return [...panel.baseline.map(place(false)), ...panel.checkpoints.map(place(true))].sort((a, b) => a.left - b.left);
}

function nearest(points: readonly PlacedPoint[], left: number, top: number): number | null {
  let best: number | null = null;
  let least = REACH;
  points.forEach((point, i) => {
    const distance = Math.hypot(point.left - left, point.top - top) - (point.isCheckpoint ? 1 : 0);
    if (distance < least) {
      least = distance;
      best = i;
    }
  });
  return best;
}

/** Width of an element, whenever it changes; 0 before it is laid out. */
function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
