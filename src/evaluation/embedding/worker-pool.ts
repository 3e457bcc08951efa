import { extname } from "node:path";
import { type ResourceLimits, Worker } from "node:worker_threads";
import { InputError } from "../../foundation/errors.ts";

/** A pool of threads for one kind of task. The first idle thread gets the next task; results are promises. */
export interface WorkerPool<Task, Result> {
  run(task: Task): Promise<Result>;
  /** Ends each thread after its current task, so that native code is never interrupted. */
  close(): Promise<void>;
}

export interface WorkerPoolOptions<Task> {
  /** the threads' program: a module in this folder, without extension */
  readonly module: string;
  readonly count: number;
  readonly setup: unknown;
  /** memory of a task to transfer to the thread */
  readonly transfer: (task: Task) => readonly ArrayBuffer[];
  readonly resourceLimits?: ResourceLimits;
}

/** Answer of a thread to a task. */
export type WorkerAnswer<Result> =
  | { readonly result: Result }
  /** `input`: the error is an InputError, of which only the message is sent */
  | { readonly error: string; readonly input: boolean };

interface Pending<Task, Result> {
  readonly task: Task;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

export function startWorkerPool<Task, Result>(options: WorkerPoolOptions<Task>): WorkerPool<Task, Result> {
  const queue: Pending<Task, Result>[] = [];
  const idle: Worker[] = [];
  const running = new Map<Worker, Pending<Task, Result>>();
  let broken: Error | null = null;

  const feed = () => {
    while (queue.length > 0 && idle.length > 0) {
      const worker = idle.shift() as Worker;
      const pending = queue.shift() as Pending<Task, Result>;
      running.set(worker, pending);
      worker.postMessage(pending.task, options.transfer(pending.task));
    }
  };
  const fail = (error: Error) => {
    broken ??= error;
    for (const pending of [...running.values(), ...queue.splice(0)]) pending.reject(error);
    running.clear();
  };
  // The same extension as this file: .js when built, .ts when run from the sources
  const ending = extname(import.meta.url);
  const file = new URL(`./${options.module}${ending}`, import.meta.url);
  // When built, no Node options are needed; a thread refuses some, such as --input-type
  const execArgv = ending === ".js" ? { execArgv: [] } : {};
  const limits = options.resourceLimits === undefined ? {} : { resourceLimits: options.resourceLimits };
  const workers = Array.from({ length: options.count }, () => {
    const worker = new Worker(file, { workerData: options.setup, ...execArgv, ...limits });
    worker.on("message", (answer: WorkerAnswer<Result>) => {
      const pending = running.get(worker);
      running.delete(worker);
      idle.push(worker);
      if ("result" in answer) pending?.resolve(answer.result);
      else pending?.reject(answer.input ? new InputError(answer.error) : new Error(`thread: ${answer.error}`));
      feed();
    });
    worker.on("error", (error) => fail(asError(error)));
    idle.push(worker);
    return { worker, ended: new Promise((resolve) => worker.once("exit", resolve)) };
  });
  return {
    run: (task) =>
      new Promise((resolve, reject) => {
        if (broken !== null) return reject(broken);
        queue.push({ task, resolve, reject });
        feed();
      }),
    close: async () => {
      queue.length = 0;
      for (const { worker } of workers) worker.postMessage("stop");
      await Promise.all(workers.map(({ ended }) => ended));
    },
  };
}

/** Restores an error from a thread, which loses its class in transfer. */
function asError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  return error.name === "InputError" ? new InputError(error.message) : error;
}
