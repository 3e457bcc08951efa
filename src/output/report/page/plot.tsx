import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { legendEntries, plotLegend } from "../../figures/figure-legend.ts";
import type { FigureTheme } from "../../figures/figure-theme.ts";
import { type PanelFigure, plotPanel } from "../../figures/plot-panel.ts";
import type { ScatterPanel } from "../../figures/scatter-panel.ts";
import { useSize } from "./element-size.ts";
import { nearestPoint, placePoints } from "./placed-points.ts";
import { usePlotGestures } from "./plot-gestures.ts";
import { isWhole, panelInWindow, panWindow, type Window, wholeWindow, zoomWindow } from "./plot-window.ts";
import { type AxisName, describePoint, Tip } from "./point-tip.tsx";
import { measureText } from "./text-measure.ts";
import { useView } from "./view-context.ts";

const TEXT = { usual: 13, small: 11, narrow: 520 } as const;
/** Share of the window that remains after a zoom step, and share by which a key moves it. */
const STEP = 0.7;
const PAN = 0.2;

interface PlotProps {
  readonly panel: ScatterPanel;
  readonly theme: FigureTheme;
  readonly of: AxisName;
  /** of the address */
  readonly window: Window;
  /** the initial window, which reset returns to */
  readonly start: Window;
  /** null: the initial window */
  readonly onWindow: (window: Window | null) => void;
}

/** Shows the figure with zoom, and a tooltip of the point under the pointer. */
export function Plot({ panel, theme, of, window: kept, start, onWindow }: PlotProps): JSX.Element {
  const { change, found, pinned } = useView();
  const host = useRef<HTMLDivElement>(null);
  const { width, height } = useSize(host);
  // On a phone the plot needs the space: its legend opens below
  const isNarrow = width < TEXT.narrow;
  const [active, setActive] = useState<number | null>(null);
  const drawn = useRef<PanelFigure | null>(null);
  const gestures = usePlotGestures(host, panel, drawn, kept, onWindow);
  const shownPanel = useMemo(
    () => (isWhole(panel, gestures.window) ? panel : panelInWindow(panel, gestures.window)),
    [panel, gestures.window],
  );
  const figure = useMemo<PanelFigure | null>(() => {
    if (width === 0 || height === 0) return null;
    const fontSize = isNarrow ? TEXT.small : TEXT.usual;
    const options = { width, height, theme, fontSize, measure: measureText, pointTitles: false };
    const made = plotPanel(shownPanel, { ...options, legend: !isNarrow });
    dropMarkLabels(made.svg);
    return made;
  }, [shownPanel, theme, width, height, isNarrow]);
  drawn.current = figure;
  const points = useMemo(() => (figure === null ? [] : placePoints(shownPanel, figure)), [shownPanel, figure]);
  useEffect(() => {
    if (figure !== null) host.current?.replaceChildren(figure.svg);
    setActive(null);
  }, [figure]);
  const shown = active === null ? undefined : points[active];
  const open = (at: number | null) => {
    const point = at === null ? undefined : points[at];
    if (point?.isCheckpoint) change({ checkpoint: point.point.name });
  };
  const at = (event: PointerEvent | MouseEvent) => {
    const box = host.current?.getBoundingClientRect();
    return box === undefined ? null : nearestPoint(points, event.clientX - box.left, event.clientY - box.top, pinned);
  };
  const zoom = (factor: number) => {
    const { x, y } = gestures.window;
    if (figure === null) return;
    const center = (range: readonly [number, number]) => (range[0] + range[1]) / 2;
    const middle = { x: figure.x.toValue(center(figure.x.range)), y: figure.y.toValue(center(figure.y.range)) };
    gestures.show(zoomWindow(panel, { x, y }, factor, middle));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (event.key === "Escape") setActive(null);
    else if (event.key === "Enter") open(active);
    else if (event.key === "+" || event.key === "=") zoom(STEP);
    else if (event.key === "-") zoom(1 / STEP);
    else if (event.key === "0") onWindow(null);
    else if (arrow !== undefined && event.shiftKey) {
      event.preventDefault();
      gestures.show(panWindow(panel, gestures.window, arrow.x * PAN, arrow.y * PAN));
    } else if (arrow !== undefined && points.length > 0) {
      event.preventDefault();
      const step = arrow.x + arrow.y;
      const { length } = points;
      setActive(active === null ? (step > 0 ? 0 : length - 1) : (active + step + length) % length);
    }
  };
  const outside = panel.checkpoints.length - shownPanel.checkpoints.length;
  return (
    <figure class="plot">
      <div class="plot-tools">
        <button type="button" class="plain" aria-label="Zoom in" title="Zoom in (+)" onClick={() => zoom(STEP)}>
          +
        </button>
        <button type="button" class="plain" aria-label="Zoom out" title="Zoom out (−)" onClick={() => zoom(1 / STEP)}>
          −
        </button>
        <button
          type="button"
          class="plain"
          aria-label="Reset the view"
          title="Back to the first view (0)"
          disabled={sameWindow(gestures.window, start)}
          onClick={() => onWindow(null)}
        >
          ⟲
        </button>
      </div>
      <div class="plot-area">
        {/* biome-ignore lint/a11y/useSemanticElements: it holds a figure whose points are reached with the arrow keys */}
        <div
          ref={host}
          class="plot-frame"
          role="group"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: its points are reached with the arrow keys
          tabIndex={0}
          aria-label="Scatter plot. Arrow keys move from point to point by accuracy in distribution, Enter opens a checkpoint's page, plus and minus zoom, Shift with an arrow key moves the window, 0 resets it"
          onPointerMove={(event) => setActive(event.buttons === 0 ? at(event) : null)}
          onPointerLeave={() => setActive(null)}
          onClick={(event) => {
            if (!gestures.wasDragged()) open(at(event));
          }}
          onKeyDown={onKeyDown}
        />
        <div class="plot-over">
          {points
            .filter(({ point, isCheckpoint }) => isCheckpoint && found.has(point.name))
            .map(({ point, left, top }) => (
              <span key={point.name} class="plot-found" style={{ left: `${left}px`, top: `${top}px` }} />
            ))}
          {shown !== undefined && (
            <>
              <span class="plot-mark" style={{ left: `${shown.left}px`, top: `${shown.top}px` }} />
              <Tip placed={shown} width={width} of={of} />
            </>
          )}
        </div>
      </div>
      <div class="plot-foot">
        {isNarrow && <Legend panel={panel} theme={theme} width={width} />}
        {outside > 0 && (
          <p class="plot-outside">
            {outside} {outside === 1 ? "checkpoint is" : "checkpoints are"} outside this view.{" "}
            <button type="button" class="link" onClick={() => onWindow(wholeWindow(panel))}>
              Show all
            </button>
          </p>
        )}
      </div>
      <p class="unseen" aria-live="polite">
        {shown === undefined ? "" : describePoint(shown, of)}
      </p>
    </figure>
  );
}

/**
 * Removes the labels that Plot gives to groups of marks ("dot", "frame"): the figure already has a name and a
 * description.
 */
function dropMarkLabels(svg: SVGSVGElement): void {
  for (const mark of svg.querySelectorAll("[aria-label]:not([role])")) mark.removeAttribute("aria-label");
}

function Legend(props: {
  readonly panel: ScatterPanel;
  readonly theme: FigureTheme;
  readonly width: number;
}): JSX.Element {
  const { panel, theme, width } = props;
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (width === 0) return;
    const options = { width, theme, fontSize: TEXT.small, measure: measureText };
    const legend = plotLegend(legendEntries([panel]), options);
    dropMarkLabels(legend);
    host.current?.replaceChildren(legend);
  }, [panel, theme, width]);
  return (
    <details class="plot-legend">
      <summary>Legend</summary>
      <div ref={host} />
    </details>
  );
}

const ARROWS: Readonly<Record<string, { readonly x: number; readonly y: number }>> = {
  ArrowRight: { x: 1, y: 0 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowUp: { x: 0, y: 1 },
  ArrowDown: { x: 0, y: -1 },
};

function sameWindow(a: Window, b: Window): boolean {
  return [...a.x, ...a.y].every((end, i) => Math.abs(end - ([...b.x, ...b.y][i] as number)) < 1e-6);
}
