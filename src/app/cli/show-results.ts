import { isBenchmarkFile, readBenchmark } from "../../data/benchmark/benchmark.ts";
import type { EvaluateResult } from "../../evaluation/evaluate/evaluate-options.ts";
import { madeWith } from "../../evaluation/results/made-with.ts";
import type { StoredResult } from "../../evaluation/results/read-results.ts";
import { readRun } from "../../evaluation/results/run-file.ts";
import { groupRows } from "../../output/tables/arrange-rows.ts";
import type { ShownTable } from "../../output/tables/results-sections.ts";
import { buildResultsTable } from "../../output/tables/results-table.ts";
import { formatResultsText } from "../../output/tables/results-text.ts";
import { accuraciesOf, type OpenedBaseline, openBaseline } from "./fit-inputs.ts";
import { compareRead } from "./table-study.ts";

const BASELINE = "openai-clip";
/** Decimal places of percentages in the results that `evaluate` prints. */
const DIGITS = 2;

export interface ShowResultsOptions {
  /** JSON file of a study with custom axes */
  readonly study: string | undefined;
  /** requested benchmarks: ids or definition files */
  readonly benchmarks: readonly string[];
  /** null for no effective robustness */
  readonly baseline: OpenedBaseline | null;
}

/**
 * Builds a table of all results, with all prompts and protocols, in their order.
 *
 * @param folder results folder, for messages
 */
export async function showResults(
  stored: readonly StoredResult[],
  folder: string,
  { study, benchmarks, baseline }: ShowResultsOptions,
): Promise<ShownTable> {
  const options = { study, id: undefined, baseline: undefined, scale: "logit" } as const;
  const opened = await compareRead([accuraciesOf(stored, folder, [])], baseline, options);
  const userBenchmarks = await Promise.all(benchmarks.filter(isBenchmarkFile).map(readBenchmark));
  const table = buildResultsTable(opened.accuracies, {
    axes: opened.about.axes,
    benchmarks: [...opened.about.benchmarks, ...userBenchmarks],
    study: opened.study,
    prompts: { templates: null, classNames: null, allClassNames: true },
    otherProtocols: true,
    warnings: opened.warnings,
  });
  const order = table.rows.map((_, i) => i);
  return { table, groups: groupRows(table, order, null), digits: DIGITS, controlColumns: false };
}

export interface EvaluateTableOptions extends Pick<ShowResultsOptions, "study" | "benchmarks"> {
  /** results folder */
  readonly out: string;
  /** columns of the terminal; null without a terminal */
  readonly width: number | null;
}

/**
 * Formats the table at the end of `evaluate`: all results of the command as in `shiftline table`, with effective
 * robustness against OpenAI's models if they have a line for it.
 */
export async function evaluateTable(
  results: readonly EvaluateResult[],
  { out, benchmarks, study, width }: EvaluateTableOptions,
): Promise<string> {
  const stored = await Promise.all(
    results.map(async (metrics): Promise<StoredResult> => {
      const run = await readRun(metrics.folder);
      return { folder: metrics.folder, metrics, made: madeWith(run ?? {}), run };
    }),
  );
  const baseline = study === undefined ? await openBaseline(BASELINE) : null;
  return formatResultsText(await showResults(stored, out, { study, benchmarks, baseline }), width);
}
