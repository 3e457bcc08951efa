import { workerData } from "node:worker_threads";

/** Ends this process when its parent is gone. Runs in a separate thread, because the main thread may be blocked. */

/** Milliseconds between checks. */
const CHECK_INTERVAL = 500;

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL");
}, CHECK_INTERVAL);
