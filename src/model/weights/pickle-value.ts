/*
 * The content of a pickle as plain data. Nothing that a pickle names is imported or called: an object of an unknown class or
 * function remains a record of its name, arguments and state.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleList
  | PickleTuple
  | PickleSet
  | PickleDict
  | PickleGlobal
  | PickleRecord
  | TorchStorage
  | TorchTensor;

export interface PickleList {
  readonly kind: "list";
  readonly items: PickleValue[];
}

export interface PickleTuple {
  readonly kind: "tuple";
  readonly items: readonly PickleValue[];
}

export interface PickleSet {
  readonly kind: "set";
  readonly items: PickleValue[];
}

export interface PickleDict {
  readonly kind: "dict";
  /** null while it is empty, because one byte of a pickle creates a dict */
  entries: Map<PickleValue, PickleValue> | null;
}

/** A class or function by name, `torch.nn.modules.linear.Linear`. */
export interface PickleGlobal {
  readonly kind: "global";
  readonly name: string;
}

/** An object that a class or function would have created. */
export interface PickleRecord {
  readonly kind: "record";
  /** the class or function; if that is not a global, a description of it */
  readonly name: string;
  readonly args: PickleValue;
  /** the state that it would have received; null for none */
  state: PickleValue;
  /**
   * why it is not a tensor although its name is that of one, such as invalid arguments; null if the class or function is unknown
   */
  readonly problem: string | null;
}

/** The memory of one or more tensors: an entry of the archive. */
export interface TorchStorage {
  readonly kind: "storage";
  /** PyTorch's name of the element type, such as `float32`; null for untyped bytes */
  readonly dtype: string | null;
  readonly key: string;
  /** number of elements; of bytes if it is untyped */
  readonly count: number;
}

/** A view of a storage. */
export interface TorchTensor {
  readonly kind: "tensor";
  readonly storage: TorchStorage;
  /** PyTorch's name of the element type */
  readonly dtype: string;
  /** offset of its first element in the storage, in elements */
  readonly offset: number;
  readonly shape: readonly number[];
  /** stride of each axis, in elements */
  readonly strides: readonly number[];
  /** why its values differ from the stored ones; null if they do not */
  problem: string | null;
}

export function isKind<Kind extends "list" | "tuple" | "set" | "dict" | "global" | "record" | "storage" | "tensor">(
  value: PickleValue | undefined,
  kind: Kind,
): value is Extract<PickleValue, { kind: Kind }> {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === kind;
}

/** Describes a value for messages: `a list`, `a string`, `numpy.core.multiarray._reconstruct`. */
export function describeValue(value: PickleValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return "a boolean";
  if (typeof value === "number" || typeof value === "bigint") return "a number";
  if (typeof value === "string") return "a string";
  if (value instanceof Uint8Array) return "bytes";
  if (value.kind === "global") return `the name ${value.name.slice(0, 120)}`;
  if (value.kind === "record") return `an object made by ${value.name.slice(0, 120)}`;
  return `a ${value.kind}`;
}
