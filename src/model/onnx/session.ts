import { stat } from "node:fs/promises";
import type { InferenceSession, Tensor, TensorConstructor } from "onnxruntime-node";
import { InputError } from "../../foundation/errors.ts";
import { withDeadline } from "../../foundation/files/deadline.ts";
import { readError } from "../../foundation/files/read-text.ts";
import { checkRegular } from "../../foundation/files/regular-file.ts";
import { fromFloat16 } from "./float16.ts";
import { importOnnxRuntime } from "./onnx-runtime.ts";
import type { TensorInfo } from "./onnx-tensor.ts";
import { widenBfloat16 } from "./widen-bfloat16.ts";

/** Values for one input: a typed array of the input's own element type (float16 as its 16 bits), row-major. */
export interface Feed {
  readonly data: Float32Array | Float64Array | Uint16Array | Uint8Array | Int32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/** A loaded graph. onnxruntime runs on the calling JavaScript thread and blocks it for the whole inference. */
export interface GraphSession {
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

/** onnxruntime's level "fatal": errors come as exceptions, and nothing else should reach the user's terminal. */
const LOG_FATAL = 4;

/**
 * Loads a graph from a file (external data is resolved beside it).
 *
 * @param threads onnxruntime's threads for one operation; its own default, the machine's cores, when not given
 * @param bytes   of its weights, by which loading it and each run are given their time (see `withDeadline`)
 * @param widens  whether its bfloat16 values become float32 first
 * @throws InputError if it is no regular file, or onnxruntime cannot load it, with onnxruntime's reason
 */
export async function openSession(path: string, threads?: number, bytes = 0, widens = false): Promise<GraphSession> {
  const { InferenceSession, Tensor } = await importOnnxRuntime();
  await stat(path).then(
    (info) => checkRegular(path, info), // onnxruntime would wait at a named pipe
    (cause) => {
      throw readError(path, cause);
    },
  );
  const seconds = FIXED_SECONDS + (SECONDS_PER_GB * bytes) / 1e9;
  const graph = widens ? await widenBfloat16(path) : null;
  let session: InferenceSession;
  try {
    const options: InferenceSession.SessionOptions = {
      logSeverityLevel: LOG_FATAL,
      executionProviders: ["cpu"],
      enableMemPattern: false, // twice the working memory, and no faster
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    };
    const create = () =>
      graph === null ? InferenceSession.create(path, options) : InferenceSession.create(graph, options);
    session = await withDeadline(`${path}: loading its graph`, seconds, create);
  } catch (cause) {
    throw new InputError(`${path}: onnxruntime cannot load it: ${oneLine(cause)}`, { cause });
  }
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  return {
    path,
    inputs: tensorInfos(path, session.inputMetadata),
    outputs: tensorInfos(path, session.outputMetadata),
    run(feeds, output) {
      if (closed) return Promise.reject(new Error(`${path}: run after close`));
      const run = () => runSession(path, session, Tensor, feeds, output);
      const result = withDeadline(`${path}: one run of its graph`, seconds, run);
      last = result.catch(() => {});
      return result;
    },
    async close() {
      if (closed) return;
      closed = true;
      await last;
      await session.release();
    },
  };
}

async function runSession(
  path: string,
  session: InferenceSession,
  Tensor: TensorConstructor,
  feeds: Readonly<Record<string, Feed>>,
  output: string,
): Promise<{ data: Float32Array; dims: readonly number[] }> {
  const tensors: Record<string, Tensor> = {};
  for (const [name, feed] of Object.entries(feeds)) tensors[name] = makeTensor(Tensor, feed);
  let results: InferenceSession.OnnxValueMapType;
  try {
    results = await session.run(tensors, [output]);
  } catch (cause) {
    const given = Object.entries(feeds).map(([name, feed]) => `${name} (${feed.dims.join(", ")})`);
    throw new InputError(`${path}: onnxruntime cannot run it on ${given.join(", ")}: ${oneLine(cause)}`, { cause });
  }
  const tensor = results[output] as Tensor;
  // The output lies in onnxruntime's memory, freed at the garbage collector's leisure: copy it out and let go now.
  const data = toFloat32(path, tensor);
  const dims = [...tensor.dims];
  tensor.dispose();
  return { data, dims };
}

function makeTensor(Tensor: TensorConstructor, { data, dims }: Feed): Tensor {
  if (data instanceof Float32Array) return new Tensor("float32", data, dims);
  if (data instanceof Float64Array) return new Tensor("float64", data, dims);
  if (data instanceof Uint16Array) return new Tensor("float16", data, dims);
  if (data instanceof Uint8Array) return new Tensor("uint8", data, dims);
  if (data instanceof Int32Array) return new Tensor("int32", data, dims);
  return new Tensor("int64", data, dims);
}

function toFloat32(path: string, tensor: Tensor): Float32Array {
  const data = tensor.data as Float32Array | Float64Array | Uint16Array;
  if (tensor.type === "float32" || tensor.type === "float64") return new Float32Array(data);
  if (tensor.type !== "float16")
    throw new InputError(`${path}: an output of type ${tensor.type}, a float was expected`);
  // Node 20 gives the 16 bits as Uint16Array, later versions a Float16Array over the same memory.
  return fromFloat16(new Uint16Array(data.buffer, data.byteOffset, data.length));
}

function tensorInfos(path: string, metadata: readonly InferenceSession.ValueMetadata[]): TensorInfo[] {
  return metadata.map((value) => {
    if (!value.isTensor) throw new InputError(`${path}: ${value.name} is not a tensor, which shiftline cannot use`);
    return { name: value.name, type: value.type, shape: value.shape };
  });
}

/** onnxruntime's message in one line, without the path it repeats; the longest ones list whole shapes, so it is cut. */
function oneLine(cause: unknown): string {
  return String((cause as Error).message ?? cause)
    .replace(/^Load model from .*? failed:/, "")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 400);
}
