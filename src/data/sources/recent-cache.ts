/** A cache of recently used results. */
export interface RecentCache<Key, Result> {
  /** Returns the result for a key: one that is kept or in progress, else a new one. A failed result is not kept. */
  get(key: Key, make: () => Promise<Result>): Promise<Result>;
  clear(): void;
}

/**
 * Makes a cache that keeps the most recently used result regardless of its weight, and earlier ones as far as they fit into
 * `capacity` together with it.
 *
 * @param weigh  weight of a result, in the capacity's unit; known once it is made
 */
export function createRecentCache<Key, Result>(
  capacity: number,
  weigh: (result: Result) => number,
): RecentCache<Key, Result> {
  const kept = new Map<Key, { readonly result: Promise<Result>; weight: number }>(); // the most recently used is the last
  let total = 0;

  function drop(key: Key): void {
    total -= kept.get(key)?.weight ?? 0;
    kept.delete(key);
  }

  function settle(key: Key, result: Result): void {
    const entry = kept.get(key);
    if (entry === undefined) return;
    entry.weight = weigh(result);
    total += entry.weight;
    for (const oldest of kept.keys()) {
      if (total <= capacity || kept.size === 1) break;
      drop(oldest);
    }
  }

  return {
    get(key, make) {
      const known = kept.get(key);
      if (known !== undefined) {
        kept.delete(key);
        kept.set(key, known);
        return known.result;
      }
      const entry = { result: make(), weight: 0 };
      kept.set(key, entry);
      entry.result.then(
        (result) => kept.get(key) === entry && settle(key, result),
        () => kept.get(key) === entry && drop(key),
      );
      return entry.result;
    },
    clear() {
      kept.clear();
      total = 0;
    },
  };
}
