import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { sha256File } from "./sha256.ts";

/** Bytes from which a thread of its own pays: it takes 40 ms to start, in which 40 MB are hashed. */
const LARGE = 64e6;

/**
 * SHA-256 of a file, as {@link sha256File}; a large one is hashed in a thread of its own, so that several are hashed
 * side by side, and the calling thread goes on with other work.
 */
export async function hashInThread(path: string): Promise<string> {
  if ((await stat(path)).size < LARGE) return sha256File(path);
  // The same ending as this file: .js as built, .ts when run from the sources
  const ending = extname(import.meta.url);
  const worker = new Worker(new URL(`./hash-worker${ending}`, import.meta.url), {
    workerData: path,
    ...(ending === ".js" ? { execArgv: [] } : {}),
  });
  return new Promise((resolve, reject) => {
    worker.once("message", ({ hash, error, code }: { hash?: string; error?: string; code?: string }) => {
      if (hash !== undefined) resolve(hash);
      else reject(Object.assign(new Error(error), { code }));
    });
    worker.once("error", reject);
  });
}
