import { type FitScale, scaleFunctions } from "../../analysis/lines/fit-scale.ts";

/** The scale of an axis: accuracies on a line's scale, or numbers of a column, linear or logarithmic. */
export type AxisScale = FitScale | "number" | "log";

export interface AxisFunctions {
  /** value → position on the scale */
  readonly forward: (value: number) => number;
  readonly inverse: (place: number) => number;
}

export function axisFunctions(scale: AxisScale): AxisFunctions {
  if (scale === "number") return { forward: (value) => value, inverse: (place) => place };
  if (scale === "log") return { forward: Math.log10, inverse: (place) => 10 ** place };
  return scaleFunctions(scale);
}

/** Returns the scales of a panel's axes. */
export function panelScales(panel: {
  readonly scale: FitScale;
  readonly xColumn?: { readonly scale: AxisScale } | null;
}) {
  return { x: axisFunctions(panel.xColumn?.scale ?? panel.scale), y: axisFunctions(panel.scale) };
}
