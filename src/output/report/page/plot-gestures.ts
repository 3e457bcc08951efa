import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { PanelFigure } from "../../figures/plot-panel.ts";
import type { ScatterPanel } from "../../figures/scatter-panel.ts";
import { panWindow, type Window, zoomWindow } from "./plot-window.ts";

/** Movement in pixels above which a press is a drag instead of a click. */
const DRAG = 5;
/**
 * Milliseconds without movement before the window is written to the address: browsers limit the frequency of changes.
 */
const SETTLED = 250;
const WHEEL_RATE = 0.0022;

export interface PlotGestures {
  /** the window that is currently shown, also while dragging */
  readonly window: Window;
  /** whether the last press was a drag, so that it selects no point */
  readonly wasDragged: () => boolean;
  /** shows another window and stores it in the address */
  readonly show: (next: Window) => void;
}

/**
 * Handles the wheel with Ctrl or ⌘, dragging and pinching on a plot.
 *
 * @param kept    the window of the address
 * @param figure  as last drawn
 * @param onKeep  receives the final window
 */
export function usePlotGestures(
  host: RefObject<HTMLDivElement | null>,
  panel: ScatterPanel,
  figure: RefObject<PanelFigure | null>,
  kept: Window,
  onKeep: (window: Window) => void,
): PlotGestures {
  const [moving, setMoving] = useState<Window | null>(null);
  const latest = useRef({ panel, window: kept, onKeep });
  latest.current = { panel, window: moving ?? kept, onKeep };
  const timer = useRef(0);
  const dragged = useRef(false);
  const key = JSON.stringify(kept);
  useEffect(() => setMoving(null), [key, panel]);
  const show = (next: Window) => {
    latest.current.window = next;
    setMoving(next);
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => latest.current.onKeep(next), SETTLED);
  };
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const pointers = new Map<number, { x: number; y: number }>();
    let begun: { x: number; y: number; window: Window; distance: number } | null = null;
    const place = (event: MouseEvent) => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const accuracyAt = ({ x, y }: { x: number; y: number }) => {
      const drawn = figure.current;
      return drawn === null ? null : { x: drawn.x.toValue(x), y: drawn.y.toValue(y) };
    };
    const onWheel = (event: WheelEvent) => {
      const at = event.ctrlKey || event.metaKey ? accuracyAt(place(event)) : null;
      if (at === null) return;
      event.preventDefault();
      const { panel: whole, window: now } = latest.current;
      show(zoomWindow(whole, now, Math.exp(event.deltaY * WHEEL_RATE), at));
    };
    const begin = () => {
      const all = [...pointers.values()];
      const [first, second] = all;
      if (first === undefined) return;
      begun = {
        x: all.reduce((sum, pointer) => sum + pointer.x, 0) / all.length,
        y: all.reduce((sum, pointer) => sum + pointer.y, 0) / all.length,
        window: latest.current.window,
        distance: second === undefined ? 0 : Math.hypot(first.x - second.x, first.y - second.y),
      };
    };
    const onDown = (event: PointerEvent) => {
      if (event.button !== 0) return;
      if (pointers.size === 0) dragged.current = false;
      pointers.set(event.pointerId, place(event));
      begin();
    };
    const onMove = (event: PointerEvent) => {
      if (!pointers.has(event.pointerId) || begun === null) return;
      pointers.set(event.pointerId, place(event));
      const all = [...pointers.values()];
      const [first, second] = all;
      const middle = {
        x: all.reduce((sum, pointer) => sum + pointer.x, 0) / all.length,
        y: all.reduce((sum, pointer) => sum + pointer.y, 0) / all.length,
      };
      const { panel: whole } = latest.current;
      const drawn = figure.current;
      if (drawn === null || first === undefined) return;
      if (!dragged.current && second === undefined && Math.hypot(middle.x - begun.x, middle.y - begun.y) < DRAG) return;
      dragged.current = true;
      element.setPointerCapture?.(event.pointerId);
      const [width, height] = [
        Math.abs(drawn.x.range[1] - drawn.x.range[0]),
        Math.abs(drawn.y.range[1] - drawn.y.range[0]),
      ];
      let next = panWindow(whole, begun.window, (begun.x - middle.x) / width, (middle.y - begun.y) / height);
      if (second !== undefined && begun.distance > 0) {
        const at = accuracyAt(middle);
        const distance = Math.hypot(first.x - second.x, first.y - second.y);
        if (at !== null && distance > 0) next = zoomWindow(whole, begun.window, begun.distance / distance, at);
      }
      show(next);
    };
    const onUp = (event: PointerEvent) => {
      pointers.delete(event.pointerId);
      begin();
      if (pointers.size === 0) begun = null;
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    element.addEventListener("pointerdown", onDown);
    element.addEventListener("pointermove", onMove);
    element.addEventListener("pointerup", onUp);
    element.addEventListener("pointercancel", onUp);
    return () => {
      element.removeEventListener("wheel", onWheel);
      element.removeEventListener("pointerdown", onDown);
      element.removeEventListener("pointermove", onMove);
      element.removeEventListener("pointerup", onUp);
      element.removeEventListener("pointercancel", onUp);
      clearTimeout(timer.current);
    };
  }, [host, figure]);
  return { window: moving ?? kept, wasDragged: () => dragged.current, show };
}
