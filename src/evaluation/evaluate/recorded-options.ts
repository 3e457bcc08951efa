import type { EvaluateOptions } from "./evaluate-options.ts";

/** Options by which others take part in the run; what runs the graphs has a place of its own in the record. */
const NOT_RECORDED = ["onProgress", "onNote", "onResult", "signal", "runtime"];

/** The options that were given, as `run.json` has them: what a command line and its file of options came to. */
export function recordedOptions(options: EvaluateOptions): Readonly<Record<string, unknown>> {
  const given = Object.entries(options).filter(([name, value]) => value !== undefined && !NOT_RECORDED.includes(name));
  return Object.fromEntries(given.map(([name, value]) => [snakeCase(name), value]));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
