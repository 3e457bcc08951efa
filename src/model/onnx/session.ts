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

/** A loaded graph of the user's. It runs on the calling JavaScript thread and blocks it for the whole inference. */
export interface GraphSession {
  /** the graph's file, or what it is called in messages */
  readonly path: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Runs the graph and gives one output as float32 in memory of its own. @throws InputError if onnxruntime refuses */
  run(feeds: Readonly<Record<string, Feed>>, output: string): Promise<{ data: Float32Array; dims: readonly number[] }>;
  /** Releases the graph's memory, after the runs under way; a second call does nothing. */
  close(): Promise<void>;
}

/** A run of a graph without weights, and what a gigabyte of them adds: a hundred times what a slow machine takes. */
const FIXED_SECONDS = 60;
const SECONDS_PER_GB = 600;

/**
 * Loads a graph (the external data of a file is resolved beside it).
 *
 * @param runtime cpu and float32 where it does not say; onnxruntime's own number of threads, the machine's cores
 * @param weights bytes of them, by which loading it and each run are given their time (see `withDeadline`)
 * @throws InputError if it is no regular file, or onnxruntime cannot load it, with onnxruntime's reason
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

/** onnxruntime would wait at a named pipe. */
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
  if (type !== "float16") throw new InputError(`${path}: an output of type ${type}, a float was expected`);
  // Node 20 gives the 16 bits as Uint16Array, later versions a Float16Array over the same memory.
  const halves = data as Uint16Array;
  return fromFloat16(new Uint16Array(halves.buffer, halves.byteOffset, halves.length));
}

function tensorInfos(path: string, metadata: LoadedGraph["inputs"]): TensorInfo[] {
  return metadata.map((value) => {
    if (!value.isTensor) throw new InputError(`${path}: ${value.name} is not a tensor, which shiftline cannot use`);
    return { name: value.name, type: value.type, shape: value.shape };
  });
}

/** onnxruntime's message in one line, without the path it repeats; the longest ones list whole shapes, so it is cut. */
function oneLine({ message }: OnnxRuntimeError): string {
  return message
    .replace(/^Load model from .*? failed:/, "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 400);
}
