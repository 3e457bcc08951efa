import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes of released pixels before they are collected: about a dozen photos. */
const MAX_BYTES = 8e6;

/**
 * Frees decoded pixels soon after their use. They are outside V8's heap and are freed only by a garbage collection,
 * which V8 delays until they reach 32 MB per thread. The peak memory would then depend on how often all threads are
 * near that limit at once, and grow with the number of images. A collection takes 7 ms.
 *
 * @returns a function to call with the number of bytes released; it collects when they reach `MAX_BYTES`
 */
export function createPixelCollector(): (bytes: number) => void {
  setFlagsFromString("--expose-gc"); // Node provides access to its collector only through a startup option
  const collect = runInNewContext("globalThis.gc") as (() => void) | undefined;
  let floating = 0;
  return (bytes) => {
    floating += bytes;
    if (floating <= MAX_BYTES) return;
    collect?.(); // without it, V8 decides when to collect
    floating = 0;
  };
}
