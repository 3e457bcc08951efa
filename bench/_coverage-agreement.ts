import { compareLines, type PairedPoints } from "../src/analysis/agreement/line-difference.ts";
import { leastSquares, lineAt, lineSe } from "../src/foundation/statistics/least-squares.ts";
import type { RandomNumbers } from "../src/foundation/statistics/random-numbers.ts";
import type { CoverageDesign } from "./_coverage-design.ts";

/** The lines of agreement and of accuracy in a world, and the scatter of their points, on the scale. */
interface AgreementWorld {
  readonly checkpoints: number;
  /** standard deviation of accuracy in distribution */
  readonly spread: number;
  /** of the accuracies about their line */
  readonly scatter: number;
  /** of a checkpoint's contribution to all its agreements, and of each pair alone */
  readonly effect: number;
  readonly pairScatter: number;
  /** height of accuracy's line above agreement's */
  readonly apart: number;
}

const SLOPE = 0.8;
const HEIGHT = -0.3;
/** Agreement is lower than accuracy. */
const BELOW = 0.2;
/** Two-sided, for two figures at 97.5 %. */
const NORMAL_QUANTILE = 2.2414;

function draw(world: AgreementWorld, { normal }: RandomNumbers): PairedPoints {
  const c = world.checkpoints;
  const pairs = (c * (c - 1)) / 2;
  const x = new Float64Array(c).map(() => world.spread * normal());
  const y = x.map((value) => HEIGHT + world.apart + SLOPE * value + world.scatter * normal());
  const effects = new Float64Array(c).map(() => world.effect * normal());
  const [pairX, pairY] = [new Float64Array(pairs), new Float64Array(pairs)];
  let pair = 0;
  for (let i = 0; i < c; i++)
    for (let j = i + 1; j < c; j++) {
      const half = (values: Float64Array) => ((values[i] as number) + (values[j] as number)) / 2;
      pairX[pair] = half(x) - BELOW + 0.1 * normal();
      pairY[pair] = HEIGHT + SLOPE * (pairX[pair] as number) + half(effects) + world.pairScatter * normal();
      pair++;
    }
  return { x, y, pairX, pairY };
}

/** The test that assumes independent pairs: standard errors of two least-squares lines. */
function naive({ x, y, pairX, pairY }: PairedPoints): boolean {
  const [accuracy, agreement] = [leastSquares([...x], [...y]), leastSquares([...pairX], [...pairY])];
  const center = accuracy.xMean;
  const slope = (agreement.slope - accuracy.slope) / Math.hypot(agreement.slopeSe, accuracy.slopeSe);
  const height =
    (lineAt(agreement, center) - lineAt(accuracy, center)) /
    Math.hypot(lineSe(agreement, center), lineSe(accuracy, center));
  return Math.max(Math.abs(slope), Math.abs(height)) > NORMAL_QUANTILE;
}

function design(
  name: string,
  world: Partial<AgreementWorld>,
  expectation: CoverageDesign["expectation"],
): CoverageDesign {
  const whole = { checkpoints: 12, spread: 0.5, scatter: 0.08, effect: 0.06, pairScatter: 0.02, apart: 0, ...world };
  return {
    name: `agreement: lines differ: ${name}`,
    topic: "agreement",
    procedure: "agreement's line is accuracy's; before: pairs as independent",
    nominal: 0.05,
    expectation,
    simulate: (random) => {
      const points = draw(whole, random);
      const found = compareLines(points);
      const hit = [found?.slope, found?.height].some(
        (difference) => difference !== undefined && (difference.low > 0 || difference.high < 0),
      );
      return { hit, before: naive(points) };
    },
  };
}

/** Whether the lines of agreement and accuracy are distinguished if they are equal, and if they differ. */
export const AGREEMENT_DESIGNS: readonly CoverageDesign[] = [
  design("6 checkpoints", { checkpoints: 6 }, "conservative"),
  ...[8, 12, 28, 72].map((checkpoints) => design(`${checkpoints} checkpoints`, { checkpoints }, "calibrated")),
  design("12 checkpoints, agreement scatters most", { scatter: 0.02, effect: 0.2 }, "calibrated"),
  design("12 checkpoints, accuracies close", { spread: 0.15 }, "calibrated"),
  design("12 checkpoints, 0.15 apart", { apart: 0.15 }, "power"),
];
