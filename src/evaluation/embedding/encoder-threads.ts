import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";

export interface EncoderThreads {
  /** threads that each hold every graph */
  readonly count: number;
  /** onnxruntime's threads for one operation, in each of them */
  readonly threads: number;
}

/** More copies of the graphs than this only take memory. */
const MAX_COPIES = 16;

/**
 * How the threads are given to the graphs. Several copies, each run by a thread of its own, are faster than one whose
 * every operation is cut among the threads, which wait for the slowest each time: up to twice on a busy machine. A
 * copy costs the graph's size in memory, so there are as many as fit.
 */
export function planEncoderThreads(
  checkpoints: readonly Pick<Checkpoint, "files">[],
  options: { readonly threads: number; readonly modelMemory: number },
): EncoderThreads {
  const bytes = checkpoints.reduce((sum, checkpoint) => sum + imageGraphBytes(checkpoint), 0);
  const fitting = Math.floor(options.modelMemory / Math.max(bytes, 1));
  const count = Math.max(1, Math.min(options.threads, fitting, MAX_COPIES));
  return { count, threads: Math.max(1, Math.floor(options.threads / count)) };
}

/** What onnxruntime works in, which stays with each loaded graph: measured 14 MB for small ones at batches of 8. */
const WORKING_BYTES = 14e6;

/** About what a checkpoint's image graph takes when loaded: its bytes on disk, and the memory it works in. */
export function imageGraphBytes({ files }: Pick<Checkpoint, "files">): number {
  const graph = files.filter((file) => file.role.startsWith("vision"));
  return (graph.length > 0 ? graph : files).reduce((sum, file) => sum + file.bytes, WORKING_BYTES);
}
