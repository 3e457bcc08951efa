import { createRequire } from "node:module";
import type { InferenceSession, Tensor, TensorConstructor } from "onnxruntime-node";
import { nativeLibraryError } from "../../foundation/native-library.ts";
import { DEFAULT_RUNTIME, type Runtime } from "./runtime.ts";

// Since 1.29, onnxruntime sends telemetry about loaded models to Microsoft, also on Linux and macOS, and stores an identifier of
// the device (onnxruntime docs/Privacy.md). This disables telemetry. onnxruntime reads the variable when it is first loaded in
// any thread, so it is set when the main thread's modules load; a value set by the user is kept.
process.env.ORT_DISABLE_TELEMETRY ??= "1";

/** A graph to load: a file, or bytes whose external data is below a folder. */
export type GraphSource =
  | {
      /** the ONNX file */
      readonly path: string;
    }
  | {
      /** the ONNX file's content */
      readonly bytes: Uint8Array;
      /** folder that the paths of external data are relative to */
      readonly folder: string;
      /** name in messages: the file from which it was created */
      readonly name: string;
    };

/** Values for one input: a typed array of the input's element type (float16 as its 16 bits), row-major. */
export interface Feed {
  readonly data: Float32Array | Float64Array | Uint16Array | Uint8Array | Int32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/** The value of one output of a run, in separate memory, row-major; float16 as its 16 bits. */
export interface Output {
  /** onnxruntime's name of the element type */
  readonly type: string;
  readonly data: Tensor["data"];
  readonly dims: readonly number[];
}

/** A graph in onnxruntime's memory. It runs on the calling JavaScript thread and blocks it for the whole inference. */
export interface LoadedGraph {
  readonly inputs: readonly InferenceSession.ValueMetadata[];
  readonly outputs: readonly InferenceSession.ValueMetadata[];
  /** Runs the graph for some of its outputs. @returns these, in the requested order @throws OnnxRuntimeError */
  run(feeds: Readonly<Record<string, Feed>>, outputs: readonly string[]): Promise<Output[]>;
  release(): Promise<void>;
}

/** onnxruntime failed to load or run a graph. */
export class OnnxRuntimeError extends Error {
  override readonly name = "OnnxRuntimeError";
}

/** onnxruntime's level "fatal": errors are reported as exceptions, and nothing else should be printed to the user's terminal. */
const LOG_FATAL = 4;

/** The version of onnxruntime-node that is installed. */
export function onnxRuntimeVersion(): string {
  return (createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string }).version;
}

/**
 * Loads a graph. Errors contain onnxruntime's message; `openSession` converts them to messages for users.
 *
 * @throws InputError if onnxruntime has no library for this system
 * @throws OnnxRuntimeError with onnxruntime's reason
 */
export async function loadGraph(source: GraphSource, runtime: Partial<Runtime> = {}): Promise<LoadedGraph> {
  const { InferenceSession, Tensor } = await importOnnxRuntime();
  const options: InferenceSession.SessionOptions = {
    logSeverityLevel: LOG_FATAL,
    executionProviders: [runtime.provider ?? DEFAULT_RUNTIME.provider],
    enableMemPattern: false, // would double the working memory without a speedup
    ...(runtime.threads === undefined ? {} : { intraOpNumThreads: runtime.threads }),
  };
  const loading =
    "path" in source
      ? InferenceSession.create(source.path, options)
      : InferenceSession.create(source.bytes, { ...options, extra: externalDataBelow(source.folder) });
  const session = await loading.catch(refuse);
  return {
    inputs: session.inputMetadata,
    outputs: session.outputMetadata,
    run: async (feeds, outputs) => {
      const tensors: Record<string, Tensor> = {};
      for (const [name, feed] of Object.entries(feeds)) tensors[name] = makeTensor(Tensor, feed);
      const results = await session.run(tensors, outputs).catch(refuse);
      return outputs.map((name) => takeOutput(results[name] as Tensor));
    },
    release: () => session.release(),
  };
}

function refuse(cause: unknown): never {
  throw new OnnxRuntimeError(String((cause as Error).message ?? cause), { cause });
}

/**
 * Loads onnxruntime on first use, so that commands that need no graph start quickly.
 *
 * @throws InputError if onnxruntime has no library for this system
 */
async function importOnnxRuntime(): Promise<typeof import("onnxruntime-node")> {
  try {
    return await import("onnxruntime-node");
  } catch (cause) {
    throw nativeLibraryError("onnxruntime, which runs the graphs,", cause);
  }
}

/**
 * onnxruntime resolves the external data of bytes relative to the working directory, unless the session options contain a folder.
 */
function externalDataBelow(folder: string): Record<string, unknown> {
  return { session: { model_external_initializers_file_folder_path: folder } };
}

function makeTensor(Tensor: TensorConstructor, { data, dims }: Feed): Tensor {
  if (data instanceof Float32Array) return new Tensor("float32", data, dims);
  if (data instanceof Float64Array) return new Tensor("float64", data, dims);
  if (data instanceof Uint16Array) return halfTensor(Tensor, data, dims);
  if (data instanceof Uint8Array) return new Tensor("uint8", data, dims);
  if (data instanceof Int32Array) return new Tensor("int32", data, dims);
  return new Tensor("int64", data, dims);
}

/**
 * A float16 tensor of 16-bit words. Where Node has Float16Array (24 and later), onnxruntime's JavaScript wraps the words in one,
 * which its native part takes for an array of length 0.
 */
function halfTensor(Tensor: TensorConstructor, words: Uint16Array, dims: readonly number[]): Tensor {
  const tensor = new Tensor("float16", words, dims);
  return Object.defineProperty(tensor, "data", { value: words });
}

/**
 * Copies an output and disposes the original, which is in onnxruntime's memory and would only be freed by the garbage collector.
 */
function takeOutput(tensor: Tensor): Output {
  const output = { type: tensor.type, data: tensor.data.slice(), dims: [...tensor.dims] };
  tensor.dispose();
  return output;
}
