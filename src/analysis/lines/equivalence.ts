import { criticalP, type Effect, simulatedTail, studentP, studentReach } from "./estimate-effect.ts";

/** A test whether an effect is smaller than a margin. */
export interface Equivalence {
  readonly margin: number;
  /** the larger p of the two one-sided tests: if it is below the level, the effect is within ± margin */
  readonly p: number;
  /** the largest effect that remains possible: the end of the 90 % interval farther from 0, without sign */
  readonly atMost: number;
}

/**
 * Runs two one-sided tests (TOST) of an effect against ± margin, with the same simulated data sets as its interval.
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
