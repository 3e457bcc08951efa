import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";

export interface EncoderThreads {
  /** number of threads, each with a copy of every graph */
  readonly count: number;
  /** onnxruntime's threads per operation, in each of them */
  readonly threads: number;
}

/** Maximum number of copies of the graphs; more take memory without being faster. */
const MAX_COPIES = 16;

/**
 * Divides the threads among copies of the graphs. Several copies with one thread each are faster than one copy whose
 * operations are divided among threads that wait for the slowest: up to twice as fast on a busy machine. Each copy
 * takes the graph's size in memory, so as many are made as fit.
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

/** Working memory of onnxruntime per loaded graph: measured 14 MB for small ones with batches of 8. */
const WORKING_BYTES = 14e6;

/** Estimates the memory of a loaded image graph: its size on disk plus working memory. */
export function imageGraphBytes({ files }: Pick<Checkpoint, "files">): number {
  const graph = files.filter((file) => file.role.startsWith("vision"));
  return (graph.length > 0 ? graph : files).reduce((sum, file) => sum + file.bytes, WORKING_BYTES);
}
