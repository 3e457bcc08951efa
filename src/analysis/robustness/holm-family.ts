import { holm } from "../../foundation/statistics/holm.ts";

/** A test or an effect with its p value after Holm's adjustment over a family. */
export type Adjusted<Tested> = Tested & { readonly pHolm: number };

/** The p values of a study that one adjustment is over. */
export interface HolmFamily {
  readonly size: number;
  /** @throws RangeError if it is not of the family */
  readonly adjust: <Tested extends { readonly p: number | null }>(tested: Tested) => Adjusted<Tested>;
}

/** Adjusts p values by Holm over all of a study; a member is looked up as the object it is. */
export function holmFamily(members: readonly { readonly p: number | null }[]): HolmFamily {
  const tested = members.filter(({ p }) => p !== null);
  const adjusted = holm(tested.map(({ p }) => p as number));
  const byMember = new Map<object, number>(tested.map((member, i) => [member, adjusted[i] as number]));
  return {
    size: tested.length,
    adjust: (member) => {
      const pHolm = byMember.get(member);
      if (pHolm === undefined) throw new RangeError("expected a member of the family");
      return { ...member, pHolm };
    },
  };
}

/** Data sets that a bootstrap simulates at least. */
const MIN_REPLICATES = 1999;

/**
 * Data sets that a bootstrap needs in a family: its smallest p value, times the family's size, is then 0.01 at most, so that the
 * adjustment leaves what is clear as clear.
 */
export function replicatesFor(familySize: number): number {
  return Math.max(MIN_REPLICATES, 100 * familySize - 1);
}
