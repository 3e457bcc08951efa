/** Checkpoints that were trained on the same mixture. */
export interface Mixture {
  /** k shares of sum 1 */
  readonly shares: readonly number[];
  /** numbers of the points, ascending */
  readonly members: readonly number[];
}

/** Shares are compared in millionths. */
const STEPS = 1e6;

/**
 * Groups points by mixture; pure sources come first, in the order of the sources.
 *
 * @param shares (n, k)
 */
export function distinctMixtures(shares: readonly (readonly number[])[]): Mixture[] {
  const mixtures = new Map<string, { readonly shares: readonly number[]; readonly members: number[] }>();
  shares.forEach((row, i) => {
    const key = row.map(stepsOf).join(" ");
    const mixture = mixtures.get(key) ?? { shares: row, members: [] };
    mixtures.set(key, mixture);
    mixture.members.push(i);
  });
  const order = (a: Mixture, b: Mixture) => {
    const c = a.shares.findIndex((share, at) => stepsOf(share) !== stepsOf(b.shares[at] as number));
    return c < 0 ? 0 : (b.shares[c] as number) - (a.shares[c] as number);
  };
  return [...mixtures.values()].sort(
    (a, b) => Number(pureSource(a) === null) - Number(pureSource(b) === null) || order(a, b),
  );
}

function stepsOf(share: number): number {
  return Math.round(share * STEPS);
}

/** Returns the number of the only source of a mixture; null if it has several. */
export function pureSource({ shares }: Pick<Mixture, "shares">): number | null {
  const c = shares.findIndex((share) => stepsOf(share) === STEPS);
  return c < 0 ? null : c;
}

/** Returns one indicator column per mixture. (n, number of mixtures) */
export function mixtureColumns(mixtures: readonly Mixture[], n: number): number[][] {
  const rows = Array.from({ length: n }, () => mixtures.map(() => 0));
  mixtures.forEach(({ members }, column) => {
    for (const i of members) (rows[i] as number[])[column] = 1;
  });
  return rows;
}

/**
 * Returns the weights of the sources' lines for a source's effect: all of the source against equal shares of the others
 * (the effect in Cox's direction from their center).
 *
 * @see J. A. Cornell, Experiments with Mixtures, 3rd ed. 2002, section 5.7
 */
export function sourceWeights(sources: number, source: number): number[] {
  return Array.from({ length: sources }, (_, c) => (c === source ? 1 : -1 / (sources - 1)));
}
