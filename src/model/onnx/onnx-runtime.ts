import { createRequire } from "node:module";
import type { InferenceSession, Tensor, TensorConstructor } from "onnxruntime-node";
import { nativeLibraryError } from "../../foundation/native-library.ts";
import { DEFAULT_RUNTIME, type Runtime } from "./runtime.ts";

// Since 1.29 onnxruntime tells Microsoft about the models it loads, from Linux and macOS too, and keeps an identifier of the device
// (onnxruntime docs/Privacy.md). An evaluation is nobody else's business. It reads the variable when it is first loaded, in the thread
// that loads it or any other, so this is said as the main thread's modules are; whoever set it otherwise keeps it so.
process.env.ORT_DISABLE_TELEMETRY ??= "1";

/** A graph to load: a file, or bytes, whose external data lies below a folder. */
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
      /** what it is called in messages: the file it was made from */
      readonly name: string;
    };

/** Values for one input: a typed array of the input's own element type (float16 as its 16 bits), row-major. */
export interface Feed {
  readonly data: Float32Array | Float64Array | Uint16Array | Uint8Array | Int32Array | BigInt64Array;
  readonly dims: readonly number[];
}

/** What a run gave for one output, in memory of its own, row-major; float16 as its 16 bits. */
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
  /** Runs the graph for some of its outputs. @returns these, in the order asked @throws OnnxRuntimeError */
  run(feeds: Readonly<Record<string, Feed>>, outputs: readonly string[]): Promise<Output[]>;
  release(): Promise<void>;
}

/** onnxruntime refuses a graph, or a run of it. */
export class OnnxRuntimeError extends Error {
  override readonly name = "OnnxRuntimeError";
}

/** onnxruntime's level "fatal": errors come as exceptions, and nothing else should reach the user's terminal. */
const LOG_FATAL = 4;

/** The version of onnxruntime-node that is installed. */
export function onnxRuntimeVersion(): string {
  return (createRequire(import.meta.url)("onnxruntime-node/package.json") as { version: string }).version;
}

/**
 * Loads a graph. What is wrong with it is said in onnxruntime's words: `openSession` says it in the user's.
 *
 * @throws InputError where onnxruntime has no library for this system
 * @throws OnnxRuntimeError with onnxruntime's reason
 */
export async function loadGraph(source: GraphSource, runtime: Partial<Runtime> = {}): Promise<LoadedGraph> {
  const { InferenceSession, Tensor } = await importOnnxRuntime();
  const options: InferenceSession.SessionOptions = {
    logSeverityLevel: LOG_FATAL,
    executionProviders: [runtime.provider ?? DEFAULT_RUNTIME.provider],
    enableMemPattern: false, // twice the working memory, and no faster
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
 * Loads onnxruntime when it is needed and not before: what needs no graph starts quickly.
 *
 * @throws InputError where onnxruntime has no library for this system
 */
async function importOnnxRuntime(): Promise<typeof import("onnxruntime-node")> {
  try {
    return await import("onnxruntime-node");
  } catch (cause) {
    throw nativeLibraryError("onnxruntime, which runs the graphs,", cause);
  }
}

/** onnxruntime resolves the external data of bytes relative to the working directory, unless a session is told a folder. */
function externalDataBelow(folder: string): Record<string, unknown> {
  return { session: { model_external_initializers_file_folder_path: folder } };
}

function makeTensor(Tensor: TensorConstructor, { data, dims }: Feed): Tensor {
  if (data instanceof Float32Array) return new Tensor("float32", data, dims);
  if (data instanceof Float64Array) return new Tensor("float64", data, dims);
  if (data instanceof Uint16Array) return new Tensor("float16", data, dims);
  if (data instanceof Uint8Array) return new Tensor("uint8", data, dims);
  if (data instanceof Int32Array) return new Tensor("int32", data, dims);
  return new Tensor("int64", data, dims);
}

/** An output lies in onnxruntime's memory, freed at the garbage collector's leisure: copy it out and let go now. */
function takeOutput(tensor: Tensor): Output {
  const output = { type: tensor.type, data: tensor.data.slice(), dims: [...tensor.dims] };
  tensor.dispose();
  return output;
}
