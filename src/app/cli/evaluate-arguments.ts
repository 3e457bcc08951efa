import type { EvaluateCommandOptions } from "./evaluate-command.ts";

type Value = string | number | boolean | readonly string[] | readonly (readonly [string, string])[] | undefined;

/** Option → how it is written; in the order of the help text. */
const OPTIONS = {
  data: "--data",
  dataDir: "--data-dir",
  benchmark: "--benchmark",
  templates: "--templates",
  classNames: "--class-names",
  out: "--out",
  store: "--store",
  name: "--name",
  variant: "--variant",
  limit: "--limit",
  allowIncomplete: "--allow-incomplete",
  skipUnreadable: "--skip-unreadable",
  allowUnsound: "--allow-unsound",
  batchSize: "--batch-size",
  threads: "--threads",
  partSize: "--part-size",
  shard: "--shard",
  mergeOnly: "--merge-only",
  dryRun: "--dry-run",
  timeout: "--timeout",
  quiet: "--quiet",
  json: "--json",
} as const satisfies Record<keyof EvaluateCommandOptions, string>;

/**
 * The arguments that give `shiftline evaluate` these options. A value is joined to its option by "=", and the checkpoints
 * come after "--", so that a name that begins with "-" stays a name.
 */
export function evaluateArguments(checkpoints: readonly string[], command: EvaluateCommandOptions): string[] {
  const given = Object.entries(OPTIONS).flatMap(([key, option]) =>
    argumentsOf(option, command[key as keyof EvaluateCommandOptions]),
  );
  return [...given, "--", ...checkpoints];
}

function argumentsOf(option: string, value: Value): string[] {
  if (value === undefined || value === false) return [];
  if (value === true) return [option];
  if (typeof value !== "object") return [`${option}=${value}`];
  return value.map((one) => (typeof one === "string" ? `${option}=${one}` : `${option}=${one.join("=")}`));
}
