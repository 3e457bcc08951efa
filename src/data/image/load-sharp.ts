import { createRequire } from "node:module";
import { nativeLibraryError } from "../../foundation/native-library.ts";

type Sharp = typeof import("sharp").default;

let loaded: Sharp | null = null;

/**
 * Loads the decoder when it is first needed.
 *
 * @throws InputError where sharp has no library for this system
 */
export function loadSharp(): Sharp {
  if (loaded !== null) return loaded;
  try {
    loaded = createRequire(import.meta.url)("sharp") as Sharp;
  } catch (cause) {
    throw nativeLibraryError("sharp, which decodes images,", cause);
  }
  // Every image is read once, so libvips' cache would only take memory. Images are decoded in parallel in libuv's
  // threads (UV_THREADPOOL_SIZE of them), so threads within one image would only compete with them.
  loaded.cache(false);
  loaded.concurrency(1);
  return loaded;
}
