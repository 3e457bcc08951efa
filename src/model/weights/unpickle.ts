import { type PickleCursor, pickleCursor } from "./pickle-cursor.ts";
import { OPCODE, TEXT_OPCODES } from "./pickle-opcodes.ts";
import { type PickleStack, pickleStack } from "./pickle-stack.ts";
import { describeValue, isKind, type PickleDict, type PickleRecord, type PickleValue } from "./pickle-value.ts";

/** Maximum number of opcodes. The state dict of 10,000 tensors and their optimizer has 1.7 million. */
const MAX_OPCODES = 2e6;

/** Creates the objects of known classes and functions; others become records. */
export interface PickleObjects {
  /** @returns undefined if the class or function is unknown */
  call(name: string, args: readonly PickleValue[]): PickleValue | undefined;
  /** @returns undefined for an id of an unknown form */
  load(persistentId: PickleValue): PickleValue | undefined;
}

/**
 * Reads a pickle of protocol 2 to 5 as plain data. No class or function that it names is imported or called. Every opcode creates
 * at most one value of constant size and copies nothing, so the pickle's length bounds the memory.
 *
 * @param where the file and the pickle in it, for messages
 * @throws InputError if it is damaged, or uses unsupported features: text protocols, extension codes, out-of-band buffers
 * @see https://docs.python.org/3/library/pickle.html; CPython's Lib/pickle.py, `_Unpickler`
 */
export function unpickle(pickle: Buffer, where: string, objects: PickleObjects): PickleValue {
  const cursor = pickleCursor(pickle, where);
  const stack = pickleStack(cursor.fault);
  if (cursor.byte() !== OPCODE.PROTO) throw cursor.fault("it does not begin with a protocol number");
  const protocol = cursor.byte();
  if (protocol < 2 || protocol > 5) throw cursor.fault(`its protocol is ${protocol}, expected 2 to 5,`);
  for (let count = 0; count < MAX_OPCODES; count++) {
    const opcode = cursor.byte();
    if (opcode === OPCODE.STOP) {
      const value = stack.pop();
      if (stack.depth() > 0) throw cursor.fault("values are left over");
      if (cursor.position() < pickle.length) throw cursor.fault("bytes follow the end of the pickle");
      return value;
    }
    const value = VALUES[opcode];
    const action = ACTIONS[opcode];
    if (value !== undefined) stack.push(value(cursor));
    else if (action !== undefined) action(stack, cursor, objects);
    else throw cursor.fault(unknownOpcode(opcode));
  }
  throw cursor.fault(`it has more than ${MAX_OPCODES} opcodes,`);
}

type Value = (cursor: PickleCursor) => PickleValue;
type Action = (stack: PickleStack, cursor: PickleCursor, objects: PickleObjects) => void;

/** Opcodes that put a value on the stack. */
const VALUES: Readonly<Record<number, Value>> = {
  [OPCODE.NONE]: () => null,
  [OPCODE.NEWTRUE]: () => true,
  [OPCODE.NEWFALSE]: () => false,
  [OPCODE.BININT]: (cursor) => cursor.signed4(),
  [OPCODE.BININT1]: (cursor) => cursor.byte(),
  [OPCODE.BININT2]: (cursor) => cursor.unsigned(2),
  [OPCODE.LONG1]: (cursor) => integer(cursor, cursor.byte()),
  [OPCODE.LONG4]: (cursor) => integer(cursor, cursor.unsigned(4)),
  [OPCODE.BINFLOAT]: (cursor) => cursor.double(),
  [OPCODE.SHORT_BINUNICODE]: (cursor) => cursor.text(cursor.byte()),
  [OPCODE.BINUNICODE]: (cursor) => cursor.text(cursor.unsigned(4)),
  [OPCODE.BINUNICODE8]: (cursor) => cursor.text(cursor.unsigned(8)),
  [OPCODE.SHORT_BINSTRING]: (cursor) => cursor.oldText(cursor.byte()),
  [OPCODE.BINSTRING]: (cursor) => cursor.oldText(cursor.unsigned(4)),
  [OPCODE.SHORT_BINBYTES]: (cursor) => cursor.bytes(cursor.byte()),
  [OPCODE.BINBYTES]: (cursor) => cursor.bytes(cursor.unsigned(4)),
  [OPCODE.BINBYTES8]: (cursor) => cursor.bytes(cursor.unsigned(8)),
  [OPCODE.BYTEARRAY8]: (cursor) => cursor.bytes(cursor.unsigned(8)),
  [OPCODE.EMPTY_TUPLE]: () => ({ kind: "tuple", items: [] }),
  [OPCODE.EMPTY_LIST]: () => ({ kind: "list", items: [] }),
  [OPCODE.EMPTY_SET]: () => ({ kind: "set", items: [] }),
  [OPCODE.EMPTY_DICT]: () => ({ kind: "dict", entries: null }),
  [OPCODE.GLOBAL]: (cursor) => ({ kind: "global", name: `${cursor.line()}.${cursor.line()}` }),
};

/** Opcodes that operate on the stack. */
const ACTIONS: Readonly<Record<number, Action>> = {
  [OPCODE.FRAME]: (_, cursor) => void cursor.unsigned(8), // a hint for stream readers
  [OPCODE.MARK]: (stack) => stack.mark(),
  [OPCODE.POP]: (stack) => stack.drop(),
  [OPCODE.POP_MARK]: (stack) => void stack.popMark(),
  [OPCODE.DUP]: (stack) => stack.push(stack.top()),
  [OPCODE.BINPUT]: (stack, cursor) => stack.put(cursor.byte()),
  [OPCODE.LONG_BINPUT]: (stack, cursor) => stack.put(cursor.unsigned(4)),
  [OPCODE.MEMOIZE]: (stack) => stack.memoize(),
  [OPCODE.BINGET]: (stack, cursor) => stack.push(stack.get(cursor.byte())),
  [OPCODE.LONG_BINGET]: (stack, cursor) => stack.push(stack.get(cursor.unsigned(4))),
  [OPCODE.TUPLE1]: (stack) => pushTuple(stack, stack.popLast(1)),
  [OPCODE.TUPLE2]: (stack) => pushTuple(stack, stack.popLast(2)),
  [OPCODE.TUPLE3]: (stack) => pushTuple(stack, stack.popLast(3)),
  [OPCODE.TUPLE]: (stack) => pushTuple(stack, stack.popMark()),
  [OPCODE.LIST]: (stack) => stack.push({ kind: "list", items: stack.popMark() }),
  [OPCODE.FROZENSET]: (stack) => stack.push({ kind: "set", items: stack.popMark() }),
  [OPCODE.DICT](stack, cursor) {
    const dict: PickleDict = { kind: "dict", entries: null };
    setItems(dict, stack.popMark(), cursor);
    stack.push(dict);
  },
  [OPCODE.APPEND](stack, cursor) {
    const items = stack.popLast(1);
    extend(stack.top(), "list", items, cursor);
  },
  [OPCODE.APPENDS](stack, cursor) {
    const items = stack.popMark();
    extend(stack.top(), "list", items, cursor);
  },
  [OPCODE.ADDITEMS](stack, cursor) {
    const items = stack.popMark();
    extend(stack.top(), "set", items, cursor);
  },
  [OPCODE.SETITEM](stack, cursor) {
    const pair = stack.popLast(2);
    setItems(stack.top(), pair, cursor);
  },
  [OPCODE.SETITEMS](stack, cursor) {
    const pairs = stack.popMark();
    setItems(stack.top(), pairs, cursor);
  },
  [OPCODE.STACK_GLOBAL](stack, cursor) {
    const [module, name] = stack.popLast(2);
    if (typeof name !== "string" || typeof module !== "string") throw cursor.fault("a class has no name");
    stack.push({ kind: "global", name: `${module}.${name}` });
  },
  [OPCODE.REDUCE]: makeObject,
  [OPCODE.NEWOBJ]: makeObject,
  [OPCODE.NEWOBJ_EX](stack) {
    const [made, ...args] = stack.popLast(3) as [PickleValue, PickleValue, PickleValue];
    stack.push(record(made, { kind: "tuple", items: args }));
  },
  [OPCODE.OBJ](stack, cursor) {
    const [made, ...args] = stack.popMark();
    if (made === undefined) throw cursor.fault("a class is missing");
    stack.push(record(made, { kind: "tuple", items: args }));
  },
  [OPCODE.BUILD](stack, cursor) {
    const state = stack.pop();
    build(stack.top(), state, cursor);
  },
  [OPCODE.BINPERSID](stack, _, objects) {
    const id = stack.pop();
    stack.push(objects.load(id) ?? record("a persistent id", id));
  },
};

function unknownOpcode(opcode: number): string {
  if (TEXT_OPCODES.has(opcode)) return "an opcode of text protocol 0 or 1";
  return `unsupported opcode 0x${opcode.toString(16).padStart(2, "0")}`;
}

function pushTuple(stack: PickleStack, items: readonly PickleValue[]): void {
  stack.push({ kind: "tuple", items });
}

function integer(cursor: PickleCursor, length: number): PickleValue {
  return cursor.integer(length) ?? record(`an integer of ${length} bytes`, null);
}

function makeObject(stack: PickleStack, cursor: PickleCursor, objects: PickleObjects): void {
  const [callable, args] = stack.popLast(2) as [PickleValue, PickleValue];
  stack.push(made(callable, args, objects, cursor));
}

function made(callable: PickleValue, args: PickleValue, objects: PickleObjects, cursor: PickleCursor): PickleValue {
  if (!isKind(args, "tuple")) throw cursor.fault("arguments are not a tuple");
  if (!isKind(callable, "global")) return record(callable, args);
  if (callable.name === "collections.OrderedDict" && args.items.length === 0) return { kind: "dict", entries: null };
  return objects.call(callable.name, args.items) ?? record(callable, args);
}

/** A record in place of an object. @param callable the class or function that would have created it, or a description of it */
function record(callable: PickleValue, args: PickleValue): PickleRecord {
  const name = typeof callable === "string" ? callable : describeCallable(callable);
  return { kind: "record", name, args, state: null, problem: null };
}

function describeCallable(callable: PickleValue): string {
  return isKind(callable, "global") ? callable.name : describeValue(callable).slice(0, 160);
}

function extend(target: PickleValue, kind: "list" | "set", items: PickleValue[], cursor: PickleCursor): void {
  if (isKind(target, "record")) return; // a list or set of an unknown class
  if (!isKind(target, kind)) throw cursor.fault(`items are added to ${describeValue(target)}`);
  for (const item of items) target.items.push(item);
}

function setItems(target: PickleValue, pairs: PickleValue[], cursor: PickleCursor): void {
  if (pairs.length % 2 !== 0) throw cursor.fault("a key has no value");
  if (isKind(target, "record")) return; // a dict of an unknown class
  if (!isKind(target, "dict")) throw cursor.fault(`entries are set in ${describeValue(target)}`);
  for (let i = 0; i < pairs.length; i += 2) {
    const key = pairs[i] as PickleValue;
    if (isKind(key, "list") || isKind(key, "dict") || isKind(key, "set")) {
      throw cursor.fault(`${describeValue(key)} cannot be a key`);
    }
    target.entries ??= new Map();
    target.entries.set(key, pairs[i + 1] as PickleValue);
  }
}

function build(target: PickleValue, state: PickleValue, cursor: PickleCursor): void {
  if (isKind(target, "record")) {
    if (target.state !== null) throw cursor.fault("an object receives its state twice");
    target.state = state;
    return;
  }
  // attributes of an OrderedDict: `_metadata` of a state dict
  if (isKind(target, "dict")) return;
  if (isKind(target, "tensor")) {
    target.problem = "its state is set again after it was created";
    return;
  }
  throw cursor.fault(`${describeValue(target)} receives a state`);
}
