import type { FitScale } from "../../analysis/lines/fit-scale.ts";
import type { Baseline } from "../../analysis/robustness/baseline.ts";
import type { FocusInput } from "../../analysis/robustness/focus.ts";
import { defaultProtocolsOf, type Study } from "../../analysis/robustness/read-study.ts";
import { studyRobustness } from "../../analysis/robustness/robustness-study.ts";
import { type AccuracyRow, mergeRows, withDefaultProtocols } from "../../evaluation/results/accuracy-row.ts";
import type { StoredResult } from "../../evaluation/results/read-results.ts";
import { warningsOf } from "../../evaluation/results/result-warnings.ts";
import { InputError } from "../../foundation/errors.ts";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import type { TableStudy } from "../../output/tables/results-table.ts";
import { distinguishAccuracies, renameResult } from "./distinguish-accuracies.ts";
import {
  defaultBaseline,
  focusInputs,
  type OpenedBaseline,
  openBaseline,
  openStudy,
  type ReadAccuracies,
  readAccuracies,
} from "./fit-inputs.ts";
import { createOutcomesReader } from "./outcomes-reader.ts";

export interface TableStudyOptions {
  readonly study: string | undefined;
  /** in-distribution benchmarks; undefined: the study's. Distances are from the line against the first */
  readonly id: readonly string[] | undefined;
  /** undefined: the default, which may have no line for the results */
  readonly baseline: string | undefined;
  readonly scale: FitScale;
}

/** Input of a results table. */
export interface OpenedTable {
  readonly about: Study;
  /** without duplicates, with default protocols filled in */
  readonly accuracies: readonly AccuracyRow[];
  /** null if the default baseline has no line for them */
  readonly study: TableStudy | null;
  readonly notes: readonly Note[];
  readonly warnings: readonly Note[];
  readonly leftOut: readonly string[];
  /** checkpoints of each input, and whether they are the user's */
  readonly inputs: readonly FocusInput[];
}

/**
 * Reads results and compares them with a baseline.
 *
 * @param sources results folders, CSV files or ids of published baselines
 * @throws InputError for mistakes that the user can fix
 */
export async function openTable(sources: readonly string[], options: TableStudyOptions): Promise<OpenedTable> {
  const idOrPath = options.baseline ?? defaultBaseline(options.study, sources);
  // As in `fit`, so that intervals equal those of robustness.csv
  const isFolder = (await statIfThere(idOrPath))?.isDirectory() === true;
  const outcomes = isFolder ? await createOutcomesReader(undefined) : undefined;
  const opened = await openBaseline(idOrPath, outcomes);
  const parsed: ReadAccuracies[] = [];
  for (const source of sources) parsed.push(await readAccuracies(source, outcomes));
  const read = await compareRead(parsed, opened, options);
  return { ...read, notes: [...read.notes, ...(outcomes?.notes() ?? [])] };
}

/**
 * Like {@link openTable}, for accuracies already read. @param opened null for no baseline and no effective robustness
 */
export async function compareRead(
  parsed: readonly ReadAccuracies[],
  opened: OpenedBaseline | null,
  options: TableStudyOptions,
): Promise<OpenedTable> {
  const { study: path, id } = options;
  const about = await openStudy({
    ...(path === undefined ? {} : { study: path }),
    ...(id === undefined ? {} : { id }),
  });
  const distinguished = await distinguishAccuracies(opened?.rows ?? [], ...parsed.map((input) => input.rows));
  const baseline = opened === null ? null : { ...opened, rows: opened.rows.map(distinguished.rename) };
  const read = baseline === null ? parsed : [...parsed, baseline];
  const rows = parsed.flatMap((input) => input.rows.map(distinguished.rename));
  const accuracies = mergeRows(withDefaultProtocols(rows, defaultProtocolsOf(about)));
  const { study, notes } = baseline === null ? { study: null, notes: [] } : compare(rows, baseline, about, options);
  const results: StoredResult[] = read.flatMap((input) => [...input.results]);
  return {
    about,
    accuracies,
    study,
    notes: [...distinguished.notes, ...read.flatMap((input) => input.notes), ...notes],
    warnings: warningsOf(results.map((result) => renameResult(result, distinguished))),
    leftOut: [...new Set(read.flatMap((input) => input.leftOut))],
    inputs: focusInputs(parsed),
  };
}

function compare(
  rows: readonly AccuracyRow[],
  baseline: Baseline,
  about: Study,
  options: TableStudyOptions,
): { readonly study: TableStudy | null; readonly notes: readonly Note[] } {
  try {
    const study = studyRobustness(rows, baseline, {
      scale: options.scale,
      axes: about.axes,
      defaultProtocols: defaultProtocolsOf(about),
    });
    const { preferredProtocols } = study.pairing;
    return { study: { lines: study.lines, rows: study.rows, preferredProtocols }, notes: study.notes };
  } catch (cause) {
    if (!(cause instanceof InputError) || options.baseline !== undefined) throw cause;
    return { study: null, notes: [makeNote(`no effective robustness: ${cause.message}`)] };
  }
}
