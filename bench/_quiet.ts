import { loadavg } from "node:os";

/** Maximum load average of a quiet machine over a minute. */
export const QUIET_LOAD = 0.3;
/** After a previous benchmark the load equals its number of cores, and falls below {@link QUIET_LOAD} in about two minutes. */
const PATIENCE_SECONDS = 300;

/**
 * Waits until nothing else uses the machine, and prints the load. Other processes slow down PyTorch's OpenMP threads, which wait
 * for each other in every operation, more than one graph per core: ratios measured on a busy machine do not apply elsewhere.
 *
 * @param load      returns the load of the last minute
 * @param patience  maximum seconds to wait
 * @returns the load
 * @throws if the load does not fall to {@link QUIET_LOAD}
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
      throw new Error(`the machine is busy (load ${now.toFixed(2)}, at most ${QUIET_LOAD}): stop other programs`);
    }
    console.error(`load ${now.toFixed(2)}: waiting until it is at most ${QUIET_LOAD}`);
    await new Promise((resolve) => setTimeout(resolve, Math.min(15, patience - passed) * 1000));
  }
}
