import { parentPort, workerData } from "node:worker_threads";
import { sha256File } from "./sha256.ts";

/** Hashes one file in a worker thread. */
sha256File(workerData as string).then(
  (hash) => parentPort?.postMessage({ hash }),
  (error: NodeJS.ErrnoException) => parentPort?.postMessage({ error: error.message, code: error.code }),
);
