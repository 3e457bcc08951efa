import { fitBaseline } from "../../../src/analysis/robustness/baseline-fit.ts";
import { effectiveRobustness } from "../../../src/analysis/robustness/effective-robustness.ts";
import type { ModelPoint } from "../../../src/analysis/robustness/model-point.ts";
import { inverseLogit, logit } from "../../../src/foundation/statistics/logit.ts";

/** A world in which the truth is known: a line in logit space, models scattered about it, finite images. */
export interface World {
  /** baseline models */
  readonly models: number;
  /** in-distribution accuracies of the baseline, spread evenly */
  readonly range: readonly [number, number];
  /** true in-distribution accuracy of the tested model */
  readonly at: number;
  /** distance of its true accuracy above the true line */
  readonly above: number;
  readonly slope: number;
  readonly intercept: number;
  /** scatter of the baseline models about the line, logit */
  readonly scatter: number;
  readonly idImages: number;
  readonly images: number;
}

export interface Coverage {
  /** share of runs whose low … high holds the true effective robustness */
  readonly interval: number;
  /** share of runs whose prediction_low … prediction_high holds a new baseline model's accuracy */
  readonly prediction: number;
}

/**
 * Measures coverage: each run draws a baseline and a model, with binomial noise in every accuracy, and asks whether the
 * two intervals hold the truth.
 *
 * Binomial counts are drawn as rounded normal numbers: with thousands of images, and no accuracy near 0 or 1, the two
 * cannot be distinguished here.
 */
export function measureCoverage(world: World, runs: number, random: () => number): Coverage {
  const normal = normalNumbers(random);
  const expected = (x: number) => inverseLogit(world.intercept + world.slope * logit(x));
  const observed = (accuracy: number, images: number) => {
    const count = Math.round(images * accuracy + normal() * Math.sqrt(images * accuracy * (1 - accuracy)));
    return Math.min(images, Math.max(0, count)) / images;
  };
  const drawn = (model: string, x: number, y: number): ModelPoint => ({
    model,
    idAccuracy: observed(x, world.idImages),
    accuracy: observed(y, world.images),
    idImages: world.idImages,
    images: world.images,
  });
  const scattered = (x: number) => inverseLogit(logit(expected(x)) + world.scatter * normal());
  const [low, high] = world.range;
  const truth = expected(world.at) + world.above;
  const covered = { interval: 0, prediction: 0 };
  for (let run = 0; run < runs; run++) {
    const models = Array.from({ length: world.models }, (_, i) => {
      const x = low + ((high - low) * i) / (world.models - 1);
      return drawn(`m${i}`, x, scattered(x));
    });
    const fit = fitBaseline(models);
    const [fitted, fresh] = effectiveRobustness(fit, [
      drawn("asked about", world.at, truth),
      drawn("new", world.at, scattered(world.at)),
    ]);
    if (fitted === undefined || fresh === undefined) throw new Error("two points give two results");
    if ((fitted.low as number) <= world.above && world.above <= (fitted.high as number)) covered.interval++;
    if (fresh.predictionLow <= fresh.accuracy && fresh.accuracy <= fresh.predictionHigh) covered.prediction++;
  }
  return { interval: covered.interval / runs, prediction: covered.prediction / runs };
}

/** Standard normal numbers by the Box-Muller transform. */
function normalNumbers(random: () => number): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
