import { FONT_FAMILY, type TextMeasure, textWidth } from "../../figures/figure-text.ts";

/** Font size for measuring: widths are proportional to it, except for rounding at small sizes. */
const SIZE = 100;
const known = new Map<string, number>();
let canvas: CanvasRenderingContext2D | null | undefined;

/** Measures the width of a text in pixels in this browser, whose fonts may be wider than the figures' fonts. */
export const measureText: TextMeasure = (text, fontSize) => {
  const at = known.get(text) ?? measure(text, fontSize);
  known.set(text, at);
  return (at / SIZE) * fontSize;
};

function measure(text: string, fontSize: number): number {
  canvas ??= document.createElement("canvas").getContext("2d");
  if (canvas === null) return (textWidth(text, fontSize) / fontSize) * SIZE;
  canvas.font = `${SIZE}px ${FONT_FAMILY}`;
  return canvas.measureText(text).width;
}
