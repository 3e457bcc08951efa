import { fromPlanes, toPlanes } from "./number-bytes.ts";

/** Encoded names of images: the text and, separately, the numbers in it, which mostly increase from name to name. */
export interface CodedNames {
  /** the names, each followed by `END`, with numbers replaced by a mark and the number of digits */
  readonly names: Uint8Array;
  /** each number minus the number at the same position in the previous name */
  readonly numbers: Uint8Array;
}

const END = "\0";
const MARK = "\x01";
/** A separate number, not part of a hash. */
const NUMBER = /(?<![0-9A-Za-z])\d{1,8}(?![0-9A-Za-z])/g;
const MARKED = new RegExp(`${MARK}(\\d)`, "g");
/** Both have a meaning in this code and none in file names. */
const RESERVED = new RegExp(`[${END}${MARK}]`, "g");

export function encodeNames(names: readonly string[]): CodedNames {
  const numbers: number[] = [];
  let last: number[] = [];
  const texts = names.map((name) => {
    const found: number[] = [];
    const text = name.replace(RESERVED, "\ufffd").replace(NUMBER, (digits) => {
      numbers.push(Number(digits) - (last[found.length] ?? 0));
      found.push(Number(digits));
      return MARK + digits.length;
    });
    last = found;
    return text + END;
  });
  return { names: new TextEncoder().encode(texts.join("")), numbers: toPlanes(numbers) };
}

export function decodeNames({ names, numbers }: CodedNames): string[] {
  const changes = fromPlanes(numbers);
  let next = 0;
  let last: number[] = [];
  return new TextDecoder()
    .decode(names)
    .split(END)
    .slice(0, -1)
    .map((text) => {
      const found: number[] = [];
      const name = text.replace(MARKED, (_, digits: string) => {
        const number = (changes[next++] as number) + (last[found.length] ?? 0);
        found.push(number);
        return String(number).padStart(Number(digits), "0");
      });
      last = found;
      return name;
    });
}
