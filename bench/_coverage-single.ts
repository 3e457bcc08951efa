/** Single lines: slope, expected accuracy, effective robustness and prediction intervals, plain, corrected and binomial. */

import { estimateSe } from "../src/analysis/lines/corrected-line.ts";
import { type BaselineFit, fitBaseline, intervalLine, type LineKind } from "../src/analysis/robustness/baseline-fit.ts";
import { effectiveRobustness } from "../src/analysis/robustness/effective-robustness.ts";
import type { ModelPoint } from "../src/analysis/robustness/model-point.ts";
import { InputError } from "../src/foundation/errors.ts";
import { lineAt } from "../src/foundation/statistics/least-squares.ts";
import { inverseLogit, logit } from "../src/foundation/statistics/logit.ts";
import type { RandomNumbers } from "../src/foundation/statistics/random-numbers.ts";
import type { CoverageDesign, Outcome } from "./_coverage-design.ts";
import { measured } from "./_coverage-world.ts";

interface LineWorld {
  readonly models: number;
  /** range of the evenly spaced true in-distribution accuracies */
  readonly range: readonly [number, number];
  /** accuracy that the line expects in the middle of the range */
  readonly expected: number;
  readonly slope: number;
  /** standard deviation of the models around the line, logit */
  readonly scatter: number;
  readonly idImages: number;
  readonly images: number;
}

type Procedure = "slope" | "expected" | "robustness" | "prediction";

/** Distance above the line of the checkpoint in the interval of effective robustness, logit. */
const ABOVE = 0.2;

function simulate(world: LineWorld, line: LineKind, procedure: Procedure, random: RandomNumbers): Outcome {
  const [low, high] = world.range;
  const intercept = logit(world.expected) - world.slope * logit((low + high) / 2);
  const expected = (x: number) => intercept + world.slope * logit(x);
  const draw = (x: number, eta: number): ModelPoint => ({
    model: "",
    idAccuracy: measured(logit(x), world.idImages, random),
    accuracy: measured(eta, world.images, random),
    idImages: world.idImages,
    images: world.images,
  });
  const models = Array.from({ length: world.models }, (_, i) => {
    const x = low + ((high - low) * i) / (world.models - 1);
    return draw(x, expected(x) + world.scatter * random.normal());
  });
  const x = low + (high - low) * random.uniform();
  let fit: BaselineFit;
  try {
    fit = fitBaseline(models, { line });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { hit: true, before: null }; // too few models remain, or the counts have no line: reported, so there is no claim
  }
  if (procedure === "prediction") {
    const point = draw(x, expected(x) + world.scatter * random.normal());
    const [figures] = effectiveRobustness(fit, [point]);
    return { hit: (figures?.predictionP ?? 1) >= 0.05, before: null };
  }
  if (procedure === "robustness") {
    const eta = expected(x) + ABOVE;
    const truth = inverseLogit(eta) - inverseLogit(expected(x));
    const point = draw(x, eta);
    const holds = (used: BaselineFit) => {
      const [figures] = effectiveRobustness(used, [point]);
      const isOpen = figures?.low == null || figures.high == null;
      return isOpen || ((figures.low as number) <= truth && truth <= (figures.high as number));
    };
    return { hit: holds(fit), before: line === "binomial" ? null : holds(fitBaseline(models.map(withoutIdImages))) };
  }
  const chosen = intervalLine(fit);
  const t = fit.tQuantile;
  const holds = (used: NonNullable<typeof chosen>) =>
    procedure === "slope"
      ? Math.abs(used.slope - world.slope) <= t * used.slopeSe
      : Math.abs(lineAt(used, logit(x)) - expected(x)) <= t * estimateSe(used, logit(x));
  const plain = line === "binomial" ? null : intervalLine(fitBaseline(models.map(withoutIdImages)));
  return { hit: chosen === null || holds(chosen), before: plain === null ? null : holds(plain) };
}

/** For a model with x assumed known, the line is the plain one. */
function withoutIdImages({ idImages: _, ...model }: ModelPoint): ModelPoint {
  return model;
}

const WIDE = { range: [0.3, 0.7], slope: 1, idImages: 10_000 } as const;
const WEAK = { expected: 0.18, slope: 1, idImages: 640, images: 640 } as const;

const WORLDS: readonly (readonly [string, LineWorld])[] = [9, 30].flatMap((models) => [
  [`x 5.5–26 %, 640 images, ${models} models`, { ...WEAK, models, range: [0.055, 0.26], scatter: 0.1 }],
  [`x 18–26 %, 640 images, ${models} models`, { ...WEAK, models, range: [0.18, 0.26], scatter: 0.1 }],
  [`x 20–24 %, 640 images, ${models} models`, { ...WEAK, models, range: [0.2, 0.24], scatter: 0.1 }],
  [
    `x 18–26 %, 50,000 images, ${models} models`,
    { ...WEAK, models, range: [0.18, 0.26], scatter: 0.1, idImages: 50_000, images: 50_000 },
  ],
  [`0.2 % expected, 1,500 images, ${models} models`, { ...WIDE, models, expected: 0.002, scatter: 0.2, images: 1500 }],
  [`99.7 % expected, 640 images, ${models} models`, { ...WIDE, models, expected: 0.997, scatter: 0.2, images: 640 }],
  [`2 % expected, 7,500 images, ${models} models`, { ...WIDE, models, expected: 0.02, scatter: 0.2, images: 7500 }],
]) as never;

/** Not guaranteed: slope and line of least squares if models at 0 or 1 were dropped, which causes a warning. */
function isPromised(name: string, line: LineKind, procedure: Procedure): boolean {
  const nearEnds = name.startsWith("0.2 %") || name.startsWith("99.7 %");
  return !(nearEnds && line === "least-squares" && (procedure === "slope" || procedure === "expected"));
}

const PROCEDURES: Readonly<Record<Procedure, string>> = {
  slope: "95 % interval of the slope",
  expected: "95 % interval of the line",
  robustness: "95 % interval of effective robustness",
  prediction: "95 % prediction interval",
};

export const SINGLE_DESIGNS: readonly CoverageDesign[] = WORLDS.flatMap(([where, world]) =>
  (["least-squares", "binomial"] as const).flatMap((line) =>
    (Object.keys(PROCEDURES) as Procedure[])
      .filter((procedure) => isPromised(where, line, procedure))
      .map((procedure): CoverageDesign => {
        const isNoisy = world.idImages < 1000 || world.images * Math.min(world.expected, 1 - world.expected) < 200;
        return {
          name: `single line, ${line}, ${procedure}: ${where}`,
          topic: "single line",
          procedure: `${PROCEDURES[procedure]}, ${line}`,
          nominal: 0.95,
          expectation: isNoisy ? "conservative" : "calibrated",
          simulate: (random) => simulate(world, line, procedure, random),
        };
      }),
  ),
);
