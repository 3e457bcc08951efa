import type { EvaluateOptions } from "./evaluate-options.ts";

/** Options that are not recorded: callbacks, and the runtime, which has a separate field in the record. */
const NOT_RECORDED = ["onProgress", "onNote", "onResult", "signal", "runtime"];

/** Returns the given options in the form of `run.json`: the command line combined with its options file. */
export function recordedOptions(options: EvaluateOptions): Readonly<Record<string, unknown>> {
  const given = Object.entries(options).filter(([name, value]) => value !== undefined && !NOT_RECORDED.includes(name));
  return Object.fromEntries(given.map(([name, value]) => [snakeCase(name), value]));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
