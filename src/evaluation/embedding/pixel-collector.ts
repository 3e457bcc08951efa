import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes of pixels that are let go before they are freed: a dozen photos. */
const MAX_BYTES = 8e6;

/**
 * Frees decoded pixels soon after their use. They lie outside V8's heap, where only a garbage collection finds that nobody holds them,
 * and V8 puts one off until they come to 32 MB a thread: the process's peak would then depend on how often all threads are near that at
 * once, and so grow with the number of images. A collection takes 7 ms.
 *
 * @returns to be told how many bytes of pixels were let go; it collects when they have come to `MAX_BYTES`
 */
export function createPixelCollector(): (bytes: number) => void {
  setFlagsFromString("--expose-gc"); // Node has no other way to its collector but an option at its start
  const collect = runInNewContext("globalThis.gc") as (() => void) | undefined;
  let floating = 0;
  return (bytes) => {
    floating += bytes;
    if (floating <= MAX_BYTES) return;
    collect?.(); // where there is none, V8 collects when it sees fit
    floating = 0;
  };
}
