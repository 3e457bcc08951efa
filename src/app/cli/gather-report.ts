import type { FitScale } from "../../analysis/lines/fit-scale.ts";
import type { Baseline } from "../../analysis/robustness/baseline.ts";
import type { LineKind } from "../../analysis/robustness/baseline-fit.ts";
import { chooseFocus } from "../../analysis/robustness/focus.ts";
import { parseMetadata } from "../../analysis/robustness/metadata.ts";
import { listBaselines } from "../../analysis/robustness/read-baseline.ts";
import { defaultProtocolsOf, type Study } from "../../analysis/robustness/read-study.ts";
import { IMAGENET_AXES } from "../../analysis/robustness/study-axes.ts";
import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import { describeProblem, readResults } from "../../evaluation/results/read-results.ts";
import { warningsOf } from "../../evaluation/results/result-warnings.ts";
import { InputError } from "../../foundation/errors.ts";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { packageVersion } from "../../foundation/files/package-root.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import type { BenchmarkTitle, Grouping, ReportData } from "../../output/report/report-data.ts";
import { joinResults } from "../../output/report/report-results.ts";
import { type CheckedResult, type CorrectnessCache, checkResults } from "./check-results.ts";
import { describeNoResults, isEmptyFolder } from "./describe-folder.ts";
import { distinguishAccuracies, renameResult } from "./distinguish-accuracies.ts";
import {
  accuraciesOf,
  focusInputs,
  type OpenedBaseline,
  openBaseline,
  type ReadAccuracies,
  readAccuracies,
} from "./fit-inputs.ts";
import { columnsOf, type MetadataFile, mergeColumn, readMetadataFiles } from "./metadata-files.ts";
import { type ColumnOptions, readReportColumns } from "./report-columns.ts";

export interface GatherOptions {
  readonly study: Study;
  readonly title: string;
  readonly baseline: string;
  readonly scale: FitScale;
  readonly line: LineKind;
  readonly groupBy: string | undefined;
  readonly metadata: string | undefined;
  /** checkpoints in focus, see `chooseFocus`; default: the user's */
  readonly highlight: readonly string[] | undefined;
  readonly columns: ColumnOptions;
  readonly cache: CorrectnessCache;
  /** called with the number of results read in a folder, and their total */
  readonly onProgress?: (done: number, total: number) => void;
}

export interface GatheredReport {
  readonly data: Omit<ReportData, "findings" | "figures" | "reloadSeconds" | "progress" | "notes"> & {
    readonly notes: readonly Note[];
  };
  /** results with files, for the parts of the report about single images */
  readonly stored: readonly CheckedResult[];
  /** the reasons why results are left out */
  readonly leftOut: readonly string[];
}

/** Maximum number of groups that a plot can distinguish. */
const MAX_GROUPS = 12;

/**
 * Reads the data of a report: accuracies from results folders, tables and published baselines, the baselines to compare
 * with, and the columns of the metadata. A results folder may still be empty.
 *
 * @throws InputError if a source is none of these, or two disagree. A result with unreadable or contradictory files is
 *   left out and named
 */
export async function gatherReport(sources: readonly string[], options: GatherOptions): Promise<GatheredReport> {
  const stored: CheckedResult[] = [];
  const read: ReadAccuracies[] = [];
  for (const source of sources) {
    const isFolder = (await statIfThere(source))?.isDirectory() === true;
    const { results, problems } = isFolder ? await readResults(source, { runs: true }) : { results: [], problems: [] };
    if (results.length + problems.length > 0) {
      const { checked, leftOut } = await checkResults(results, options.cache, options.onProgress);
      for (const result of checked) stored.push(result);
      read.push(accuraciesOf(checked, source, [...problems.map(describeProblem), ...leftOut]));
    } else if (isFolder && (await isEmptyFolder(source))) {
      // An empty folder gives a report without checkpoints
      const notes = [makeNote(await describeNoResults(source))];
      read.push({ origin: "results", rows: [], notes, results: [], leftOut: [] });
    } else read.push(await readAccuracies(source));
  }
  const rows = read.flatMap((input) => input.rows);
  const defaults = defaultProtocolsOf(options.study);
  const { all, first } = await readBaselines(options.baseline, options.study);
  const distinguished = await distinguishAccuracies(rows, ...all.map((baseline) => baseline.rows));
  const baselines = all.map((baseline) => ({
    ...baseline,
    rows: baseline.rows.map((row) => withoutMade(distinguished.rename(row))),
  }));
  const renamed = stored.map((result) => renameResult(result, distinguished));
  const results = joinResults(
    rows.map((row) => withoutMade(distinguished.rename(row))),
    renamed.map((result) => result.metrics),
    defaults,
  );
  const metadata = await readMetadataFiles(options.metadata, sources);
  const groupings = [...groupsOf(results), ...readGroupings(metadata, options.groupBy)];
  const checkpoints = [...new Set(results.map((row) => row.checkpoint))].sort();
  const focus = chooseFocus(focusInputs(read), options.highlight);
  const { notes: columnNotes, ...columns } = readReportColumns(metadata, checkpoints, focus, options.columns);
  if (options.groupBy !== undefined && !groupings.some(({ column }) => column === options.groupBy)) {
    throw new InputError(
      `--group-by ${options.groupBy}: no such column with at most ${MAX_GROUPS} groups; known: ${groupings.map(({ column }) => column).join(", ") || "none, give a CSV file with --metadata"}`,
    );
  }
  return {
    stored: renamed,
    leftOut: [...new Set([...read, first].flatMap((input) => input.leftOut))],
    data: {
      schema: 1,
      title: options.title,
      version: await packageVersion(),
      checkpoints,
      results,
      focus,
      benchmarks: benchmarkTitles(options.study),
      axes: options.study.axes,
      baselines,
      scale: options.scale,
      ...(options.line === "least-squares" ? {} : { line: options.line }),
      groupings,
      groupBy: options.groupBy ?? null,
      ...columns,
      notes: [...distinguished.notes, ...columnNotes, ...[...read, first].flatMap((input) => input.notes)],
      warnings: warningsOf([...renamed, ...first.results.map((result) => renameResult(result, distinguished))]),
    },
  };
}

/** Removes the hashes, which a page does not use. */
function withoutMade({ made: _, ...row }: AccuracyRow): AccuracyRow {
  return row;
}

/** Reads the requested baseline, then for ImageNet studies the other shipped ones. */
async function readBaselines(
  idOrPath: string,
  { axes }: Study,
): Promise<{ readonly all: Baseline[]; readonly first: OpenedBaseline }> {
  const first = await openBaseline(idOrPath);
  const shipped = axes === IMAGENET_AXES ? await listBaselines() : [];
  const otherIds = shipped.filter((id) => id !== first.id);
  const opened = [first, ...(await Promise.all(otherIds.map((id) => openBaseline(id))))];
  const all = opened.map(({ id, rows, rules, notes }) => ({
    id,
    rules,
    notes,
    rows: rows.map((row) => ({ ...row, where: id })),
  }));
  return { all, first };
}

function benchmarkTitles({ benchmarks }: Study): BenchmarkTitle[] {
  return benchmarks.map(({ id, title, protocols }) => ({
    id,
    title,
    defaultProtocol: (protocols[0] as { id: string }).id,
  }));
}

function groupsOf(rows: readonly AccuracyRow[]): Grouping[] {
  const grouped = rows.filter(({ group }) => group !== "");
  const groups = Object.fromEntries(grouped.map(({ checkpoint, group }) => [checkpoint, group]));
  return isUsable(groups) ? [{ column: "group", groups }] : [];
}

/** @param groupBy column of the groups whose lines are fitted, from the first file that has it, as in `fit` */
function readGroupings(files: readonly MetadataFile[], groupBy: string | undefined): Grouping[] {
  return columnsOf(files)
    .map((column) => {
      const having = files.filter(({ columns }) => columns.includes(column));
      const used = column === groupBy ? having.slice(0, 1) : having;
      const groups = mergeColumn(used, column, ({ text, path }) => parseMetadata(text, path, column));
      return { column, groups: Object.fromEntries(groups) };
    })
    .filter(({ groups }) => isUsable(groups));
}

function isUsable(groups: Readonly<Record<string, string>>): boolean {
  const distinct = new Set(Object.values(groups)).size;
  return distinct > 0 && distinct <= MAX_GROUPS;
}
