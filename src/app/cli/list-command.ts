import { listBaselines, readBaseline } from "../../analysis/robustness/read-baseline.ts";
import { listBenchmarks, readBenchmark } from "../../data/benchmark/benchmark.ts";
import { isContentManifest } from "../../data/dataset/content-manifest.ts";
import { isTarIndex } from "../../data/sources/tar-index-cache.ts";
import { readClassNames } from "../../evaluation/classifier/class-names.ts";
import { readTemplateSet } from "../../evaluation/classifier/template.ts";
import { isContentsFile } from "../../evaluation/embedding/contents-file.ts";
import { isExaminedFile } from "../../evaluation/embedding/examined-file.ts";
import { describeProblem, readResults } from "../../evaluation/results/read-results.ts";
import { listStore } from "../../evaluation/store/list-store.ts";
import { InputError } from "../../foundation/errors.ts";
import { keyText } from "../../foundation/evaluation-key.ts";
import { listNamedFiles } from "../../foundation/files/named-data.ts";
import { megabytes, plural } from "../../foundation/number-text.ts";
import { formatTextTable, printable, type TableColumn } from "../../output/tables/text-table.ts";
import { printJson } from "./print-result.ts";
import { resultSources } from "./result-sources.ts";

interface Listing {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly Readonly<Record<string, string | number>>[];
  /** rows for `--json`, if different */
  readonly json?: unknown;
  /** lines below the table */
  readonly below?: readonly string[];
  /** problems found while reading */
  readonly problems?: readonly string[];
}

interface Places {
  readonly store: string;
  readonly results: readonly string[];
  readonly deep?: boolean;
}

/** Options of `shiftline list`, as parsed from the command line. */
export interface ListCommandOptions extends Pick<Places, "store" | "deep"> {
  readonly results?: readonly string[];
  readonly json?: boolean;
}

const LISTS: Readonly<Record<string, (places: Places) => Promise<Listing>>> = {
  baselines: listBaselineRows,
  checkpoints: listCheckpointRows,
  benchmarks: listBenchmarkRows,
  templates: listTemplateRows,
  "class-names": listClassNameRows,
  store: listStoreRows,
};

/**
 * Runs `shiftline list`: prints a table or JSON with one row per item. @param inputs results folders, for checkpoints
 */
export async function runList(what: string, inputs: readonly string[], options: ListCommandOptions): Promise<void> {
  const list = Object.hasOwn(LISTS, what) ? LISTS[what] : undefined;
  if (list === undefined) throw new InputError(`cannot list "${what}"; known: ${Object.keys(LISTS).join(", ")}`);
  const {
    columns,
    rows,
    json = rows,
    below = [],
    problems = [],
  } = await list({ ...options, results: resultSources(inputs, options.results) });
  for (const problem of problems) process.stderr.write(`warning: ${printable(problem)}\n`);
  if (options.json) printJson(json);
  else if (rows.length === 0) process.stdout.write(`no ${what}\n`);
  else {
    const cells = rows.map((row) => columns.map(({ title }) => printable(String(row[title] ?? ""))));
    process.stdout.write(`${[formatTextTable(columns, cells), ...below.map(printable)].join("\n")}\n`);
  }
}

function titles(...names: string[]): TableColumn[] {
  return names.map((title) => ({
    title,
    align: ["images", "classes", "templates", "names", "models", "benchmarks", "results", "whole", "MB"].includes(title)
      ? "right"
      : "left",
  }));
}

async function listBenchmarkRows(): Promise<Listing> {
  const benchmarks = await Promise.all((await listBenchmarks()).map(readBenchmark));
  return {
    columns: titles("id", "images", "classes", "protocols", "title"),
    rows: benchmarks.map((benchmark) => ({
      id: benchmark.id,
      images: benchmark.images,
      classes: benchmark.classes.size,
      protocols: benchmark.protocols.map((protocol) => protocol.id).join(", "),
      title: benchmark.title,
    })),
  };
}

async function listTemplateRows(): Promise<Listing> {
  const files = await listNamedFiles("prompts/templates", ".txt");
  const sets = await Promise.all(files.map((file) => readTemplateSet(file.id)));
  return {
    columns: titles("id", "templates", "first"),
    rows: sets.map((set) => ({ id: set.id, templates: set.templates.length, first: set.templates[0] as string })),
  };
}

async function listClassNameRows(): Promise<Listing> {
  const files = await listNamedFiles("prompts/class-names", ".csv");
  const lists = await Promise.all(files.map((file) => readClassNames(file.id)));
  return {
    columns: titles("id", "names", "first"),
    rows: lists.map((list) => ({ id: list.id, names: list.names.length, first: list.names[0] as string })),
  };
}

async function listBaselineRows(): Promise<Listing> {
  const baselines = await Promise.all((await listBaselines()).map(readBaseline));
  return {
    columns: titles("id", "models", "groups"),
    rows: baselines.map(({ id, rows }) => ({
      id,
      models: new Set(rows.map((row) => row.checkpoint)).size,
      groups: describeGroups([...new Set(rows.map((row) => row.group))]),
    })),
  };
}

/** Maximum number of groups listed by name; beyond this, only their number. */
const MAX_NAMED_GROUPS = 5;

function describeGroups(groups: readonly string[]): string {
  return groups.length <= MAX_NAMED_GROUPS ? groups.join(", ") : `${groups.length} groups, one per pre-training source`;
}

/** Lists checkpoints that have results, with their numbers of benchmarks and results. */
async function listCheckpointRows({ results }: Places): Promise<Listing> {
  const byCheckpoint = new Map<string, Set<string>[]>();
  const read = await Promise.all(results.map((folder) => readResults(folder)));
  for (const { metrics } of read.flatMap((folder) => folder.results)) {
    const { checkpoint, benchmark } = metrics;
    const [benchmarks, all] = byCheckpoint.get(checkpoint) ?? [new Set<string>(), new Set<string>()];
    benchmarks?.add(benchmark);
    all?.add(keyText(metrics));
    byCheckpoint.set(checkpoint, [benchmarks as Set<string>, all as Set<string>]);
  }
  return {
    columns: titles("checkpoint", "benchmarks", "results"),
    rows: [...byCheckpoint].map(([checkpoint, [benchmarks, all]]) => ({
      checkpoint,
      benchmarks: benchmarks?.size ?? 0,
      results: all?.size ?? 0,
    })),
    problems: read.flatMap((folder) => folder.problems).map(describeProblem),
  };
}

const SIDE_FILES = {
  contents: isContentsFile,
  examined: isExaminedFile,
  manifests: isContentManifest,
  tars: isTarIndex,
};

/** Lists stored folders with sizes and problems. A listed folder can be deleted to free its space. */
async function listStoreRows({ store, deep }: Places): Promise<Listing> {
  const entries = await listStore(store, deep ?? false, SIDE_FILES);
  const total = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  return {
    columns: titles("folder", "kind", "checkpoint", "benchmark", "images", "whole", "MB", "last use"),
    rows: entries.map((entry) => ({
      folder: entry.folder,
      kind: entry.kind,
      checkpoint: entry.checkpoint,
      benchmark: entry.benchmark,
      images: entry.images === 0 ? "" : entry.images,
      whole: entry.total === 0 ? "" : `${entry.whole} of ${entry.total}`,
      MB: megabytes(entry.bytes),
      "last use": entry.lastUse.slice(0, "2026-01-01".length),
    })),
    json: entries,
    below: [
      `${plural(entries.length, "folder")}, ${megabytes(total)} MB`,
      ...entries.flatMap((entry) => entry.problems).map((problem) => `problem: ${problem}`),
    ],
  };
}
