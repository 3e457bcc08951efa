import type { LinePoint } from "../src/analysis/lines/line-point.ts";
import { binomialAtNormal } from "../src/foundation/statistics/binomial-draw.ts";
import { inverseLogit, logit } from "../src/foundation/statistics/logit.ts";
import type { RandomNumbers } from "../src/foundation/statistics/random-numbers.ts";

/** Groups of checkpoints around known lines, on the logit scale. */
export interface GroupWorld {
  /** number of points in each group */
  readonly sizes: readonly number[];
  /** range of a group's true in-distribution accuracies, evenly spaced on the scale or drawn from it */
  readonly range: readonly [number, number];
  readonly spacing: "even" | "drawn";
  /** distance between neighboring groups' ranges, logit; default 0 */
  readonly apart?: number;
  /** of each group; the last value also applies to later groups */
  readonly slopes: readonly number[];
  /** each group's line at the middle of the first group's range, logit */
  readonly heights: readonly number[];
  /** standard deviation of the scatter around each group's line, logit */
  readonly scatter: readonly number[];
  readonly xImages: number;
  readonly yImages: number;
}

export interface GroupSample {
  readonly points: readonly LinePoint[];
  /** index of each point's group */
  readonly groups: readonly number[];
}

/** The middle of the first group's range, on the scale, at which `heights` apply. */
export function middleOf({ range }: GroupWorld): number {
  return (logit(range[0]) + logit(range[1])) / 2;
}

export function ofGroup(values: readonly number[], group: number): number {
  return values[Math.min(group, values.length - 1)] as number;
}

/** Draws the groups' checkpoints, and measures them on finite images. */
export function drawGroups(world: GroupWorld, random: RandomNumbers): GroupSample {
  const [low, high] = world.range.map(logit) as [number, number];
  const middle = middleOf(world);
  const points: LinePoint[] = [];
  const groups: number[] = [];
  world.sizes.forEach((size, group) => {
    for (let i = 0; i < size; i++) {
      const share = world.spacing === "even" ? i / (size - 1) : random.uniform();
      const xi = low + share * (high - low) + group * (world.apart ?? 0);
      const eta =
        ofGroup(world.heights, group) +
        ofGroup(world.slopes, group) * (xi - middle) +
        ofGroup(world.scatter, group) * random.normal();
      points.push({
        x: measured(xi, world.xImages, random),
        y: measured(eta, world.yImages, random),
        xImages: world.xImages,
        yImages: world.yImages,
      });
      groups.push(group);
    }
  });
  return { points, groups };
}

/** An accuracy measured on a finite number of images. */
export function measured(value: number, images: number, random: RandomNumbers): number {
  return binomialAtNormal(random.normal(), images, inverseLogit(value)) / images;
}
