import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import { InputError } from "../../foundation/errors.ts";
import { createNoteCollector, type Note, type NoteCollector } from "../../foundation/notes.ts";
import type { FitScale } from "../lines/fit-scale.ts";
import { type NoiseModel, noiseOf } from "../lines/shared-noise.ts";
import type { ContrastTest } from "../lines/test-contrasts.ts";
import type { TermsTest, TestOptions } from "../lines/test-terms.ts";
import { type Adjusted, holmFamily, replicatesFor } from "./holm-family.ts";
import { compareLineKeys, type LineKey, lineKey } from "./line-key.ts";
import { pureSource } from "./mixture-design.ts";
import { analyzeMixtureLine, type MixtureLine, type SourceEffect } from "./mixture-line.ts";
import type { MixtureShares } from "./mixture-shares.ts";
import type { PairOptions } from "./pair-rows.ts";
import { collectStudyPoints, type StudyPoints } from "./study-points.ts";

/** An effect with its p value after Holm's adjustment; null if another test has the same hypothesis. */
export interface AdjustedEffect extends SourceEffect {
  readonly pHolm: number | null;
}

/** The verdict on one benchmark and x axis, at level 0.05 after Holm's adjustment. */
export type MixtureVerdict =
  /** slopes change with the shares: heights differ from one x to another */
  | "slopes-differ"
  /** heights change with the shares, and no deviation from linearity is shown: a mixture is below its better part */
  | "dilution"
  /** heights change with the shares, but not linearly: see the places of the mixtures */
  | "not-linear"
  | "no-difference-shown";

export interface MixtureComparison extends LineKey, Omit<MixtureLine, "slopes" | "heights" | "lackOfFit" | "effects"> {
  readonly noise: NoiseModel;
  readonly slopes: Adjusted<TermsTest> | null;
  readonly heights: Adjusted<ContrastTest>;
  readonly lackOfFit: Adjusted<TermsTest> | null;
  readonly effects: readonly AdjustedEffect[];
  readonly verdict: MixtureVerdict;
}

export interface MixtureStudy {
  readonly sources: readonly string[];
  readonly scale: FitScale;
  readonly comparisons: readonly MixtureComparison[];
  /** number of p values in Holm's adjustment: all of the study */
  readonly familySize: number;
  readonly notes: readonly Note[];
}

const LEVEL = 0.05;
/** Slopes, heights and lack of fit. */
const TESTS_A_LINE = 3;

/**
 * Tests on every benchmark and x axis whether mixing sources dilutes robustness: whether the line's height changes with
 * the shares, whether it is linear in them, and where mixtures are between their parts.
 *
 * @param rows    top-1 accuracies of the checkpoints with unique keys, with default protocols filled in
 * @param pairing which protocol and class names to use if a checkpoint has several
 * @throws InputError if no checkpoint is a mixture, the shares do not distinguish the sources, or no line has enough
 *   checkpoints
 * @see T. Nguyen et al., Quality not quantity: on the interaction between dataset design and robustness of CLIP, 2022
 */
export function studyMixtures(
  rows: readonly AccuracyRow[],
  { sources, shares }: MixtureShares,
  scale: FitScale,
  pairing: PairOptions,
): MixtureStudy {
  const notes = createNoteCollector();
  const lines = collectStudyPoints(rows, new Set(shares.keys()), scale, pairing, "the mixtures", notes);
  const options = { scale, replicates: replicatesFor(lines.length * TESTS_A_LINE) };
  checkSources(sources, [...shares.values()]);
  const analyzed = lines.sort(compareLineKeys).flatMap((line) => analyzeLine(line, sources, shares, options, notes));
  if (analyzed.length === 0) {
    const why = notes.list().map(({ text }) => text);
    throw new InputError(`--mixture: nothing can be tested: ${why.join("; ") || "no checkpoint has both accuracies"}`);
  }
  const family = holmFamily(
    analyzed.flatMap(({ slopes, heights, lackOfFit, effects }) =>
      [slopes, heights, lackOfFit, ...effects].filter((tested) => tested !== null),
    ),
  );
  return {
    sources,
    scale,
    comparisons: analyzed.map((line) => {
      const tests = {
        slopes: line.slopes === null ? null : family.adjust(line.slopes),
        heights: family.adjust(line.heights),
        lackOfFit: line.lackOfFit === null ? null : family.adjust(line.lackOfFit),
      };
      const effects = line.effects.map((effect) =>
        effect.p === null ? { ...effect, pHolm: null } : family.adjust(effect),
      );
      return { ...line, ...tests, effects, verdict: mixtureVerdict(tests) };
    }),
    familySize: family.size,
    notes: notes.list(),
  };
}

function analyzeLine(
  { points, ...key }: StudyPoints,
  sources: readonly string[],
  shares: MixtureShares["shares"],
  options: TestOptions,
  notes: NoteCollector,
): (LineKey & MixtureLine & { readonly noise: NoiseModel })[] {
  const { benchmark, idSide } = key;
  const ofPoints = points.map(({ checkpoint }) => shares.get(checkpoint) as readonly number[]);
  const { noise, model } = noiseOf(points.map(({ outcomes }) => outcomes));
  try {
    const line = analyzeMixtureLine(
      points.map(({ point }) => point),
      ofPoints,
      { ...options, noise },
    );
    const mixed = line.mixtures.filter((mixture) => pureSource(mixture) === null).length;
    if (line.places.length < mixed) {
      notes.note(
        `no position between its parts for ${mixed - line.places.length} of ${mixed} mixtures: no checkpoint has only one of the parts, or there are too few checkpoints`,
        { benchmark },
        `${benchmark} on ${idSide}`,
      );
    }
    return [{ ...lineKey(key), ...line, noise: model }];
  } catch (error) {
    if (!(error instanceof InputError || error instanceof RangeError)) throw error;
    notes.note(
      `no mixture of ${sources.join(", ")} was tested: ${error.message}`,
      { benchmark },
      `${benchmark} on ${idSide}`,
    );
    return [];
  }
}

/** @throws InputError if the shares in the metadata cannot answer the question */
function checkSources(sources: readonly string[], shares: readonly (readonly number[])[]): void {
  sources.forEach((source, c) => {
    const values = shares.map((row) => row[c] as number);
    if (values.every((share) => share === values[0])) {
      throw new InputError(
        `--mixture: the share of ${source} is ${values[0]} for all checkpoints, so its effect cannot be estimated`,
      );
    }
  });
  if (shares.every((row) => pureSource({ shares: row }) !== null)) {
    throw new InputError(
      `--mixture: no checkpoint is a mixture of ${sources.join(", ")}; compare sources with --group-by`,
    );
  }
}

/** Determines the verdict of a line from p values after Holm's adjustment. */
export function mixtureVerdict({
  slopes,
  heights,
  lackOfFit,
}: Pick<MixtureComparison, "slopes" | "heights" | "lackOfFit">): MixtureVerdict {
  if (slopes !== null && slopes.pHolm < LEVEL) return "slopes-differ";
  if (lackOfFit !== null && lackOfFit.pHolm < LEVEL) return "not-linear";
  return heights.pHolm < LEVEL ? "dilution" : "no-difference-shown";
}
