import { parentPort } from "node:worker_threads";
import { InputError } from "../../foundation/errors.ts";
import type { WorkerAnswer } from "./worker-pool.ts";

/**
 * Serves the tasks of a pool in a thread, sequentially, until told to stop.
 *
 * @param work      runs a task
 * @param transfer  memory of a result to transfer back
 * @param end       called once, after the last task
 */
export function serveTasks<Task, Result>(
  work: (task: Task) => Promise<Result>,
  transfer: (result: Result) => readonly ArrayBuffer[],
  end: () => Promise<void>,
): void {
  const port = parentPort;
  if (port === null) return;
  let last: Promise<void> = Promise.resolve();
  const answer = async (task: Task) => {
    try {
      const result = await work(task);
      port.postMessage({ result } satisfies WorkerAnswer<Result>, [...transfer(result)]);
    } catch (error) {
      const input = error instanceof InputError;
      const text = error instanceof Error ? ((input ? null : error.stack) ?? error.message) : String(error);
      port.postMessage({ error: text, input } satisfies WorkerAnswer<Result>);
    }
  };
  port.on("message", (task: Task | "stop") => {
    if (task === "stop") last.then(end).finally(() => port.close());
    else last = last.then(() => answer(task));
  });
}
