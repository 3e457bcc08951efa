/** Element types of stored tensors, in onnxruntime's words. */
export type StoredType =
  | "float32"
  | "float16"
  | "bfloat16"
  | "float64"
  | "int64"
  | "int32"
  | "int16"
  | "int8"
  | "uint8"
  | "bool";

/** Bytes of one element. */
export const STORED_BYTES: Readonly<Record<StoredType, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float64: 8,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/** A tensor where it lies in a weight file. Its bytes were checked to lie inside the file; its values were not read. */
export interface StoredTensor {
  /** name in the state dict, without `module.` and `_orig_mod.` */
  readonly name: string;
  readonly type: StoredType;
  /** sizes of its axes; empty for a scalar */
  readonly shape: readonly number[];
  /** real path of the file that holds its bytes */
  readonly file: string;
  /** bytes from the file's start to the tensor's first element */
  readonly offset: number;
  /** bytes from its first element to the end of its last */
  readonly byteLength: number;
  /** elements to step per axis where it is not contiguous and row-major; null where it is */
  readonly strides: readonly number[] | null;
}

export type WeightFormat = "safetensors" | "pytorch" | "torchscript";

/** What a single file holds, by the names that it gives. */
export interface FileTensors {
  readonly format: WeightFormat;
  /** no name twice, nor in both */
  readonly tensors: readonly StoredTensor[];
  /** tensors that cannot be used → why */
  readonly unusable: ReadonlyMap<string, string>;
  readonly values: ReadonlyMap<string, number>;
  readonly notes: readonly string[];
}

/** The tensors of a checkpoint's weight files. */
export interface Weights {
  /** the file that was given: the weights, or the index of their shards */
  readonly path: string;
  readonly format: WeightFormat;
  /** real paths of every file that tensors lie in, and of the index where there is one */
  readonly files: readonly string[];
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** tensors that the file names but that cannot be used → why; an error only where one is needed */
  readonly unusable: ReadonlyMap<string, string>;
  /** numbers that lie beside the tensors, by name (OpenAI's archives: `input_resolution`, `context_length`) */
  readonly values: ReadonlyMap<string, number>;
  /** what the user should know: where the state dict was found, which prefix was removed */
  readonly notes: readonly string[];
}
