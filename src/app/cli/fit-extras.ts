import type { FitScale } from "../../analysis/lines/fit-scale.ts";
import { compareWithReference } from "../../analysis/robustness/relative-study.ts";
import { aggregateReplicates } from "../../analysis/robustness/replicates.ts";
import type { RobustnessStudy } from "../../analysis/robustness/robustness-study.ts";
import { InputError } from "../../foundation/errors.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import { formatReplicateTable } from "../../output/tables/group-table.ts";
import { formatRelative } from "../../output/tables/relative-csv.ts";
import { formatRelativeTable } from "../../output/tables/relative-table.ts";
import { formatReplicates } from "../../output/tables/replicates-csv.ts";
import { inShiftOrder } from "../../output/tables/shift-order.ts";
import { type FitExtras, type FitExtrasOptions, NOTHING } from "./fit-extra.ts";
import { groupExtras } from "./fit-groups.ts";
import { mixtureTerms, scalingTerms } from "./fit-terms.ts";
import { readColumn } from "./read-groups.ts";

/**
 * Runs the analyses that the options request: lines of groups, replicates, relative robustness, mixtures and scaling.
 */
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

/** Notes which lines are least squares although a binomial line is requested. */
function lineNotes({ line, groupBy, mixture, scaling }: FitExtrasOptions): Note[] {
  const asked = Object.entries({ "--group-by": groupBy, "--mixture": mixture, "--scaling": scaling });
  const names = asked.flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (line !== "binomial" || names.length === 0) return [];
  return [
    makeNote(`--line binomial applies only to the baseline's lines; lines of ${names.join(", ")} are least squares`),
  ];
}

/** Merges the output of several options. */
export function joinExtras(extras: readonly FitExtras[]): FitExtras {
  return {
    lines: extras.flatMap((extra) => extra.lines),
    files: extras.flatMap((extra) => extra.files),
    tables: extras.flatMap((extra) => extra.tables),
    json: Object.assign({}, ...extras.map((extra) => extra.json)),
    notes: extras.flatMap((extra) => extra.notes),
  };
}

async function replicateExtras(study: RobustnessStudy, options: FitExtrasOptions): Promise<FitExtras> {
  const { replicates: column } = options;
  if (column === undefined) return NOTHING;
  const rows = aggregateReplicates(study.rows, await readColumn(options.metadata, column, "--replicates"));
  if (rows.length === 0) throw new InputError(`--replicates ${column}: no checkpoint has a value in this column`);
  return {
    ...NOTHING,
    files: [["replicates.csv", formatReplicates(rows)]],
    tables: [
      () =>
        formatReplicateTable(
          inShiftOrder(rows, ({ replicateOf }) => replicateOf, study.pairing.axes),
          column,
        ),
    ],
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
