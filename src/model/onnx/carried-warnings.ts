import type { OnnxModel } from "./onnx-model.ts";

/** Begins the names of the metadata properties that say why a graph's numbers may be wrong. */
const KEY = "shiftline.warning.";
/** Warnings that are read of one graph, which may come from anywhere. */
const MAX_WARNINGS = 8;

/** Metadata properties by which a graph carries warnings about the weights that it was made of. */
export function carryWarnings(warnings: readonly string[]): Map<string, string> {
  return new Map(warnings.slice(0, MAX_WARNINGS).map((text, i) => [`${KEY}${i}`, text]));
}

/** The warnings that a graph carries. */
export function carriedWarnings({ metadata }: Pick<OnnxModel, "metadata">): string[] {
  return [...metadata]
    .filter(([key]) => key.startsWith(KEY))
    .slice(0, MAX_WARNINGS)
    .map(([, text]) => text);
}
