/**
 * Range of the sum over the number of discordant pairs, in standard deviations: the probability outside is below 1e-15.
 */
const REACH = 8;
/** Weights above this are scaled down, together with the sums so far. */
const LARGEST_WEIGHT = 1e150;

/**
 * Computes the power of McNemar's exact two-sided test on n pairs, summed over every number of discordant pairs.
 *
 * @param discordance probability that exactly one of a pair is right, in (0, 1]
 * @param difference  of the two fractions, in [0, discordance]
 * @param n           pairs, whole, > 0
 * @param alpha       level, in (0, 1): the test rejects at p ≤ alpha
 * @see S. W. Duffy, Asymptotic and exact power for the McNemar test and its analogue with R controls per case,
 *   Biometrics 40, 1984
 */
export function mcnemarPower(discordance: number, difference: number, n: number, alpha: number): number {
  const mean = n * discordance;
  const reach = REACH * Math.sqrt(mean * (1 - discordance)) + REACH ** 2;
  const from = discordance === 1 ? n : Math.max(0, Math.floor(mean - reach));
  const to = Math.min(n, Math.ceil(mean + reach));
  const odds = discordance / (1 - discordance);
  const fair = createLowerTail(0.5);
  const favored = createLowerTail((1 + difference / discordance) / 2);
  const opposed = createLowerTail((1 - difference / discordance) / 2);
  /** probability of this number of discordant pairs, relative to that of the first number summed */
  let weight = 1;
  let weights = 0;
  let power = 0;
  for (let discordant = 0; discordant <= to; discordant++) {
    if (discordant > 0) {
      fair.addTrial();
      favored.addTrial();
      opposed.addTrial();
    }
    if (2 * fair.next() <= alpha) {
      fair.raise();
      favored.raise();
      opposed.raise();
    }
    if (discordant < from) continue;
    weights += weight;
    power += weight * (favored.probability() + opposed.probability());
    weight *= ((n - discordant) / (discordant + 1)) * odds;
    if (weight > LARGEST_WEIGHT) {
      power /= weight;
      weights /= weight;
      weight = 1;
    }
  }
  return power / weights;
}

/** P(X ≤ k) of a binomial distribution as its trials and k grow from 0 and −1. */
interface LowerTail {
  probability(): number;
  /** P(X ≤ k + 1) */
  next(): number;
  addTrial(): void;
  /** Adds 1 to k. */
  raise(): void;
}

function createLowerTail(p: number): LowerTail {
  let trials = 0;
  let k = -1;
  let tail = 0;
  let following = 1; // P(X = k + 1)
  return {
    probability: () => tail,
    next: () => tail + following,
    addTrial: () => {
      // P(X = k) for the previous number of trials, from P(X = k + 1)
      const last = k < 0 || p === 0 || p === 1 ? 0 : (following * (k + 1) * (1 - p)) / ((trials - k) * p);
      tail -= p * last;
      trials++;
      following *= (trials * (1 - p)) / (trials - k - 1);
    },
    raise: () => {
      k++;
      tail += following;
      following *= p === 1 ? 0 : ((trials - k) * p) / ((k + 1) * (1 - p));
    },
  };
}
