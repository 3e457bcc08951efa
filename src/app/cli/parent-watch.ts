import { workerData } from "node:worker_threads";

/** Ends this process when the one that started it is gone, in a thread of its own: the main one may be blocked for ever. */

/** Milliseconds between two looks. */
const CHECK_INTERVAL = 500;

setInterval(() => {
  if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL");
}, CHECK_INTERVAL);
