import type { OnnxModel } from "./onnx-model.ts";

/** Prefix of the names of metadata properties with warnings about a graph. */
const KEY = "shiftline.warning.";
/** Maximum number of warnings that are read from a graph, which may be untrusted. */
const MAX_WARNINGS = 8;

/** Metadata properties that store warnings about the weights of a graph. */
export function carryWarnings(warnings: readonly string[]): Map<string, string> {
  return new Map(warnings.slice(0, MAX_WARNINGS).map((text, i) => [`${KEY}${i}`, text]));
}

/** Reads the warnings stored in a graph. */
export function carriedWarnings({ metadata }: Pick<OnnxModel, "metadata">): string[] {
  return [...metadata]
    .filter(([key]) => key.startsWith(KEY))
    .slice(0, MAX_WARNINGS)
    .map(([, text]) => text);
}
