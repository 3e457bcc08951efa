import { BroadcastChannel, getEnvironmentData, setEnvironmentData, threadId } from "node:worker_threads";

/*
 * Work on files from others may never end: a graph that loops, a pattern that backtracks. It blocks its thread, which
 * then cannot check a clock, and a thread in native code cannot be ended without ending its process. Such work is
 * therefore announced when it begins and ends, and a supervising process (app/cli/supervised-process.ts) enforces the
 * time limit. Without a supervisor, as in the library, announcing does nothing.
 */

/**
 * The beginning or end of work. Work that has begun and does not end within its seconds is stopped, together with its
 * process.
 */
export type WorkEvent =
  | {
      readonly begin: string;
      /** as worded in a message: "clip/visual.onnx: one run of its graph" */
      readonly what: string;
      readonly seconds: number;
    }
  | { readonly end: string };

type Announce = (event: WorkEvent) => void;

const CHANNEL = "shiftline-deadlines";
/** Pieces of work after which a new burst begins. */
const PIECES = 1024;

/** undefined: not looked up yet; null: no supervisor */
let announce: Announce | null | undefined;
let begun = 0;

/** Announces the work of this thread and of all threads started from now on. Called once, in the main thread. */
export function announceWork(send: Announce): void {
  announce = send;
  setEnvironmentData(CHANNEL, true);
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = (message) => send((message as { readonly data: WorkEvent }).data);
  channel.unref();
}

/** Runs work that may never end, under a supervisor's deadline. */
export async function withDeadline<T>(what: string, seconds: number, work: () => Promise<T>): Promise<T> {
  const end = begin(what, seconds);
  try {
    return await work();
  } finally {
    end();
  }
}

/**
 * Creates a deadline for synchronous work of many short pieces; the returned function is called before each piece. All
 * pieces until the event loop continues count as one burst, up to 1,024 pieces.
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
  const send = announce;
  if (send === null) return () => {};
  const id = `${threadId}-${++begun}`;
  send({ begin: id, what, seconds });
  return () => send({ end: id });
}

/** Finds the supervisor. In a thread, the main thread forwards announcements; null where there is no supervisor. */
function findSupervisor(): Announce | null {
  if (getEnvironmentData(CHANNEL) !== true) return null;
  const channel = new BroadcastChannel(CHANNEL);
  channel.unref();
  return (event) => channel.postMessage(event);
}
