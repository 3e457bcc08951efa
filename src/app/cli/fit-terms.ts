import type { FitScale } from "../../analysis/lines/fit-scale.ts";
import type { LineKey } from "../../analysis/robustness/line-key.ts";
import { parseMixtureSources, parseShares } from "../../analysis/robustness/mixture-shares.ts";
import { studyMixtures } from "../../analysis/robustness/mixture-study.ts";
import type { RobustnessStudy } from "../../analysis/robustness/robustness-study.ts";
import { parseScaling, parseScalingColumns } from "../../analysis/robustness/scaling-columns.ts";
import { studyScaling } from "../../analysis/robustness/scaling-study.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { createNoteCollector, type Note } from "../../foundation/notes.ts";
import { formatMixtureTable } from "../../output/tables/mixture-table.ts";
import { formatMixturePlaces, formatMixtures } from "../../output/tables/mixtures-csv.ts";
import { formatScaling } from "../../output/tables/scaling-csv.ts";
import { formatScalingTable } from "../../output/tables/scaling-table.ts";
import { inShiftOrder } from "../../output/tables/shift-order.ts";
import { needMetadata, readGroups } from "./read-groups.ts";

/** Options of `fit` for the effects of mixtures and scaling. */
export interface FitTermsOptions {
  /** SOURCE=COLUMN of the metadata: shares of each checkpoint's pre-training data */
  readonly mixture?: readonly string[];
  /** numeric columns of the metadata: COLUMN, COLUMN=log2 or COLUMN=linear */
  readonly scaling?: readonly string[];
  /** column of the groups; under `scaling`, each group has a separate height */
  readonly groupBy?: string;
  readonly metadata?: string;
}

/** Output of an analysis of lines. */
export interface FitTerms {
  /** file name → content */
  readonly files: readonly (readonly [string, string])[];
  /** tables for the terminal */
  readonly tables: readonly ((nameOf: (table: string) => string | null) => string)[];
  readonly json: Readonly<Record<string, unknown>>;
  readonly notes: readonly Note[];
}

const PLACES = "mixture-places.csv";

/** Tests whether mixing sources dilutes robustness; null if not requested. */
export async function mixtureTerms(
  study: RobustnessStudy,
  scale: FitScale,
  { mixture, metadata }: FitTermsOptions,
): Promise<FitTerms | null> {
  if (mixture === undefined) return null;
  const sources = parseMixtureSources(mixture);
  const path = needMetadata(metadata, `--mixture ${mixture.join(",")}`);
  const notes = createNoteCollector();
  const shares = parseShares(await readText(path), path, sources, checkpointsOf(study), notes);
  const mixtures = studyMixtures(study.accuracies, shares, scale, study.pairing);
  return {
    files: [
      ["mixtures.csv", formatMixtures(mixtures)],
      [PLACES, formatMixturePlaces(mixtures)],
    ],
    tables: [(nameOf) => formatMixtureTable(inTableOrder(mixtures, study), nameOf(PLACES))],
    json: { mixtures: withoutNotes(mixtures) },
    notes: [...notes.list(), ...mixtures.notes],
  };
}

/** Estimates the effects of numeric columns along and above the line; null if not requested. */
export async function scalingTerms(
  study: RobustnessStudy,
  scale: FitScale,
  { scaling, groupBy, metadata }: FitTermsOptions,
): Promise<FitTerms | null> {
  if (scaling === undefined) return null;
  const columns = parseScalingColumns(scaling);
  const path = needMetadata(metadata, `--scaling ${scaling.join(",")}`);
  const notes = createNoteCollector();
  const values = parseScaling(await readText(path), path, columns, checkpointsOf(study), notes);
  const groups = groupBy === undefined ? null : await readGroups(study.accuracies, metadata, groupBy);
  const effects = studyScaling(study.accuracies, values, groups, scale, study.pairing);
  return {
    files: [["scaling.csv", formatScaling(effects, groupBy ?? "")]],
    tables: [() => formatScalingTable(inTableOrder(effects, study), groupBy)],
    json: { scaling: withoutNotes(effects) },
    notes: [...notes.list(), ...effects.notes],
  };
}

function checkpointsOf({ accuracies }: RobustnessStudy): Set<string> {
  return new Set(accuracies.map(({ checkpoint }) => checkpoint));
}

/** Sorts the comparisons in the order of shifts in tables. */
function inTableOrder<Compared extends { readonly comparisons: readonly LineKey[] }>(
  compared: Compared,
  { pairing }: RobustnessStudy,
): Compared {
  return { ...compared, comparisons: inShiftOrder(compared.comparisons, () => "", pairing.axes) };
}

function withoutNotes<Study extends { readonly notes: readonly Note[] }>({ notes: _, ...study }: Study) {
  return study;
}
