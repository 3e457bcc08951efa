import { holm } from "../../foundation/statistics/holm.ts";

/** A test or an effect with its p value after Holm's adjustment over a family. */
export type Adjusted<Tested> = Tested & { readonly pHolm: number };

/** The p values of a study that are adjusted together. */
export interface HolmFamily {
  readonly size: number;
  /** @throws RangeError if it is not in the family */
  readonly adjust: <Tested extends { readonly p: number | null }>(tested: Tested) => Adjusted<Tested>;
}

/** Adjusts p values by Holm over a whole study; members are looked up by object identity. */
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

/** Minimum number of data sets that a bootstrap simulates. */
const MIN_REPLICATES = 1999;

/**
 * Returns the number of data sets that a bootstrap needs in a family: its smallest p value times the size of the family
 * is then at most 0.01, so that clear results remain significant after adjustment.
 */
export function replicatesFor(familySize: number): number {
  return Math.max(MIN_REPLICATES, 100 * familySize - 1);
}
