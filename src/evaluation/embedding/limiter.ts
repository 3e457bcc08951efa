/** Runs async tasks with a concurrency limit. */
export interface Limiter {
  /** Starts a task as soon as there is room. @throws what an earlier task threw */
  add(task: () => Promise<void>): Promise<void>;
  /** Waits until all tasks are done. @throws what the first task that failed threw */
  drain(): Promise<void>;
}

/** @param limit tasks at once, from 1 */
export function createLimiter(limit: number): Limiter {
  const active = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | null = null;
  const check = () => {
    if (failure !== null) throw failure.error;
  };
  return {
    async add(task) {
      while (active.size >= limit) await Promise.race(active);
      check();
      const running: Promise<void> = task()
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => active.delete(running));
      active.add(running);
    },
    async drain() {
      await Promise.all(active);
      check();
    },
  };
}
