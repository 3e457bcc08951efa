import { readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import { defaultProtocolsOf, readStudy } from "../../../src/analysis/robustness/read-study.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import { type AccuracyRow, mergeRows } from "../../../src/evaluation/results/accuracy-row.ts";
import { groupRows, sortRows } from "../../../src/output/tables/arrange-rows.ts";
import type { ShownTable } from "../../../src/output/tables/results-sections.ts";
import { buildResultsTable, type ResultsTableOptions } from "../../../src/output/tables/results-table.ts";

/** benchmark, protocol, class names, images, and accuracy of a checkpoint whose ImageNet accuracy is 0.65 */
const SETS = [
  ["imagenet", "1000", "imagenet-openai", 50_000, 0.65],
  ["imagenet", "imagenet-r", "imagenet-openai", 10_000, 0.8],
  ["imagenet", "imagenet-a", "imagenet-openai", 10_000, 0.82],
  ["objectnet", "objectnet-names", "objectnet", 18_574, 0.48],
  ["objectnet", "official", "imagenet-openai", 50_273, 0.4],
  ["imagenet-a", "200", "imagenet-openai", 7500, 0.4],
  ["imagenet-r", "200", "imagenet-openai", 30_000, 0.7],
  ["imagenet-r", "1000", "imagenet-openai", 30_000, 0.6],
  ["imagenet-sketch", "1000", "imagenet-openai", 50_889, 0.44],
  ["imagenet-v2", "1000", "imagenet-openai", 10_000, 0.58],
] as const;

/** Made-up accuracies of a checkpoint on every set, with every protocol. */
export function sampleRows(checkpoint: string, above = 0, templates = "openai-80"): AccuracyRow[] {
  return SETS.map(([benchmark, protocol, classNames, n, accuracy]) => ({
    ...{ checkpoint, benchmark, protocol, templates, classNames, metric: "top1", group: "" },
    ...{ accuracy: Math.round(n * (accuracy + above)) / n, n, expectedN: n, where: "test" },
  }));
}

/** The table of accuracies beside OpenAI's line. */
export async function sampleTable(rows: readonly AccuracyRow[], options: Partial<ResultsTableOptions> = {}) {
  const about = await readStudy(undefined);
  const accuracies = mergeRows(rows);
  const defaultProtocols = defaultProtocolsOf(about);
  const study = studyRobustness(accuracies, await readBaseline("openai-clip"), { axes: about.axes, defaultProtocols });
  const { preferredProtocols } = study.pairing;
  return buildResultsTable(accuracies, {
    axes: about.axes,
    benchmarks: about.benchmarks,
    study: { lines: study.lines, rows: study.rows, preferredProtocols },
    prompts: { templates: ["openai-80"], classNames: null },
    ...options,
  });
}

/** A table as it is shown without options. */
export function shown(table: Awaited<ReturnType<typeof sampleTable>>, options: Partial<ShownTable> = {}): ShownTable {
  const order = sortRows(table, undefined, () => undefined);
  return { table, groups: groupRows(table, order, null), digits: 1, controlColumns: false, ...options };
}
