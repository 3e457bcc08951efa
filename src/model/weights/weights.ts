/** Element types of stored tensors, as onnxruntime names them. */
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

/** Bytes per element. */
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

/** The location of a tensor in a weight file. Its bytes are known to be inside the file; its values were not read. */
export interface StoredTensor {
  /** name in the state dict, without `module.` and `_orig_mod.` */
  readonly name: string;
  readonly type: StoredType;
  /** size of each axis; empty for a scalar */
  readonly shape: readonly number[];
  /** real path of the file that contains its bytes */
  readonly file: string;
  /** bytes from the file's start to the tensor's first element */
  readonly offset: number;
  /** bytes from its first element to the end of its last */
  readonly byteLength: number;
  /** stride of each axis in elements; null if the tensor is contiguous and row-major */
  readonly strides: readonly number[] | null;
}

/** Format of a weight file. */
export type WeightFormat = "safetensors" | "pytorch" | "torchscript";

/** The content of a single file, under the names that the file uses. */
export interface FileTensors {
  readonly format: WeightFormat;
  /** names are unique across `tensors` and `unusable` */
  readonly tensors: readonly StoredTensor[];
  /** tensors that cannot be used → why */
  readonly unusable: ReadonlyMap<string, string>;
  readonly values: ReadonlyMap<string, number>;
  readonly notes: readonly string[];
}

/** The tensors of a checkpoint's weight files. */
export interface Weights {
  /** the given file: the weights, or the index of their shards */
  readonly path: string;
  readonly format: WeightFormat;
  /** real paths of all files that contain tensors, and of the index if there is one */
  readonly files: readonly string[];
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** names of tensors that cannot be used → why; an error only if such a tensor is needed */
  readonly unusable: ReadonlyMap<string, string>;
  /** integers stored with the tensors, by name (OpenAI's archives: `input_resolution`, `context_length`) */
  readonly values: ReadonlyMap<string, number>;
  /** notes for the user: where the state dict was found, which prefixes were removed */
  readonly notes: readonly string[];
}
