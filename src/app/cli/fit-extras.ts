import type { FitScale } from "../../analysis/lines/fit-scale.ts";
import { type BaselineLine, policyWords } from "../../analysis/robustness/baseline-lines.ts";
import { type DecidedGroups, decideGroups } from "../../analysis/robustness/group-decisions.ts";
import { compareGroups } from "../../analysis/robustness/group-lines.ts";
import { compareWithReference } from "../../analysis/robustness/relative-study.ts";
import { aggregateReplicates } from "../../analysis/robustness/replicates.ts";
import type { RobustnessStudy } from "../../analysis/robustness/robustness-study.ts";
import { InputError } from "../../foundation/errors.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import { formatGroupEffects, formatGroupTests } from "../../output/tables/group-decisions-csv.ts";
import { formatGroupTable, formatReplicateTable } from "../../output/tables/group-table.ts";
import { formatGroups } from "../../output/tables/groups-csv.ts";
import { formatRelative } from "../../output/tables/relative-csv.ts";
import { formatRelativeTable } from "../../output/tables/relative-table.ts";
import { formatReplicates } from "../../output/tables/replicates-csv.ts";
import { type FitTermsOptions, mixtureTerms, scalingTerms } from "./fit-terms.ts";
import { readColumn, readGroups } from "./read-groups.ts";

/** The options of `fit` beyond the comparison with the baseline. */
export interface FitExtrasOptions extends FitTermsOptions {
  /** column of the metadata, or `group` of the accuracies: one line for each of its values */
  readonly groupBy?: string;
  /** on the scale: lines of groups that are closer count as one line */
  readonly margin?: number;
  /** column of the metadata: checkpoints of one value are replicates of one model */
  readonly replicates?: string;
  /** checkpoint that the others' relative robustness is against */
  readonly relativeTo?: string;
  /** kind of the baseline's line; the lines of the analyses here are of logits */
  readonly line?: string;
}

/** The name under which a table is written; null where it is not. */
export type WrittenName = (table: string) => string | null;

/** `baseline` of lines that are drawn by the checkpoints themselves, in groups. */
const OWN_LINES = "checkpoints";

/** What `fit` makes beyond the comparison with the baseline. */
export interface FitExtras {
  readonly lines: readonly BaselineLine[];
  /** name → content */
  readonly files: readonly (readonly [string, string])[];
  /** for the terminal */
  readonly tables: readonly ((nameOf: WrittenName) => string)[];
  readonly json: Readonly<Record<string, unknown>>;
  readonly notes: readonly Note[];
}

/** Of an option that was not given. */
export const NOTHING: FitExtras = { lines: [], files: [], tables: [], json: {}, notes: [] };

/** Lines of groups, replicates and relative robustness, as far as the options ask for them. */
export async function fitExtras(
  study: RobustnessStudy,
  scale: FitScale,
  options: FitExtrasOptions,
): Promise<FitExtras> {
  return joinExtras([
    await groupExtras(study, scale, options),
    await replicateExtras(study, options),
    relativeExtras(study, options),
    { ...NOTHING, ...(await mixtureTerms(study, scale, options)) },
    { ...NOTHING, ...(await scalingTerms(study, scale, options)) },
    { ...NOTHING, notes: lineNotes(options) },
  ]);
}

/** That a binomial line is asked for, and which lines are none. */
function lineNotes({ line, groupBy, mixture, scaling }: FitExtrasOptions): Note[] {
  const asked = Object.entries({ "--group-by": groupBy, "--mixture": mixture, "--scaling": scaling });
  const names = asked.flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (line !== "binomial" || names.length === 0) return [];
  return [makeNote(`--line binomial is of the baseline's lines; those of ${names.join(", ")} are least squares`)];
}

/** What several options make, as one. */
export function joinExtras(extras: readonly FitExtras[]): FitExtras {
  return {
    lines: extras.flatMap((one) => one.lines),
    files: extras.flatMap((one) => one.files),
    tables: extras.flatMap((one) => one.tables),
    json: Object.assign({}, ...extras.map((one) => one.json)),
    notes: extras.flatMap((one) => one.notes),
  };
}

async function groupExtras(study: RobustnessStudy, scale: FitScale, options: FitExtrasOptions): Promise<FitExtras> {
  const { groupBy, metadata } = options;
  if (groupBy === undefined) {
    if (options.margin !== undefined) throw new InputError("--margin: of lines of groups; name them with --group-by");
    const usesMetadata = [options.replicates, options.mixture, options.scaling].some((option) => option !== undefined);
    if (metadata === undefined || usesMetadata) return NOTHING;
    throw new InputError(
      "--metadata is given, but none of --group-by, --replicates, --mixture and --scaling says which column to use",
    );
  }
  const groups = await readGroups(study.accuracies, metadata, groupBy);
  const { comparisons, notes } = compareGroups(study.accuracies, groups, scale, study.pairing, study.rules);
  const decided = decideGroups(comparisons, {
    scale,
    ...(options.margin === undefined ? {} : { margin: options.margin }),
  });
  const lines = comparisons.flatMap(({ lines, piece, covariance: _, ...key }) =>
    lines.map(({ group, fit }) => ({
      baseline: OWN_LINES,
      group,
      ...key,
      policy: policyWords(fit, piece),
      piece,
      fit,
    })),
  );
  return {
    lines,
    files: [
      ["groups.csv", formatGroups(comparisons, groupBy)],
      ["group-tests.csv", formatGroupTests(comparisons, decided, groupBy)],
      ["group-effects.csv", formatGroupEffects(comparisons, decided, groupBy)],
    ],
    tables: [() => formatGroupTable(comparisons, decided, groupBy)],
    json: { groups: comparisons, groupDecisions: decisionsJson(decided) },
    notes,
  };
}

/** The decisions without the simulated data sets. */
function decisionsJson({ decisions, family }: DecidedGroups): unknown {
  const withoutPivots = (key: string, value: unknown) => (key === "pivots" ? undefined : value);
  return JSON.parse(JSON.stringify({ family, decisions }, withoutPivots));
}

async function replicateExtras(study: RobustnessStudy, options: FitExtrasOptions): Promise<FitExtras> {
  const { replicates: column } = options;
  if (column === undefined) return NOTHING;
  const rows = aggregateReplicates(study.rows, await readColumn(options.metadata, column, "--replicates"));
  if (rows.length === 0) throw new InputError(`--replicates ${column}: no checkpoint has a value in that column`);
  return {
    ...NOTHING,
    files: [["replicates.csv", formatReplicates(rows)]],
    tables: [() => formatReplicateTable(rows, column)],
    json: { replicates: rows },
  };
}

function relativeExtras(study: RobustnessStudy, { relativeTo }: FitExtrasOptions): FitExtras {
  if (relativeTo === undefined) return NOTHING;
  const rows = compareWithReference(study.accuracies, relativeTo, study.pairing);
  return {
    ...NOTHING,
    files: [["relative.csv", formatRelative(rows)]],
    tables: [(nameOf) => formatRelativeTable(rows, relativeTo, study.pairing.axes, nameOf("relative.csv"))],
    json: { relative: rows },
  };
}
