import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/** Returns the width and height of an element in whole pixels, updated when they change; 0 before layout. */
export function useSize(element: RefObject<HTMLElement | null>): { readonly width: number; readonly height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      const { width = 0, height = 0 } = entry?.contentRect ?? {};
      const [w, h] = [Math.floor(width), Math.floor(height)];
      // A hidden element keeps its size, and printing uses the size on the screen
      if (w > 0 && h > 0 && !matchMedia("print").matches)
        setSize((old) => (old.width === w && old.height === h ? old : { width: w, height: h }));
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
