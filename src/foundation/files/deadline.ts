import { BroadcastChannel, getEnvironmentData, setEnvironmentData, threadId } from "node:worker_threads";

/*
 * Work on files that somebody else made may never end: a graph that loops, a pattern that backtracks. It blocks its thread,
 * which can then not look at a clock, and a thread in native code cannot be ended without its process. So such work is
 * announced when it begins and when it ends, and a supervising process (commands/supervised-process.ts) keeps the time.
 * Where nobody supervises, as in the library, announcing does nothing.
 */

/** Work begins or ends. What has begun and does not end within its seconds is stopped, with its process. */
export type WorkEvent =
  | {
      readonly begin: string;
      /** in the words of a message: "clip/visual.onnx: one run of its graph" */
      readonly what: string;
      readonly seconds: number;
    }
  | { readonly end: string };

type Announce = (event: WorkEvent) => void;

const CHANNEL = "shiftline-deadlines";
/** Pieces of work after which a burst counts as a new one. */
const PIECES = 1024;

/** undefined: not looked for yet; null: nobody supervises */
let announce: Announce | null | undefined;
let begun = 0;

/** Has the work of this thread and of all threads started from now on announced. Called once, in the main thread. */
export function announceWork(tell: Announce): void {
  announce = tell;
  setEnvironmentData(CHANNEL, true);
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = (message) => tell((message as { readonly data: WorkEvent }).data);
  channel.unref();
}

/** Does work that may never end, under a supervisor's deadline. */
export async function withDeadline<T>(what: string, seconds: number, work: () => Promise<T>): Promise<T> {
  const end = begin(what, seconds);
  try {
    return await work();
  } finally {
    end();
  }
}

/**
 * A deadline for synchronous work of many short pieces, to be called before each: all that this thread does before its event
 * loop goes on counts as one, or 1,024 pieces of it.
 */
export function createBurstDeadline(what: string, seconds: number): () => void {
  let left = 0;
  let end: (() => void) | null = null;
  const endBurst = () => {
    end?.();
    end = null;
    left = 0;
  };
  return () => {
    if (left > 0) {
      left -= 1;
      return;
    }
    if (end === null) setImmediate(endBurst);
    else end();
    end = begin(what, seconds);
    left = PIECES;
  };
}

function begin(what: string, seconds: number): () => void {
  announce ??= findSupervisor();
  const tell = announce;
  if (tell === null) return () => {};
  const id = `${threadId}-${++begun}`;
  tell({ begin: id, what, seconds });
  return () => tell({ end: id });
}

/** In a thread, the main thread hands on what is announced; undefined there where nobody supervises. */
function findSupervisor(): Announce | null {
  if (getEnvironmentData(CHANNEL) !== true) return null;
  const channel = new BroadcastChannel(CHANNEL);
  channel.unref();
  return (event) => channel.postMessage(event);
}
