import type { InputError } from "../../foundation/errors.ts";
import type { PickleValue } from "./pickle-value.ts";

/** The stack, marks and memo of a pickle that is read. Each method throws where a value, mark or key is missing. */
export interface PickleStack {
  push(value: PickleValue): void;
  pop(): PickleValue;
  /** Takes the last values, in the order in which they were pushed. */
  popLast(count: number): PickleValue[];
  /** The value on top, which stays there. */
  top(): PickleValue;
  mark(): void;
  /** Takes what lies above the last mark, and the mark. */
  popMark(): PickleValue[];
  /** Drops the value on top, or the mark where nothing lies above it. */
  drop(): void;
  /** Values and marks. */
  depth(): number;
  put(index: number): void;
  memoize(): void;
  get(index: number): PickleValue;
}

export function pickleStack(fault: (what: string) => InputError): PickleStack {
  const stack: PickleValue[] = [];
  const marks: number[] = [];
  const memo = new Map<number, PickleValue>();
  const floor = (): number => marks.at(-1) ?? 0;
  const top = (): PickleValue => {
    if (stack.length <= floor()) throw fault("a value is missing");
    return stack[stack.length - 1] as PickleValue;
  };
  return {
    push: (value) => void stack.push(value),
    pop() {
      const value = top();
      stack.pop();
      return value;
    },
    popLast(count) {
      if (stack.length - count < floor()) throw fault("a value is missing");
      return stack.splice(stack.length - count);
    },
    top,
    mark: () => void marks.push(stack.length),
    popMark() {
      const from = marks.pop();
      if (from === undefined) throw fault("a mark is missing");
      return stack.splice(from);
    },
    drop() {
      if (stack.length > floor()) stack.pop();
      else if (marks.pop() === undefined) throw fault("a value is missing");
    },
    depth: () => stack.length + marks.length,
    put: (index) => void memo.set(index, top()),
    memoize: () => void memo.set(memo.size, top()),
    get(index) {
      const value = memo.get(index);
      if (value === undefined) throw fault(`nothing was kept under ${index}`);
      return value;
    },
  };
}
