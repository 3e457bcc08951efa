import { type FitScale, scaleFunctions } from "../../analysis/lines/fit-scale.ts";

/** What an axis is linear in: accuracies on a line's scale, or numbers of a column as they are or in their logarithm. */
export type AxisScale = FitScale | "number" | "log";

export interface AxisFunctions {
  /** value → what the axis is linear in */
  readonly forward: (value: number) => number;
  readonly inverse: (place: number) => number;
}

export function axisFunctions(scale: AxisScale): AxisFunctions {
  if (scale === "number") return { forward: (value) => value, inverse: (place) => place };
  if (scale === "log") return { forward: Math.log10, inverse: (place) => 10 ** place };
  return scaleFunctions(scale);
}

/** What a panel's axes are linear in. */
export function panelScales(panel: {
  readonly scale: FitScale;
  readonly xColumn?: { readonly scale: AxisScale } | null;
}) {
  return { x: axisFunctions(panel.xColumn?.scale ?? panel.scale), y: axisFunctions(panel.scale) };
}
