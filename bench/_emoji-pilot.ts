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

/** Assumed where the pilot's accuracies vary no more than its pictures explain. */
const LEAST_SCATTER = 0.05;

/** What EmojiShift's 28 committed checkpoints say of a shift, on the logit scale. */
export interface PilotShift {
  readonly id: string;
  readonly slope: number;
  /** per doubling of the samples, at equal reference accuracy */
  readonly samplesEffect: number;
  /** where the lines of the sources lie on the average, at x = 0 and one sample */
  readonly height: number;
  /** standard deviation about the lines, beyond the noise of pictures */
  readonly scatterSd: number;
  /** share of a right-or-wrong's variance that is between pictures of one drawing; of the average, between sets' pictures */
  readonly within: number;
}

export interface Pilot {
  readonly shifts: readonly PilotShift[];
  /** share of a right-or-wrong's variance that is between pictures of one drawing, on the reference */
  readonly referenceWithin: number;
  /** source → samples → mean reference accuracy of its checkpoints, on the logit scale */
  readonly reference: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

interface Measured {
  readonly accuracy: number;
  /** variance of the accuracy over new pictures of the same drawings, over that of a binomial */
  readonly within: number;
  readonly n: number;
}

/** Share of the variance within drawings: mean square within (of pictures of one drawing) over p (1 − p). */
function measure(images: readonly ImagePrediction[]): Measured {
  const drawings = new Map<number, { n: number; right: number }>();
  for (const image of images) {
    const drawing = drawings.get(image.classes[0] as number) ?? { n: 0, right: 0 };
    drawing.n++;
    if (isRight(image)) drawing.right++;
    drawings.set(image.classes[0] as number, drawing);
  }
  let [right, squares, freedom] = [0, 0, 0];
  for (const drawing of drawings.values()) {
    right += drawing.right;
    squares += (drawing.right * (drawing.n - drawing.right)) / drawing.n;
    freedom += drawing.n - 1;
  }
  const accuracy = right / images.length;
  return { accuracy, within: squares / freedom / (accuracy * (1 - accuracy)), n: images.length };
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
  const withinOf = (id: string) => mean(of(id).map(({ within }) => within));
  const referenceWithin = withinOf(referenceId);
  const sources = [...new Set(checkpoints.map(({ source }) => source))];
  const terms = {
    heights: checkpoints.map(({ source, samples }) => [
      ...sources.map((candidate) => (candidate === source ? 1 : 0)),
      Math.log2(Number(samples)),
    ]),
    slopes: checkpoints.map(() => [1]),
  };
  const xOf = of(referenceId);
  const fitShift = (id: string, of: readonly Measured[], within: number): PilotShift => {
    const points = of.map(({ accuracy, n }, i): LinePoint => {
      const x = xOf[i] as Measured;
      return { x: x.accuracy, xImages: x.n / referenceWithin, y: accuracy, yImages: n / within };
    });
    const scaled = scalePoints(points, "logit");
    const fit = createCorrectedFit(terms, points.length);
    fit.fit(scaled);
    const scatter = scatterVariances(fit, scaled, new Int32Array(points.length), 1, 0)[0] as number;
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
      within,
    };
  };
  const average = checkpoints.map((_, i): Measured => {
    const sets = shiftIds.map((id) => of(id)[i] as Measured);
    return { accuracy: mean(sets.map(({ accuracy }) => accuracy)), within: 0, n: sets[0]?.n ?? 0 };
  });
  // The average's variance is that of the sets' sum over their number squared: as if on as many pictures as all have together
  const averageWithin = mean(
    average.map(({ accuracy }, i) => {
      const variances = shiftIds.map((id) => {
        const { accuracy: p } = of(id)[i] as Measured;
        return p * (1 - p) * withinOf(id);
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
    shifts: [fitShift("average", average, averageWithin), ...shiftIds.map((id) => fitShift(id, of(id), withinOf(id)))],
    referenceWithin,
    reference,
  };
}
