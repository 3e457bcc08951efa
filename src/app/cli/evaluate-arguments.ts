import type { EvaluateOptions } from "../../evaluation/evaluate/evaluate-options.ts";
import { InputError } from "../../foundation/errors.ts";

/** Options of `shiftline evaluate`, as parsed from the command line. */
export interface EvaluateCommandOptions {
  readonly data?: string;
  readonly dataDir?: [string, string][];
  readonly zipPasswordFile?: string;
  readonly folderNames?: [string, string][];
  readonly benchmark?: string[];
  readonly protocol?: [string, string][];
  readonly labels?: [string, string][];
  readonly classes?: string;
  readonly templates?: string[];
  readonly classNames?: string;
  readonly out: string;
  readonly store?: string;
  readonly name?: [string, string][];
  readonly variant?: string;
  readonly arch?: string;
  readonly limit?: number;
  readonly allowIncomplete?: boolean;
  readonly skipUnreadable?: boolean;
  readonly allowUnsound?: boolean;
  readonly dryRun?: boolean;
  readonly batchSize?: number;
  readonly threads?: number;
  readonly partSize?: number;
  readonly shard?: string;
  readonly mergeOnly?: boolean;
  readonly timeout?: number;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

type Value = string | number | boolean | readonly string[] | readonly (readonly [string, string])[] | undefined;

/** Option → its flag, in the order of the help text. */
const OPTIONS = {
  data: "--data",
  dataDir: "--data-dir",
  zipPasswordFile: "--zip-password-file",
  folderNames: "--folder-names",
  benchmark: "--benchmark",
  protocol: "--protocol",
  labels: "--labels",
  classes: "--classes",
  templates: "--templates",
  classNames: "--class-names",
  out: "--out",
  store: "--store",
  name: "--name",
  variant: "--variant",
  arch: "--arch",
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
  verbose: "--verbose",
  json: "--json",
} as const satisfies Record<keyof EvaluateCommandOptions, string>;

/**
 * Returns the command-line arguments for these options. A value is joined to its option by "=", and the checkpoints
 * follow "--", so a name that begins with "-" is not read as an option.
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
  return value.map(
    (item) => `${option}=${typeof item === "string" ? item : item.filter((part) => part !== "").join("=")}`,
  );
}

/** Converts command-line options to the library's options. @throws InputError for a duplicate */
export function toOptions(checkpoints: string[], command: EvaluateCommandOptions): EvaluateOptions {
  const { dataDir, folderNames, benchmark, name, protocol, labels, ...renamed } = command;
  const { dryRun: _, quiet: __, verbose: ___, json: ____, shard: _____, timeout: ______, ...evaluateOptions } = renamed;
  const given = Object.fromEntries(
    Object.entries(evaluateOptions).filter(([key, value]) => Object.hasOwn(OPTIONS, key) && value !== undefined),
  );
  const namedPaths = name?.map(([id, path]): [string, string] => [path, id]);
  return {
    ...given,
    checkpoints,
    ...(benchmark === undefined ? {} : { benchmarks: benchmark }),
    ...(protocol === undefined ? {} : { protocols: groupValues(protocol) }),
    ...(labels === undefined ? {} : { labels: toRecord(labels, "--labels") }),
    ...(dataDir === undefined ? {} : { dataDirs: toRecord(dataDir, "--data-dir") }),
    ...(folderNames === undefined ? {} : { folderNames: toRecord(folderNames, "--folder-names") }),
    ...(namedPaths === undefined ? {} : { names: toRecord(namedPaths, "--name") }),
  };
}

function groupValues(entries: readonly (readonly [string, string])[]): Record<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, value] of entries) groups.set(key, [...(groups.get(key) ?? []), value]);
  return Object.fromEntries(groups);
}

/** Converts pairs to a record. @throws InputError for a duplicate name */
export function toRecord(entries: readonly (readonly [string, string])[], option: string): Record<string, string> {
  const record: Record<string, string> = {};
  for (const [key, value] of entries) {
    if (Object.hasOwn(record, key)) throw new InputError(`${option}: ${key} is given twice`);
    record[key] = value;
  }
  return record;
}
