/** Runs async tasks with a concurrency limit. */
export interface Limiter {
  /** Starts a task as soon as the limit allows. @throws the error of an earlier task */
  add(task: () => Promise<void>): Promise<void>;
  /** Waits until all tasks are done. @throws the error of the first failed task */
  drain(): Promise<void>;
}

/** @param limit maximum number of concurrent tasks, at least 1 */
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
