import { FONT_FAMILY, type TextMeasure, textWidth } from "../../figures/figure-text.ts";

/** Size at which texts are measured: widths grow with it, but for the rounding of small sizes. */
const SIZE = 100;
const known = new Map<string, number>();
let canvas: CanvasRenderingContext2D | null | undefined;

/** Width of a text in pixels as this browser draws it: where it has none of the figures' fonts, its own are wider. */
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
