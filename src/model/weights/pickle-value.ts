/*
 * What a pickle describes, as plain data. Nothing that a pickle names is imported or called: an object of a class or function
 * that is not known stays a record of its name, its arguments and its state.
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
  /** null while it is empty: a byte of a pickle makes one */
  entries: Map<PickleValue, PickleValue> | null;
}

/** A class or function by name, `torch.nn.modules.linear.Linear`. */
export interface PickleGlobal {
  readonly kind: "global";
  readonly name: string;
}

/** An object that a class or function would have made. */
export interface PickleRecord {
  readonly kind: "record";
  /** the class or function; of what is no global, what it is */
  readonly name: string;
  readonly args: PickleValue;
  /** what it would have been given as its state; null for none */
  state: PickleValue;
  /** why it is not what it could be: a tensor with wrong arguments; null where it is simply not known */
  readonly problem: string | null;
}

/** The memory of tensors: an entry of the archive. */
export interface TorchStorage {
  readonly kind: "storage";
  /** PyTorch's name of its elements, `float32`; null for bytes of no type */
  readonly dtype: string | null;
  readonly key: string;
  /** elements; bytes where it has no type */
  readonly count: number;
}

/** A view on a storage. */
export interface TorchTensor {
  readonly kind: "tensor";
  readonly storage: TorchStorage;
  /** PyTorch's name of its elements */
  readonly dtype: string;
  /** elements before its first */
  readonly offset: number;
  readonly shape: readonly number[];
  /** elements to step per axis */
  readonly strides: readonly number[];
  /** why its values are not those that lie there; null where they are */
  problem: string | null;
}

export function isKind<Kind extends "list" | "tuple" | "set" | "dict" | "global" | "record" | "storage" | "tensor">(
  value: PickleValue | undefined,
  kind: Kind,
): value is Extract<PickleValue, { kind: Kind }> {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === kind;
}

/** What a value is, for messages: `a list`, `a string`, `numpy.core.multiarray._reconstruct`. */
export function describeValue(value: PickleValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return "a truth value";
  if (typeof value === "number" || typeof value === "bigint") return "a number";
  if (typeof value === "string") return "a string";
  if (value instanceof Uint8Array) return "bytes";
  if (value.kind === "global") return `the name ${value.name.slice(0, 120)}`;
  if (value.kind === "record") return `an object made by ${value.name.slice(0, 120)}`;
  return `a ${value.kind}`;
}
