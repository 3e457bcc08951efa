import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { sha256File } from "./sha256.ts";

/** File size from which a separate thread pays: starting one takes 40 ms, the time to hash 40 MB. */
const LARGE = 64e6;

/**
 * Computes the SHA-256 of a file like {@link sha256File}. Hashes a large file in a separate thread, so that several
 * files are hashed in parallel and the calling thread can continue.
 */
export async function hashInThread(path: string): Promise<string> {
  if ((await stat(path)).size < LARGE) return sha256File(path);
  // The file extension of this module: .js when built, .ts when run from the sources
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
