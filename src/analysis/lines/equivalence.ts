import { criticalP, type Effect, simulatedTail, studentP, studentReach } from "./estimate-effect.ts";

/** Whether an effect is shown to be smaller than a margin. */
export interface Equivalence {
  readonly margin: number;
  /** the larger p of the two one-sided tests: below the level, the effect lies within ± margin */
  readonly p: number;
  /** what remains possible: the 90 % interval's end that is farther from 0, without sign */
  readonly atMost: number;
}

/**
 * Two one-sided tests (TOST) of an effect against ± a margin, from the same simulated data sets as its interval.
 *
 * @param margin > 0, in the effect's unit
 * @see D. J. Schuirmann, J. Pharmacokin. Biopharm. 15, 1987
 */
export function testEquivalence(effect: Effect, margin: number): Equivalence {
  if (!(margin > 0)) throw new RangeError(`expected a positive margin, got ${margin}`);
  const { simulatedP } = effect;
  const room = margin - Math.abs(effect.estimate);
  const student = studentP(room, effect);
  const twoSided = simulatedP === null ? student : simulatedTail(simulatedP, student);
  return {
    margin,
    p: room > 0 ? twoSided / 2 : 1 - twoSided / 2,
    atMost: Math.abs(effect.estimate) + studentReach(effect, simulatedP === null ? 0.1 : criticalP(simulatedP, 0.9)),
  };
}
