import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { WorkerResult, WorkerSetup, WorkerTask } from "./image-worker.ts";

/** Threads that turn image files into tensors. Tasks go to the idle thread first; results come by promise. */
export interface ImageWorkers {
  run(task: WorkerTask): Promise<WorkerResult>;
  /** Lets each thread finish what it has, then ends it: a thread is never torn down amid native work. */
  close(): Promise<void>;
}

interface Pending {
  readonly task: WorkerTask;
  readonly resolve: (result: WorkerResult) => void;
  readonly reject: (error: Error) => void;
}

export function startImageWorkers(count: number, setup: WorkerSetup): ImageWorkers {
  const queue: Pending[] = [];
  const idle: Worker[] = [];
  const running = new Map<Worker, Pending>();
  let broken: Error | null = null;

  const feed = () => {
    while (queue.length > 0 && idle.length > 0) {
      const worker = idle.shift() as Worker;
      const pending = queue.shift() as Pending;
      running.set(worker, pending);
      worker.postMessage(
        pending.task,
        pending.task.outputs.map((output) => output.buffer),
      );
    }
  };
  const fail = (error: Error) => {
    broken ??= error;
    for (const pending of [...running.values(), ...queue.splice(0)]) pending.reject(error);
    running.clear();
  };
  // The same ending as this file: .js as built, .ts when run from the sources
  const ending = extname(import.meta.url);
  const file = new URL(`./image-worker${ending}`, import.meta.url);
  // As built it needs none of the options Node was started with, some of which a thread refuses (--input-type)
  const execArgv = ending === ".js" ? { execArgv: [] } : {};
  const workers = Array.from({ length: count }, () => {
    const worker = new Worker(file, { workerData: setup, ...execArgv });
    worker.on("message", ({ result, error }: { result?: WorkerResult; error?: string }) => {
      const pending = running.get(worker);
      running.delete(worker);
      idle.push(worker);
      if (result !== undefined) pending?.resolve(result);
      else pending?.reject(new Error(`image thread: ${error}`));
      feed();
    });
    worker.on("error", (error) => fail(error instanceof Error ? error : new Error(String(error))));
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
