import type { Effect } from "../lines/estimate-effect.ts";
import { type FitScale, scaleFunctions } from "../lines/fit-scale.ts";
import type { LinePoint } from "../lines/line-point.ts";
import { estimateOfGroups, type GroupDifference, type GroupEffectOptions, heightDifferences } from "./group-effects.ts";

/** The value of a group's line at an in-distribution accuracy. */
export interface GroupHeight {
  /** number of the group */
  readonly group: number;
  /** expected accuracy under the shift, on the scale, errors in x taken into account */
  readonly effect: Effect;
  /** the same as fractions */
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
  /** whether the in-distribution accuracy is outside those of the group's checkpoints */
  readonly extrapolated: boolean;
}

/** The values of the groups' lines at a requested in-distribution accuracy, each with a separate slope. */
export interface HeightsAt {
  /** a fraction */
  readonly at: number;
  readonly groups: readonly GroupHeight[];
  readonly differences: readonly GroupDifference[];
}

/**
 * Computes the values of groups' lines at an in-distribution accuracy, regardless of the test of slopes.
 *
 * @param at a fraction in (0, 1)
 */
export function heightsAt(
  points: readonly LinePoint[],
  groups: readonly number[],
  pairs: readonly (readonly [number, number])[],
  at: number,
  scale: FitScale,
  options: GroupEffectOptions,
): HeightsAt {
  const { forward, inverse } = scaleFunctions(scale);
  const count = Math.max(...groups) + 1;
  const onScale = forward(at);
  const contrasts = Array.from({ length: count }, (_, group) => {
    const indicator = Array.from({ length: count }, (__, column) => (column === group ? 1 : 0));
    return { heights: indicator, slopes: indicator.map((value) => value * onScale) };
  });
  return {
    at,
    groups: estimateOfGroups(points, groups, "separate", contrasts, options).map((effect, group) => {
      const x = points.filter((_, i) => groups[i] === group).map((point) => point.x);
      return {
        group,
        effect,
        accuracy: inverse(effect.estimate),
        low: inverse(effect.low),
        high: inverse(effect.high),
        extrapolated: at < Math.min(...x) || at > Math.max(...x),
      };
    }),
    differences: heightDifferences(points, groups, pairs, onScale, options),
  };
}
