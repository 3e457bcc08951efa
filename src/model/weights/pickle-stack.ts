import type { InputError } from "../../foundation/errors.ts";
import type { PickleValue } from "./pickle-value.ts";

/** The stack, marks and memo of a pickle reader. Each method throws if a value, mark or key is missing. */
export interface PickleStack {
  push(value: PickleValue): void;
  pop(): PickleValue;
  /** Pops the last values, in the order in which they were pushed. */
  popLast(count: number): PickleValue[];
  /** Returns the top value without popping it. */
  top(): PickleValue;
  mark(): void;
  /** Pops the values above the last mark, and the mark. */
  popMark(): PickleValue[];
  /** Drops the top value, or the mark if it is on top. */
  drop(): void;
  /** Number of values and marks. */
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
      if (value === undefined) throw fault(`the memo has no entry ${index}`);
      return value;
    },
  };
}
