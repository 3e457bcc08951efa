import { loadavg } from "node:os";

/** Processes that may want a core, on average over a minute, beside what is measured. */
export const QUIET_LOAD = 0.3;
/** A benchmark before this one leaves a load of its cores, which falls below {@link QUIET_LOAD} in about two minutes. */
const PATIENCE_SECONDS = 300;

/**
 * Waits until nothing else uses the machine, and prints the load. Neighbors slow PyTorch's OpenMP threads, which wait for each
 * other in every operation, more than one graph per core: ratios measured beside them do not hold elsewhere.
 *
 * @param load      reads the load of the last minute
 * @param patience  seconds to wait at most
 * @returns the load
 * @throws if it does not fall to {@link QUIET_LOAD}
 */
export async function waitForQuiet(
  load: () => number = () => loadavg()[0] as number,
  patience = PATIENCE_SECONDS,
): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const now = load();
    if (now <= QUIET_LOAD) {
      console.error(`load ${now.toFixed(2)}: quiet`);
      return now;
    }
    const passed = (performance.now() - begun) / 1000;
    if (passed >= patience) {
      throw new Error(`the machine is busy (load ${now.toFixed(2)}, at most ${QUIET_LOAD}): stop what else runs on it`);
    }
    console.error(`load ${now.toFixed(2)}: waiting until it is at most ${QUIET_LOAD}`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(15, patience - passed) * 1000));
  }
}
