import { createRequire } from "node:module";
import { nativeLibraryError } from "../../foundation/native-library.ts";

type Sharp = typeof import("sharp").default;

let loaded: Sharp | null = null;

/**
 * The decoder, loaded when it is needed and not before.
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
  // Every image is read once, so libvips' cache would only hold memory; and images are decoded side by side in libuv's
  // threads (UV_THREADPOOL_SIZE of them), so threads inside one image would only get in each other's way.
  loaded.cache(false);
  loaded.concurrency(1);
  return loaded;
}
