import { extname } from "node:path";
import { type ResourceLimits, Worker } from "node:worker_threads";
import { InputError } from "../../foundation/errors.ts";

/** Threads that do one kind of task. The first idle one gets the next; results come by promise. */
export interface WorkerPool<Task, Result> {
  run(task: Task): Promise<Result>;
  /** Lets each thread finish what it has, then ends it: a thread is never torn down amid native work. */
  close(): Promise<void>;
}

export interface WorkerPoolOptions<Task> {
  /** the threads' program: a module of this folder, without the ending */
  readonly module: string;
  readonly count: number;
  readonly setup: unknown;
  /** memory of a task that goes over to the thread */
  readonly transfer: (task: Task) => readonly ArrayBuffer[];
  readonly resourceLimits?: ResourceLimits;
}

/** What a thread sends back for a task. */
export type WorkerAnswer<Result> =
  | { readonly result: Result }
  /** `input`: it is an InputError, whose message is all there is to say */
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
  // The same ending as this file: .js as built, .ts when run from the sources
  const ending = extname(import.meta.url);
  const file = new URL(`./${options.module}${ending}`, import.meta.url);
  // As built it needs none of the options Node was started with, some of which a thread refuses (--input-type)
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

/** An error as it comes over from a thread, where it loses its class. */
function asError(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  return error.name === "InputError" ? new InputError(error.message) : error;
}
