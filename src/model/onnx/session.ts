import { stat } from "node:fs/promises";
import { InputError } from "../../foundation/errors.ts";
import { withDeadline } from "../../foundation/files/deadline.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { checkRegular } from "../../foundation/files/regular-file.ts";
import { fromFloat16 } from "./float16.ts";
import {
  type Feed,
  type GraphSource,
  type LoadedGraph,
  loadGraph,
  OnnxRuntimeError,
  type Output,
} from "./onnx-runtime.ts";
import type { TensorInfo } from "./onnx-tensor.ts";
import type { Runtime } from "./runtime.ts";

/** A loaded graph. It runs on the calling JavaScript thread and blocks it for the whole inference. */
export interface GraphSession {
  /** the graph's file, or its name in messages */
  readonly path: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Runs the graph and returns one output as float32 in separate memory. @throws InputError if onnxruntime fails */
  run(feeds: Readonly<Record<string, Feed>>, output: string): Promise<{ data: Float32Array; dims: readonly number[] }>;
  /** Releases the graph's memory when running calls have finished; a second call does nothing. */
  close(): Promise<void>;
}

/**
 * Time limit of a run of a graph without weights, and per gigabyte of weights: a hundred times the duration on a slow machine.
 */
const FIXED_SECONDS = 60;
const SECONDS_PER_GB = 600;

/**
 * Loads a graph (the external data of a file is resolved relative to its folder).
 *
 * @param runtime defaults to cpu, float32 and onnxruntime's number of threads, which is the machine's cores
 * @param weights their size in bytes, which determines the time limits of loading and of each run (see `withDeadline`)
 * @throws InputError if it is not a regular file, or onnxruntime cannot load it, with onnxruntime's reason
 */
export async function openSession(
  source: GraphSource,
  runtime: Partial<Runtime> = {},
  weights = 0,
): Promise<GraphSession> {
  const path = "path" in source ? source.path : source.name;
  if ("path" in source) await checkFile(path);
  const seconds = FIXED_SECONDS + (SECONDS_PER_GB * weights) / 1e9;
  let graph: LoadedGraph;
  try {
    graph = await withDeadline(`${path}: loading its graph`, seconds, () => loadGraph(source, runtime));
  } catch (cause) {
    if (!(cause instanceof OnnxRuntimeError)) throw cause;
    throw new InputError(`${path}: onnxruntime cannot load it: ${oneLine(cause)}`, { cause });
  }
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  return {
    path,
    inputs: tensorInfos(path, graph.inputs),
    outputs: tensorInfos(path, graph.outputs),
    run(feeds, output) {
      if (closed) return Promise.reject(new Error(`${path}: run after close`));
      const run = () => runGraph(path, graph, feeds, output);
      const result = withDeadline(`${path}: one run of its graph`, seconds, run);
      last = result.catch(() => {});
      return result;
    },
    async close() {
      if (closed) return;
      closed = true;
      await last;
      await graph.release();
    },
  };
}

/** Refuses anything other than a regular file: onnxruntime would wait for a named pipe. */
async function checkFile(path: string): Promise<void> {
  const info = await stat(path).catch((cause) => {
    throw readError(path, cause);
  });
  checkRegular(path, info);
}

async function runGraph(
  path: string,
  graph: LoadedGraph,
  feeds: Readonly<Record<string, Feed>>,
  name: string,
): Promise<{ data: Float32Array; dims: readonly number[] }> {
  let output: Output;
  try {
    [output] = (await graph.run(feeds, [name])) as [Output];
  } catch (cause) {
    if (!(cause instanceof OnnxRuntimeError)) throw cause;
    const given = Object.entries(feeds).map(([input, feed]) => `${input} (${feed.dims.join(", ")})`);
    throw new InputError(`${path}: onnxruntime cannot run it on ${given.join(", ")}: ${oneLine(cause)}`, { cause });
  }
  return { data: toFloat32(path, output), dims: output.dims };
}

function toFloat32(path: string, { type, data }: Output): Float32Array {
  if (type === "float32") return data as Float32Array;
  if (type === "float64") return new Float32Array(data as Float64Array);
  if (type !== "float16") throw new InputError(`${path}: expected a float output, got type ${type}`);
  // Node 20 returns the 16 bits as Uint16Array, later versions a Float16Array over the same memory.
  const halves = data as Uint16Array;
  return fromFloat16(new Uint16Array(halves.buffer, halves.byteOffset, halves.length));
}

function tensorInfos(path: string, metadata: LoadedGraph["inputs"]): TensorInfo[] {
  return metadata.map((value) => {
    if (!value.isTensor) throw new InputError(`${path}: ${value.name} is not a tensor, which is not supported`);
    return { name: value.name, type: value.type, shape: value.shape };
  });
}

/** onnxruntime's message in one line, without the repeated path, and shortened because some messages list whole shapes. */
function oneLine({ message }: OnnxRuntimeError): string {
  return message
    .replace(/^Load model from .*? failed:/, "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 400);
}
