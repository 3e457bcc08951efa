import { stat } from "node:fs/promises";
import { packageVersion } from "../files/package-root.ts";
import { parseCsv } from "../files/parse-csv.ts";
import { readText } from "../files/read-text.ts";
import { InputError } from "../input-error.ts";
import type { BenchmarkTitle, Grouping, ReportData } from "../report/html/report-data.ts";
import { joinResults } from "../report/html/report-results.ts";
import { readAllResults, type StoredResult } from "../report/results/result-folder.ts";
import type { AccuracyRow } from "../robustness/accuracy-row.ts";
import type { Baseline } from "../robustness/baseline.ts";
import type { FitScale } from "../robustness/fit-scale.ts";
import { parseMetadata } from "../robustness/metadata.ts";
import { listBaselines } from "../robustness/read-baseline.ts";
import { IMAGENET_AXES } from "../robustness/study-axes.ts";
import { openBaseline, readAccuracies } from "./fit-inputs.ts";
import { defaultProtocolsOf, type Study } from "./read-study.ts";
import { renameResult, tellAccuraciesApart } from "./told-apart.ts";

export interface GatherOptions {
  readonly study: Study;
  readonly title: string;
  readonly baseline: string;
  readonly scale: FitScale;
  readonly groupBy: string | undefined;
  readonly metadata: string | undefined;
}

export interface GatheredReport {
  readonly data: Omit<ReportData, "figures" | "reloadSeconds" | "progress">;
  /** the results that have files of their own, for what is told of single images */
  readonly stored: readonly StoredResult[];
}

/** Groups that a plot can tell apart. */
const MOST_GROUPS = 12;

/**
 * Reads what a report is about: accuracies from results folders, tables and published baselines, the baselines that it
 * can compare with, and the metadata's columns. A results folder may be empty as yet.
 *
 * @throws InputError if a source is none of these, or two disagree
 */
export async function gatherReport(sources: readonly string[], options: GatherOptions): Promise<GatheredReport> {
  const stored: StoredResult[] = [];
  const rows: AccuracyRow[] = [];
  const notes: string[] = [];
  for (const source of sources) {
    const found = await stat(source).catch(() => undefined);
    const own = found?.isDirectory() ? await readAllResults(source) : [];
    stored.push(...own);
    try {
      const parsed = await readAccuracies(source);
      rows.push(...parsed.rows);
      notes.push(...parsed.notes);
    } catch (error) {
      // A folder that nothing has been written to yet is a report without checkpoints
      if (!(error instanceof InputError && found?.isDirectory() && own.length === 0)) throw error;
      notes.push(error.message);
    }
  }
  const defaults = defaultProtocolsOf(options.study);
  const read = await readBaselines(options.baseline, options.study);
  const apart = await tellAccuraciesApart(rows, ...read.map((one) => one.rows));
  const baselines = read.map((one) => ({ ...one, rows: one.rows.map((row) => withoutMade(apart.rename(row))) }));
  const told = stored.map((one) => renameResult(one, apart));
  const metrics = told.map((one) => one.metrics);
  const results = joinResults(
    rows.map((row) => withoutMade(apart.rename(row))),
    metrics,
    defaults,
  );
  const groupings = [...groupsOf(results), ...(await readGroupings(options.metadata))];
  if (options.groupBy !== undefined && !groupings.some(({ column }) => column === options.groupBy)) {
    throw new InputError(
      `--group-by ${options.groupBy}: no such column with ${MOST_GROUPS} groups at most; known: ${groupings.map(({ column }) => column).join(", ") || "none, give a CSV file with --metadata"}`,
    );
  }
  return {
    stored: told,
    data: {
      schema: 1,
      title: options.title,
      version: await packageVersion(),
      checkpoints: [...new Set(results.map((row) => row.model))].sort(),
      results,
      benchmarks: benchmarkTitles(options.study),
      axes: options.study.axes,
      baselines,
      scale: options.scale,
      groupings,
      groupBy: options.groupBy ?? null,
      notes: [...new Set([...apart.notes, ...notes, ...(baselines[0]?.notes ?? [])])],
    },
  };
}

/** A page has no use for the hashes. */
function withoutMade({ made: _, ...row }: AccuracyRow): AccuracyRow {
  return row;
}

/** The baseline asked for, then the others that ship with the package, which are of ImageNet. */
async function readBaselines(typed: string, { axes }: Study): Promise<Baseline[]> {
  const first = await openBaseline(typed);
  const shipped = axes === IMAGENET_AXES ? await listBaselines() : [];
  const others = shipped.filter((id) => id !== first.id);
  const all = [first, ...(await Promise.all(others.map(openBaseline)))];
  return all.map(({ id, rows, rules, notes }) => ({
    ...{ id, rules, notes },
    rows: rows.map((row) => ({ ...row, where: id })),
  }));
}

function benchmarkTitles({ benchmarks }: Study): BenchmarkTitle[] {
  return benchmarks.map(({ id, title, protocols }) => ({
    ...{ id, title },
    defaultProtocol: (protocols[0] as { id: string }).id,
  }));
}

function groupsOf(rows: readonly AccuracyRow[]): Grouping[] {
  const groups = Object.fromEntries(rows.filter(({ group }) => group !== "").map(({ model, group }) => [model, group]));
  return isUsable(groups) ? [{ column: "group", groups }] : [];
}

async function readGroupings(metadata: string | undefined): Promise<Grouping[]> {
  if (metadata === undefined) return [];
  const text = await readText(metadata);
  const columns = Object.keys(parseCsv(text, metadata, [])[0] as Record<string, string>);
  return columns
    .filter((column) => column !== "checkpoint" && column !== "model")
    .map((column) => ({ column, groups: Object.fromEntries(parseMetadata(text, metadata, column)) }))
    .filter(({ groups }) => isUsable(groups));
}

function isUsable(groups: Readonly<Record<string, string>>): boolean {
  const distinct = new Set(Object.values(groups)).size;
  return distinct > 0 && distinct <= MOST_GROUPS;
}
