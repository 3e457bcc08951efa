import type { LinePoint, SharedNoise } from "../src/analysis/lines/line-point.ts";
import { binomialAtNormal } from "../src/foundation/statistics/binomial-draw.ts";
import { inverseLogit } from "../src/foundation/statistics/logit.ts";
import type { RandomNumbers } from "../src/foundation/statistics/random-numbers.ts";
import type { ErrorParts, Pilot, PilotShift } from "./_emoji-pilot.ts";

/** The plan of a study of mixtures: every source with every number of samples and of steps, `seeds` times. */
export interface StudyDesign {
  /** source → share of the second component of the mixture; null: not in a mixture */
  readonly sources: Readonly<Record<string, number | null>>;
  readonly samples: readonly number[];
  readonly steps: readonly number[];
  readonly seeds: number;
  readonly referencePictures: number;
  readonly shiftPictures: number;
  readonly drawings: number;
  /** share of the scatter's variance that seeds of the same source, samples and steps have in common */
  readonly cellShare: number;
  /** unit of the tests: each checkpoint, or the mean of the seeds with the same source, samples and steps */
  readonly point: "checkpoint" | "cell";
  /**
   * what a repetition of the study would redraw: pictures of the same drawings, or also drawings. In the latter case, checkpoints
   * share errors because they use the same drawings
   */
  readonly units: "pictures" | "drawings";
}

export interface Run {
  readonly source: string;
  readonly samples: number;
  readonly steps: number;
}

export interface SimulatedStudy {
  readonly runs: readonly Run[];
  readonly points: readonly LinePoint[];
  /** null: errors are independent */
  readonly noise: SharedNoise | null;
}

/**
 * Assumptions from the pilot: the shift along the line (logit) of a checkpoint with three times the steps, and the variation of
 * seeds.
 */
const STEPS_ALONG = 0.3;
const SEED_SD = 0.08;

/** Draws the measurements of a study on one shift. @param effect effect on the height of a full share relative to none, logit */
export function simulateStudy(
  pilot: Pilot,
  shift: PilotShift,
  design: StudyDesign,
  effect: number,
  random: RandomNumbers,
): SimulatedStudy {
  const x = errorsOf(pilot.referenceErrors, design.referencePictures, design);
  const y = errorsOf(shift.errors, design.shiftPictures, design);
  const [cellSd, runSd] = [design.cellShare, 1 - design.cellShare].map((part) => shift.scatterSd * Math.sqrt(part)) as [
    number,
    number,
  ];
  const stepsMiddle = design.steps.reduce((sum, steps) => sum + Math.log2(steps), 0) / design.steps.length;
  const [drawX, drawY] = [createErrors(x, random), createErrors(y, random)];
  const runs: Run[] = [];
  const points: LinePoint[] = [];
  for (const [source, share] of Object.entries(design.sources)) {
    const [zX, zY] = [drawX(), drawY()];
    for (const samples of design.samples) {
      for (const steps of design.steps) {
        const common = cellSd * random.normal();
        const along = STEPS_ALONG * ((Math.log2(steps) - stepsMiddle) / Math.log2(3));
        const seeds = Array.from({ length: design.seeds }, (): LinePoint => {
          const latent = (pilot.reference.get(source)?.get(samples) as number) + along + SEED_SD * random.normal();
          const height = shift.height + shift.samplesEffect * Math.log2(samples) + effect * (share ?? 0);
          const eta = height + shift.slope * latent + common + runSd * random.normal();
          return {
            x: binomialAtNormal(zX(), x.images, inverseLogit(latent)) / x.images,
            y: binomialAtNormal(zY(), y.images, inverseLogit(eta)) / y.images,
            xImages: x.images,
            yImages: y.images,
          };
        });
        for (const point of design.point === "cell" ? [meanPoint(seeds, x, y)] : seeds) {
          runs.push({ source, samples, steps });
          points.push(point);
        }
      }
    }
  }
  if (design.units === "pictures") return { runs, points, noise: null };
  return {
    runs,
    points,
    noise: {
      x: correlations(runs, pointErrors(x, design)),
      y: correlations(runs, pointErrors(y, design)),
      units: design.drawings,
    },
  };
}

interface Errors {
  /** effective number of independent images of an accuracy */
  readonly images: number;
  /** correlations of the errors of two checkpoints */
  readonly sameSource: number;
  readonly otherSource: number;
}

function errorsOf(parts: ErrorParts, pictures: number, { units, drawings }: StudyDesign): Errors {
  const ofPictures = parts.within / pictures;
  if (units === "pictures") {
    return { images: Math.round(1 / (ofPictures * parts.scale)), sameSource: 0, otherSource: 0 };
  }
  const ofDrawings = (1 - parts.within) / drawings;
  const variance = ofDrawings + ofPictures;
  const correlation = (kind: "sameSource" | "otherSource") =>
    (ofDrawings * parts[kind].drawings + ofPictures * parts[kind].pictures) / variance;
  return {
    images: Math.round(1 / (variance * parts.scale)),
    sameSource: correlation("sameSource"),
    otherSource: correlation("otherSource"),
  };
}

/**
 * @returns a function to be called for each source, which returns a function to be called for each of its checkpoints: correlated
 * standard normal errors
 */
function createErrors({ sameSource, otherSource }: Errors, random: RandomNumbers): () => () => number {
  const common = Math.sqrt(otherSource) * random.normal();
  return () => {
    const ofSource = common + Math.sqrt(sameSource - otherSource) * random.normal();
    return () => ofSource + Math.sqrt(1 - sameSource) * random.normal();
  };
}

function correlations(runs: readonly Run[], { sameSource, otherSource }: Errors): Float64Array {
  const n = runs.length;
  return Float64Array.from({ length: n * n }, (_, place) => {
    const [i, j] = [Math.floor(place / n), place % n];
    if (i === j) return 1;
    return runs[i]?.source === runs[j]?.source ? sameSource : otherSource;
  });
}

/** The error of a mean of seeds is smaller than that of each seed by the part that they do not share. */
function meanErrors({ images, sameSource, otherSource }: Errors, seeds: number): Errors {
  const left = sameSource + (1 - sameSource) / seeds;
  return { images: images / left, sameSource: sameSource / left, otherSource: otherSource / left };
}

function pointErrors(errors: Errors, { point, seeds }: StudyDesign): Errors {
  return point === "cell" ? meanErrors(errors, seeds) : errors;
}

function meanPoint(points: readonly LinePoint[], x: Errors, y: Errors): LinePoint {
  const mean = (of: (point: LinePoint) => number) =>
    points.reduce((total, point) => total + of(point), 0) / points.length;
  return {
    x: mean((point) => point.x),
    y: mean((point) => point.y),
    xImages: meanErrors(x, points.length).images,
    yImages: meanErrors(y, points.length).images,
  };
}
