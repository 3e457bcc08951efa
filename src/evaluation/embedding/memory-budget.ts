import { setTimeout } from "node:timers/promises";

/**
 * Memory that threads share: whoever needs some waits until there is room. What is larger than the whole waits until
 * nobody else has any. A thread that waits may hold what it took before only if that will be given back whatever it waits for.
 */
export interface MemoryBudget {
  /** Waits for room. @returns to be called once, when the memory is free again */
  take(bytes: number): Promise<() => void>;
}

/** Memory that is counted is counted in these, so that 2 TB fit into 32 bits. */
const UNIT = 1024;
/** Milliseconds between two tries: whoever has the memory decodes, which takes longer. */
const AGAIN = 5;

/** What threads share of a budget: plain memory, which a thread can be given. */
export interface SharedBudget {
  /** bytes */
  readonly most: number;
  readonly used: Int32Array<SharedArrayBuffer>;
}

export function shareBudget(most: number): SharedBudget {
  return { most, used: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) };
}

/** A thread's side of a shared budget. */
export function openBudget({ most, used }: SharedBudget): MemoryBudget {
  const whole = Math.max(1, Math.floor(most / UNIT));
  return {
    async take(bytes) {
      const units = Math.min(Math.ceil(bytes / UNIT), whole);
      for (;;) {
        const before = Atomics.load(used, 0);
        if (before + units > whole) await setTimeout(AGAIN);
        else if (Atomics.compareExchange(used, 0, before, before + units) === before) break;
      }
      return () => {
        Atomics.sub(used, 0, units);
      };
    },
  };
}
