import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { createCorrectedFit } from "../src/analysis/lines/corrected-fit.ts";
import type { LinePoint } from "../src/analysis/lines/line-point.ts";
import { scalePoints } from "../src/analysis/lines/scaled-points.ts";
import { scatterVariances } from "../src/analysis/lines/scatter.ts";
import { type ImagePrediction, isRight } from "../src/evaluation/results/image-predictions.ts";
import { readCheckpointPredictions } from "../src/evaluation/results/read-predictions.ts";
import { ROOT } from "./_child.ts";

/** Assumed if the pilot's accuracies do not vary more than its pictures explain. */
const LEAST_SCATTER = 0.05;

/** Estimates for a shift from EmojiShift's 28 committed checkpoints, on the logit scale. */
export interface PilotShift {
  readonly id: string;
  readonly slope: number;
  /** per doubling of the samples, at equal reference accuracy */
  readonly samplesEffect: number;
  /** average height of the sources' lines, at x = 0 and one sample */
  readonly height: number;
  /** standard deviation around the lines, in addition to the noise of pictures */
  readonly scatterSd: number;
  readonly errors: ErrorParts;
}

/**
 * Components of the variance p (1 − p) of a correct-or-wrong value, estimated from the pilot's four pictures per drawing and its
 * pairs of checkpoints. For an average of sets: of their sum, divided by their number.
 */
export interface ErrorParts {
  /** share of the variance between pictures of one drawing; the rest is between drawings */
  readonly within: number;
  /** correlation of two checkpoints' correctness between drawings, and between pictures of one drawing */
  readonly sameSource: { readonly drawings: number; readonly pictures: number };
  readonly otherSource: { readonly drawings: number; readonly pictures: number };
  /** number of sets of which the accuracy is the mean: its variance is that of a set divided by `scale` */
  readonly scale: number;
}

export interface Pilot {
  readonly shifts: readonly PilotShift[];
  readonly referenceErrors: ErrorParts;
  /** source → samples → mean reference accuracy of its checkpoints, on the logit scale */
  readonly reference: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

interface Measured {
  readonly accuracy: number;
  readonly n: number;
  /** correct (1) and wrong (0), by drawing */
  readonly drawings: readonly (readonly number[])[];
}

function measure(images: readonly ImagePrediction[]): Measured {
  const drawings = new Map<number, number[]>();
  let correct = 0;
  for (const image of images) {
    const right = isRight(image) ? 1 : 0;
    const drawing = image.classes[0] as number;
    drawings.set(drawing, [...(drawings.get(drawing) ?? []), right]);
    correct += right;
  }
  return { accuracy: correct / images.length, n: images.length, drawings: [...drawings.values()] };
}

/**
 * Covariances of two checkpoints' right-or-wrong between drawings and between pictures of one (analysis of variance), divided by
 * √ of their p (1 − p).
 */
function components(a: Measured, b: Measured): { readonly drawings: number; readonly pictures: number } {
  const count = a.drawings.length;
  const pictures = a.n / count;
  let [between, within] = [0, 0];
  a.drawings.forEach((ofA, g) => {
    const ofB = b.drawings[g] as readonly number[];
    const [meanA, meanB] = [mean(ofA), mean(ofB)];
    between += (meanA - a.accuracy) * (meanB - b.accuracy);
    ofA.forEach((right, i) => {
      within += (right - meanA) * ((ofB[i] as number) - meanB);
    });
  });
  const meanSquareWithin = within / (count * (pictures - 1));
  const ofDrawings = between / (count - 1) - meanSquareWithin / pictures;
  const unit = Math.sqrt(a.accuracy * (1 - a.accuracy) * b.accuracy * (1 - b.accuracy));
  return { drawings: ofDrawings / unit, pictures: meanSquareWithin / unit };
}

/** The components of a set's errors: means over checkpoints and over pairs of them. */
function errorParts(of: readonly Measured[], sources: readonly string[]): ErrorParts {
  const single = of.map((measured) => components(measured, measured));
  const [drawings, pictures] = [mean(single.map((part) => part.drawings)), mean(single.map((part) => part.pictures))];
  const pairs = of.flatMap((a, i) =>
    of.slice(i + 1).map((b, j) => ({ same: sources[i] === sources[i + 1 + j], ...components(a, b) })),
  );
  const correlations = (same: boolean) => {
    const chosen = pairs.filter((pair) => pair.same === same);
    return {
      drawings: mean(chosen.map((pair) => pair.drawings)) / drawings,
      pictures: mean(chosen.map((pair) => pair.pictures)) / pictures,
    };
  };
  const within = pictures / (drawings + pictures);
  return { within, sameSource: correlations(true), otherSource: correlations(false), scale: 1 };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Reads the pilot of EmojiShift's full study. @param shifts without the average, which is added */
export async function readPilot(referenceId: string, shiftIds: readonly string[]): Promise<Pilot> {
  const table = readFileSync(join(ROOT, "examples", "emojishift", "checkpoints.csv"), "utf8");
  const checkpoints = parse(table, { columns: true }) as { checkpoint: string; source: string; samples: string }[];
  const measured = await Promise.all(
    checkpoints.map(async ({ checkpoint }) => {
      const { results } = await readCheckpointPredictions(join(ROOT, "results", "emojishift"), checkpoint);
      return new Map(results.map(({ benchmark, images }) => [benchmark, measure(images)]));
    }),
  );
  const of = (id: string) => measured.map((byId) => byId.get(id) as Measured);
  const ofSources = checkpoints.map(({ source }) => source);
  const partsOf = new Map([referenceId, ...shiftIds].map((id) => [id, errorParts(of(id), ofSources)]));
  const referenceErrors = partsOf.get(referenceId) as ErrorParts;
  const sources = [...new Set(checkpoints.map(({ source }) => source))];
  const terms = {
    heights: checkpoints.map(({ source, samples }) => [
      ...sources.map((candidate) => (candidate === source ? 1 : 0)),
      Math.log2(Number(samples)),
    ]),
    slopes: checkpoints.map(() => [1]),
  };
  const xOf = of(referenceId);
  const fitShift = (id: string, of: readonly Omit<Measured, "drawings">[], errors: ErrorParts): PilotShift => {
    const within = errors.within * errors.scale;
    const points = of.map(({ accuracy, n }, i): LinePoint => {
      const x = xOf[i] as Measured;
      return { x: x.accuracy, xImages: x.n / referenceErrors.within, y: accuracy, yImages: n / within };
    });
    const scaled = scalePoints(points, "logit");
    const fit = createCorrectedFit(terms, points.length);
    fit.fit(scaled);
    const scatter = scatterVariances(fit, scaled, new Int32Array(points.length), 1)[0] as number;
    const effectOf = (heights: readonly number[]) => {
      const weights = new Float64Array(points.length);
      fit.effectWeights(fit.heightWeights(heights), [0], scaled, weights);
      return weights.reduce((sum, weight, i) => sum + weight * (scaled.y[i] as number), 0);
    };
    return {
      id,
      slope: fit.slopes[0] as number,
      samplesEffect: effectOf([...sources.map(() => 0), 1]),
      height: effectOf([...sources.map(() => 1 / sources.length), 0]),
      scatterSd: Math.max(LEAST_SCATTER, Math.sqrt(scatter)),
      errors,
    };
  };
  const average = checkpoints.map((_, i) => {
    const sets = shiftIds.map((id) => of(id)[i] as Measured);
    return { accuracy: mean(sets.map(({ accuracy }) => accuracy)), n: sets[0]?.n ?? 0 };
  });
  const averageErrors = meanParts(shiftIds.map((id) => partsOf.get(id) as ErrorParts));
  // The variance of a mean of sets, relative to p (1 − p) of the mean
  const scale = mean(
    average.map(({ accuracy }, i) => {
      const variances = shiftIds.map((id) => {
        const { accuracy: p } = of(id)[i] as Measured;
        return p * (1 - p);
      });
      return mean(variances) / (accuracy * (1 - accuracy)) / shiftIds.length;
    }),
  );
  const reference = new Map(
    sources.map((source) => {
      const members = checkpoints.flatMap((checkpoint, i) => (checkpoint.source === source ? [i] : []));
      const sizes = [...new Set(members.map((i) => Number(checkpoints[i]?.samples)))];
      const scaledX = scalePoints(
        xOf.map(({ accuracy, n }) => ({ x: accuracy, y: 0.5, xImages: n, yImages: n })),
        "logit",
      ).x;
      const latent = (size: number) =>
        mean(members.filter((i) => Number(checkpoints[i]?.samples) === size).map((i) => scaledX[i] as number));
      return [source, new Map(sizes.map((size) => [size, latent(size)]))] as const;
    }),
  );
  return {
    shifts: [
      fitShift("average", average, { ...averageErrors, scale }),
      ...shiftIds.map((id) => fitShift(id, of(id), partsOf.get(id) as ErrorParts)),
    ],
    referenceErrors,
    reference,
  };
}

function meanParts(parts: readonly ErrorParts[]): ErrorParts {
  const average = (of: (part: ErrorParts) => number) => mean(parts.map(of));
  const correlations = (kind: "sameSource" | "otherSource") => ({
    drawings: average((part) => part[kind].drawings),
    pictures: average((part) => part[kind].pictures),
  });
  return {
    within: average(({ within }) => within),
    sameSource: correlations("sameSource"),
    otherSource: correlations("otherSource"),
    scale: 1,
  };
}
