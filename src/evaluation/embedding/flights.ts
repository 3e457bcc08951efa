/** Work under way, at most so much of it at once. */
export interface Flights {
  /** Starts work as soon as there is room. @throws what earlier work threw, once */
  start(work: () => Promise<void>): Promise<void>;
  /** Waits until all is done. @throws what the first work that failed threw */
  land(): Promise<void>;
}

/** @param most pieces of work at once, from 1 */
export function openFlights(most: number): Flights {
  const active = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | null = null;
  const check = () => {
    if (failure !== null) throw failure.error;
  };
  return {
    async start(work) {
      while (active.size >= most) await Promise.race(active);
      check();
      const flight: Promise<void> = work()
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => active.delete(flight));
      active.add(flight);
    },
    async land() {
      await Promise.all(active);
      check();
    },
  };
}
