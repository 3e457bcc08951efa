import type { FitScale } from "../../analysis/lines/fit-scale.ts";
import { decideGroups } from "../../analysis/robustness/group-decisions.ts";
import { compareGroups } from "../../analysis/robustness/group-lines.ts";
import type { RobustnessStudy } from "../../analysis/robustness/robustness-study.ts";
import { keyText } from "../../foundation/evaluation-key.ts";
import type { Note } from "../../foundation/notes.ts";
import { describeGroups } from "../../output/report/describe-groups.ts";
import type { ReportData, ReportFindings } from "../../output/report/report-data.ts";
import { studyReport } from "../../output/report/report-study.ts";
import type { CheckedResult } from "./check-results.ts";
import { metadataOf } from "./fit-inputs.ts";
import { mixtureTerms, scalingTerms } from "./fit-terms.ts";
import { createOutcomesReader } from "./outcomes-reader.ts";

/** Options of `report` for analyses of lines, as in `fit`. */
export interface FindingsOptions {
  readonly groupBy?: string;
  readonly metadata?: string;
  readonly mixture?: readonly string[];
  readonly scaling?: readonly string[];
}

/** Findings about groups, mixtures and scaling; null if none is requested or there is no line. */
export interface ReadFindings {
  readonly findings: ReportFindings | null;
  readonly notes: readonly Note[];
}

/**
 * Runs the analyses of `fit` with the same options, on the page's initial baseline and scale. The noise of images that
 * checkpoints share is estimated from their predictions.
 *
 * @throws InputError for a column or source that the metadata do not contain
 */
export async function readFindings(
  sources: readonly string[],
  stored: readonly CheckedResult[],
  data: Pick<ReportData, "results" | "baselines" | "benchmarks" | "groupings" | "axes" | "line" | "scale">,
  options: FindingsOptions,
): Promise<ReadFindings> {
  const { groupBy, mixture, scaling } = options;
  if ([groupBy, mixture, scaling].every((option) => option === undefined)) return { findings: null, notes: [] };
  const reader = await createOutcomesReader(undefined);
  const byKey = new Map(stored.map((result) => [keyText(result.metrics), result]));
  const results = [];
  for (const row of data.results) {
    const result = byKey.get(keyText(row));
    const outcomes = result === undefined ? undefined : await reader.read(result);
    results.push(outcomes === undefined ? row : { ...row, outcomes });
  }
  const { study } = studyReport({ ...data, results }, data.baselines[0]?.id ?? "", data.scale);
  if (study === null) return { findings: null, notes: [] };
  const metadata = await metadataOf(options.metadata, sources);
  const asked = { ...options, ...(metadata === undefined ? {} : { metadata }) };
  const terms = [await mixtureTerms(study, data.scale, asked), await scalingTerms(study, data.scale, asked)];
  const found = terms.flatMap((term) => (term === null ? [] : [term]));
  const titles = ["Mixtures", "Scaling"].filter((_, i) => terms[i] !== null);
  return {
    findings: {
      scale: data.scale,
      groups: groupBy === undefined ? null : groupFindings(study, data, groupBy),
      tables: found.map(({ tables }, i) => ({
        title: titles[i] as string,
        text: tables.map((table) => table(() => null)).join("\n\n"),
      })),
    },
    notes: [...reader.notes(), ...found.flatMap(({ notes }) => notes)],
  };
}

function groupFindings(
  study: RobustnessStudy,
  { groupings, scale }: { readonly groupings: ReportData["groupings"]; readonly scale: FitScale },
  column: string,
): ReportFindings["groups"] {
  const grouping = groupings.find((candidate) => candidate.column === column);
  if (grouping === undefined) return null;
  const groups = new Map(Object.entries(grouping.groups));
  const { comparisons } = compareGroups(study.accuracies, groups, scale, study.pairing, study.rules);
  return describeGroups(comparisons, decideGroups(comparisons, { scale }), column);
}
