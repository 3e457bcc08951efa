import { setTimeout } from "node:timers/promises";

/**
 * A memory limit shared by threads: a request waits until enough is free. A request larger than the limit waits until
 * nothing else is in use. A waiting thread may hold memory only if it will be released independently of the wait.
 */
export interface MemoryBudget {
  /** Waits for memory. @returns a function to call once, when the memory is no longer used */
  take(bytes: number): Promise<() => void>;
}

/** Unit of accounting in bytes, so that 2 TB fit into 32 bits. */
const UNIT = 1024;
/** Milliseconds between attempts; decoding, which holds the memory, takes longer. */
const RETRY_INTERVAL = 5;

/** Shared state of a budget, which can be sent to a thread. */
export interface SharedBudget {
  /** bytes */
  readonly limit: number;
  readonly used: Int32Array<SharedArrayBuffer>;
}

export function shareBudget(limit: number): SharedBudget {
  return { limit, used: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) };
}

/** Opens a shared budget in a thread. */
export function openBudget({ limit, used }: SharedBudget): MemoryBudget {
  const limitUnits = Math.max(1, Math.floor(limit / UNIT));
  return {
    async take(bytes) {
      const units = Math.min(Math.ceil(bytes / UNIT), limitUnits);
      for (;;) {
        const before = Atomics.load(used, 0);
        if (before + units > limitUnits) await setTimeout(RETRY_INTERVAL);
        else if (Atomics.compareExchange(used, 0, before, before + units) === before) break;
      }
      return () => {
        Atomics.sub(used, 0, units);
      };
    },
  };
}
