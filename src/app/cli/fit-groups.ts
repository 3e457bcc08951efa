import type { FitScale } from "../../analysis/lines/fit-scale.ts";
import { policyWords } from "../../analysis/robustness/baseline-lines.ts";
import { ADJUST_USE } from "../../analysis/robustness/group-adjustment.ts";
import { type DecidedGroups, decideGroups, type GroupDecisions } from "../../analysis/robustness/group-decisions.ts";
import { compareGroups, type GroupComparison } from "../../analysis/robustness/group-lines.ts";
import type { ColumnOf } from "../../analysis/robustness/metadata.ts";
import type { RobustnessStudy } from "../../analysis/robustness/robustness-study.ts";
import { parseScaling, parseScalingColumns, type ScalingValues } from "../../analysis/robustness/scaling-columns.ts";
import type { StudyAxes } from "../../analysis/robustness/study-axes.ts";
import { InputError } from "../../foundation/errors.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { createNoteCollector, type NoteCollector } from "../../foundation/notes.ts";
import { percentRange, percentWords } from "../../foundation/number-text.ts";
import { formatGroupEffects, formatGroupTests } from "../../output/tables/group-decisions-csv.ts";
import { formatGroupTable } from "../../output/tables/group-table.ts";
import { formatGroups } from "../../output/tables/groups-csv.ts";
import { inShiftOrder } from "../../output/tables/shift-order.ts";
import { type FitExtras, type FitExtrasOptions, NOTHING } from "./fit-extra.ts";
import { needMetadata, readGroups } from "./read-groups.ts";

/** Value of `baseline` for lines fitted to groups of the checkpoints themselves. */
const OWN_LINES = "checkpoints";

/** Fits a line to each group and compares the lines. */
export async function groupExtras(
  study: RobustnessStudy,
  scale: FitScale,
  options: FitExtrasOptions,
): Promise<FitExtras> {
  const { groupBy, metadata, at, margin } = options;
  if (groupBy === undefined) {
    refuseWithoutGroups(options);
    return NOTHING;
  }
  const notes = createNoteCollector();
  const groups = await readGroups(study.accuracies, metadata, groupBy);
  const adjust = await readAdjustment(study, groups, options, notes);
  const rows = study.accuracies.filter(
    ({ checkpoint }) => adjust === undefined || adjust.values.has(checkpoint) || !groups.has(checkpoint),
  );
  const { comparisons, notes: lineNotes } = compareGroups(rows, groups, scale, study.pairing, study.rules);
  const decided = decideGroups(comparisons, {
    scale,
    ...(margin === undefined ? {} : { margin }),
    ...(at === undefined ? {} : { at }),
    ...(adjust === undefined ? {} : { adjust }),
  });
  noteOutside(comparisons, decided, notes);
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
  const about = { column: groupBy, adjusted: adjust?.columns ?? [] };
  return {
    lines,
    files: [
      ["groups.csv", formatGroups(comparisons, groupBy)],
      ["group-tests.csv", formatGroupTests(comparisons, decided, about)],
      ["group-effects.csv", formatGroupEffects(comparisons, decided, about)],
    ],
    tables: [() => formatGroupTable(...orderedGroups(comparisons, decided, study.pairing.axes), about)],
    json: { groups: comparisons, groupDecisions: decisionsJson(decided, about) },
    notes: [...notes.list(), ...lineNotes],
  };
}

/** Sorts comparisons and decisions in the order of shifts in tables. */
function orderedGroups(
  comparisons: readonly GroupComparison[],
  decided: DecidedGroups,
  axes: StudyAxes,
): [GroupComparison[], DecidedGroups] {
  const together = comparisons.map((comparison, i) => ({
    benchmark: comparison.benchmark,
    comparison,
    decision: decided.decisions[i] as GroupDecisions,
  }));
  const ordered = inShiftOrder(together, () => "", axes);
  const decisions = ordered.map(({ decision }) => decision);
  return [ordered.map(({ comparison }) => comparison), { ...decided, decisions }];
}

/** @throws InputError naming an option that requires groups */
function refuseWithoutGroups({ at, adjust, margin, metadata, replicates, mixture, scaling }: FitExtrasOptions): void {
  const groupOptions = Object.entries({ "--margin": margin, "--adjust": adjust, "--at": at });
  const needing = groupOptions.find(([, value]) => value !== undefined);
  if (needing !== undefined)
    throw new InputError(`${needing[0]} applies to lines of groups; specify groups with --group-by`);
  const usesMetadata = [replicates, mixture, scaling].some((option) => option !== undefined);
  if (metadata === undefined || usesMetadata) return;
  throw new InputError(
    "--metadata is given, but no column is selected with --group-by, --replicates, --mixture or --scaling",
  );
}

/** Reads the columns for which heights are adjusted; checkpoints without a value are in no line. */
async function readAdjustment(
  study: RobustnessStudy,
  groups: ColumnOf,
  { adjust, metadata }: FitExtrasOptions,
  notes: NoteCollector,
): Promise<ScalingValues | undefined> {
  if (adjust === undefined) return undefined;
  const columns = parseScalingColumns(adjust, ADJUST_USE);
  const path = needMetadata(metadata, `--adjust ${adjust.join(",")}`);
  const grouped = study.accuracies.filter(({ checkpoint }) => groups.has(checkpoint));
  const known = new Set(grouped.map(({ checkpoint }) => checkpoint));
  return parseScaling(await readText(path), path, columns, known, notes, ADJUST_USE);
}

/** Notes the groups whose checkpoints do not span the accuracy at which heights are reported. */
function noteOutside(comparisons: readonly GroupComparison[], decided: DecidedGroups, notes: NoteCollector): void {
  decided.decisions.forEach(({ at }, i) => {
    const { lines, idSide } = comparisons[i] as GroupComparison;
    for (const { group, extrapolated } of at?.groups ?? []) {
      if (at === null || !extrapolated) continue;
      const line = lines[group];
      const x = line?.points.map(({ idAccuracy }) => idAccuracy) ?? [];
      const range = percentRange(Math.min(...x), Math.max(...x));
      notes.warn(
        `${percentWords(at.at)} is outside the in-distribution accuracies of a group, so its height there is extrapolated`,
        { benchmark: idSide },
        `${line?.group} (${range} % on ${idSide})`,
      );
    }
  });
}

/** Returns the decisions without the simulated data sets. */
function decisionsJson({ decisions, family }: DecidedGroups, about: { readonly adjusted: ScalingValues["columns"] }) {
  const withoutPivots = (key: string, value: unknown) => (key === "pivots" ? undefined : value);
  return JSON.parse(JSON.stringify({ family, adjusted: about.adjusted, decisions }, withoutPivots)) as unknown;
}
