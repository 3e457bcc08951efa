import type { AccuracyRow } from "../../evaluation/results/accuracy-row.ts";
import { InputError } from "../../foundation/errors.ts";
import { createNoteCollector, type Note, type NoteCollector } from "../../foundation/notes.ts";
import type { FitScale } from "../lines/fit-scale.ts";
import { type NoiseModel, noiseOf } from "../lines/shared-noise.ts";
import type { ContrastTest } from "../lines/test-contrasts.ts";
import type { TermsTest, TestOptions } from "../lines/test-terms.ts";
import { type Adjusted, holmFamily, replicatesFor } from "./holm-family.ts";
import { compareLineKeys, type LineKey, lineKey } from "./line-key.ts";
import type { ColumnOf } from "./metadata.ts";
import type { PairOptions } from "./pair-rows.ts";
import type { ScalingValues } from "./scaling-columns.ts";
import { analyzeScalingLine, type ColumnEffect, type ScalingEffect, type ScalingLine } from "./scaling-line.ts";
import { collectStudyPoints, type StudyPoints } from "./study-points.ts";

export interface ScalingComparison extends LineKey, Omit<ScalingLine, "effects" | "slopes" | "together"> {
  readonly noise: NoiseModel;
  readonly effects: readonly (Omit<ScalingEffect, "along" | "above"> & {
    readonly along: Adjusted<ColumnEffect>;
    readonly above: Adjusted<ColumnEffect>;
  })[];
  readonly slopes: Adjusted<TermsTest> | null;
  readonly together: Adjusted<ContrastTest> | null;
}

export interface ScalingStudy {
  readonly columns: ScalingValues["columns"];
  readonly scale: FitScale;
  readonly comparisons: readonly ScalingComparison[];
  /** number of p values in Holm's adjustment: all of the study */
  readonly familySize: number;
  readonly notes: readonly Note[];
}

/** Variance inflation factors above this cause a warning (D. A. Belsley et al. 1980; a rule of thumb). */
const HIGH_INFLATION = 10;

/**
 * Estimates, on every benchmark and x axis, the effects of columns, such as the samples seen, along the line and above
 * it at fixed in-distribution accuracy, with all columns in one model.
 *
 * @param groups checkpoint → group, each with a separate height; null: all checkpoints form one group
 * @throws InputError if columns are collinear within groups on every line, or no line has enough checkpoints
 */
export function studyScaling(
  rows: readonly AccuracyRow[],
  scaling: ScalingValues,
  groups: ColumnOf | null,
  scale: FitScale,
  pairing: PairOptions,
): ScalingStudy {
  const notes = createNoteCollector();
  const wanted = new Set<string>();
  for (const checkpoint of scaling.values.keys()) {
    if (groups === null || groups.has(checkpoint)) wanted.add(checkpoint);
    else notes.note("in no group, so left out of scaling", { checkpoint });
  }
  const lines = collectStudyPoints(rows, wanted, scale, pairing, "scaling", notes);
  const options = { scale, replicates: replicatesFor(lines.length * (2 * scaling.columns.length + 2)) };
  const analyzed = lines.sort(compareLineKeys).flatMap((line) => analyzeLine(line, scaling, groups, options, notes));
  if (analyzed.length === 0) {
    const why = notes.list().map(({ text }) => text);
    throw new InputError(
      `--scaling: nothing can be estimated: ${why.join("; ") || "no checkpoint has both accuracies"}`,
    );
  }
  const alongs = representatives(analyzed);
  const family = holmFamily(
    analyzed
      .flatMap(({ effects, slopes, together }) =>
        [...effects.map(({ above }) => above), slopes, together].filter((tested) => tested !== null),
      )
      .concat([...new Set(alongs.values())]),
  );
  const { adjust } = family;
  return {
    columns: scaling.columns,
    scale,
    comparisons: analyzed.map((line) => ({
      ...line,
      effects: line.effects.map((effect) => ({
        ...effect,
        along: adjust(alongs.get(effect.along) as ColumnEffect),
        above: adjust(effect.above),
      })),
      slopes: line.slopes === null ? null : adjust(line.slopes),
      together: line.together === null ? null : adjust(line.together),
    })),
    familySize: family.size,
    notes: notes.list(),
  };
}

function analyzeLine(
  { points, ...key }: StudyPoints,
  { columns, values }: ScalingValues,
  groups: ColumnOf | null,
  options: TestOptions,
  notes: NoteCollector,
): (LineKey & ScalingLine & { readonly noise: NoiseModel })[] {
  const { benchmark, idSide } = key;
  const name = `${benchmark} on ${idSide}`;
  const { noise, model } = noiseOf(points.map(({ outcomes }) => outcomes));
  try {
    const line = analyzeScalingLine(
      points.map(({ point }) => point),
      columns.map(({ column }) => column),
      points.map(({ checkpoint }) => values.get(checkpoint) as readonly number[]),
      points.map(({ checkpoint }) => groups?.get(checkpoint) ?? ""),
      { ...options, noise },
    );
    for (const { column, inflation } of line.effects) {
      if (inflation <= HIGH_INFLATION) continue;
      notes.warn(
        `${column} is confounded with the other columns of --scaling (variance inflation above ${HIGH_INFLATION}), so its effect is hard to separate from theirs`,
        { benchmark },
        name,
      );
    }
    return [{ ...lineKey(key), ...line, noise: model }];
  } catch (error) {
    if (!(error instanceof InputError || error instanceof RangeError)) throw error;
    notes.note(`no scaling: ${error.message}`, { benchmark }, name);
    return [];
  }
}

/**
 * An effect along the line does not depend on the shift: on benchmarks with the same checkpoints and x axis it is the
 * same effect, and counts once in the family.
 *
 * @returns each effect → the first equal effect
 */
function representatives(lines: readonly (LineKey & ScalingLine)[]): Map<ColumnEffect, ColumnEffect> {
  const firsts = new Map<string, ColumnEffect>();
  const result = new Map<ColumnEffect, ColumnEffect>();
  for (const { idSide, idMetric, templates, effects } of lines) {
    for (const { column, along } of effects) {
      const key = JSON.stringify([idSide, idMetric, templates, column, along.estimate, along.se]);
      const first = firsts.get(key) ?? along;
      firsts.set(key, first);
      result.set(along, first);
    }
  }
  return result;
}
