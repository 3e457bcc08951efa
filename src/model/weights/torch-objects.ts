import { isKind, type PickleRecord, type PickleValue, type TorchStorage, type TorchTensor } from "./pickle-value.ts";
import type { PickleObjects } from "./unpickle.ts";

/** PyTorch's element types by the class of a typed storage. Source: torch/storage.py, `_dtype_to_storage_type_map`. */
const STORAGE_TYPES: ReadonlyMap<string, string | null> = new Map([
  ["FloatStorage", "float32"],
  ["HalfStorage", "float16"],
  ["BFloat16Storage", "bfloat16"],
  ["DoubleStorage", "float64"],
  ["LongStorage", "int64"],
  ["IntStorage", "int32"],
  ["ShortStorage", "int16"],
  ["CharStorage", "int8"],
  ["ByteStorage", "uint8"],
  ["BoolStorage", "bool"],
  ["ComplexFloatStorage", "complex64"],
  ["ComplexDoubleStorage", "complex128"],
  ["QInt8Storage", "qint8"],
  ["QUInt8Storage", "quint8"],
  ["QInt32Storage", "qint32"],
  ["QUInt4x2Storage", "quint4x2"],
  ["QUInt2x4Storage", "quint2x4"],
  ["UntypedStorage", null],
]);

/** Maximum number of axes of a tensor. PyTorch sets no limit, but its operators support 64. */
const MAX_AXES = 64;

/**
 * Replacements of the PyTorch functions that create tensors; they create descriptions of tensors.
 *
 * @see torch/_utils.py of PyTorch 2.13: `_rebuild_tensor_v2`, `_rebuild_parameter`, `_rebuild_from_type_v2`
 */
export const TORCH_OBJECTS: PickleObjects = { call, load };

function call(name: string, args: readonly PickleValue[]): PickleValue | undefined {
  switch (name) {
    case "torch._utils._rebuild_tensor":
      return args.length === 4 ? tensor(name, args, null) : malformed(name);
    case "torch._utils._rebuild_tensor_v2":
      // storage, offset, shape, strides, requires_grad, hooks, and since 2.0 flags for lazy negation and conjugation
      return args.length === 6 || args.length === 7 ? tensor(name, args, args[6] ?? null) : malformed(name);
    case "torch._utils._rebuild_tensor_v3": {
      // storage of bytes, offset, shape, strides, requires_grad, hooks, type, bits
      const type = args[6];
      const isType = isKind(type, "global") && /^torch\.\w+$/.test(type.name);
      if (!isType || args.length > 8) return malformed(name);
      return tensor(name, args, args[7] ?? null, type.name.slice("torch.".length));
    }
    case "torch._utils._rebuild_parameter":
    case "torch._utils._rebuild_parameter_with_state":
      return isKind(args[0], "tensor") || isKind(args[0], "record") ? args[0] : malformed(name);
    case "torch._tensor._rebuild_from_type_v2":
      return fromType(args);
    case "torch.Size":
      return args.length === 1 && isKind(args[0], "tuple") ? args[0] : undefined;
    default:
      return undefined;
  }
}

/** A tensor with attributes: function, class, arguments, attributes. The values of a subclass are known only to its code. */
function fromType([made, type, args]: readonly PickleValue[]): PickleValue | undefined {
  const plain =
    isKind(type, "global") && (type.name === "torch.Tensor" || type.name === "torch.nn.parameter.Parameter");
  if (!plain || !isKind(made, "global") || !isKind(args, "tuple")) return undefined;
  if (made.name === "torch._tensor._rebuild_from_type_v2") return undefined; // PyTorch does not nest them
  return call(made.name, args.items);
}

function load(persistentId: PickleValue): TorchStorage | undefined {
  if (!isKind(persistentId, "tuple") || persistentId.items.length !== 5) return undefined;
  const [word, type, key, , count] = persistentId.items;
  const isValid = word === "storage" && isKind(type, "global") && typeof key === "string" && isSize(count);
  const className = isValid ? /^torch\.(?:storage\.)?(\w+)$/.exec(type.name)?.[1] : undefined;
  const dtype = STORAGE_TYPES.get(className ?? "");
  return dtype === undefined || !isValid ? undefined : { kind: "storage", dtype, key, count };
}

/** @param type  the element type of an untyped storage */
function tensor(
  name: string,
  [storage, offset, shape, strides]: readonly PickleValue[],
  bits: PickleValue,
  type?: string,
): TorchTensor | PickleRecord {
  if (!isKind(storage, "storage") || !isSize(offset)) return malformed(name);
  const dtype = storage.dtype ?? type;
  const [sizes, steps] = [sizesOf(shape), sizesOf(strides)];
  if (sizes === null || steps === null || sizes.length !== steps.length) return malformed(name);
  if (dtype === undefined || (type !== undefined && dtype !== type)) return malformed(name);
  return { kind: "tensor", storage, dtype, offset, shape: sizes, strides: steps, problem: bitsProblem(bits) };
}

/** Lazy negation and conjugation: the stored values differ from the tensor's. */
function bitsProblem(bits: PickleValue): string | null {
  if (bits === null || (isKind(bits, "dict") && [...(bits.entries?.values() ?? [])].every((bit) => bit === false))) {
    return null;
  }
  return "it is a view that negates or conjugates the stored values; save tensor.clone() instead";
}

function sizesOf(value: PickleValue | undefined): readonly number[] | null {
  if (!isKind(value, "tuple") && !isKind(value, "list")) return null;
  const { items } = value;
  return items.length <= MAX_AXES && items.every(isSize) ? ([...items] as number[]) : null;
}

function isSize(value: PickleValue | undefined): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function malformed(name: string): PickleRecord {
  const problem = `the arguments of ${name} do not describe a tensor`;
  return { kind: "record", name, args: null, state: null, problem };
}
