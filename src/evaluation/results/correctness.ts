import { InputError } from "../../foundation/errors.ts";
import { checkHeader } from "../../foundation/files/parse-csv.ts";
import { fromSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import { isRight } from "./image-predictions.ts";
import { parsePredictions } from "./read-predictions.ts";

/** Which images of a result are right, and how many of each class. */
export interface Correctness {
  readonly n: number;
  readonly correct: number;
  /** images with a right class among the best five; null where the file has its columns in another order */
  readonly top5: number | null;
  /** (⌈n / 32⌉,) bit i % 32 of word i / 32: whether image i is right */
  readonly bits: Uint32Array;
  /** digest of the images and their labels, in order: equal for two results of the same images */
  readonly images: string;
  /** labels as they stand, in the order of their first image, with their images and how many of these are right */
  readonly labels: readonly string[];
  readonly classImages: readonly number[];
  readonly classCorrect: readonly number[];
}

const NEWLINE = 10;
const COMMA = 44;
const QUOTE = 34;
const APOSTROPHE = 39;
const ZERO = 48;
/** The head of what `evaluate` writes; a file with other columns is read the slow way. */
const HEAD = Buffer.from("image,label,top1,");
/** The columns after these, which have the further places. */
const FURTHER_COLUMNS = ["top2", "top3", "top4", "top5"];

/**
 * Reads who is right from the bytes of a `predictions.csv`, without a string for every cell: a full evaluation has
 * hundreds of millions of them.
 *
 * @param where file name, for messages
 * @throws InputError if it is not as `evaluate` writes it, naming the row
 */
export function parseCorrectness(bytes: Uint8Array, where: string): Correctness {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return text.subarray(0, HEAD.length).equals(HEAD) ? scan(text, where) : parseSlowly(text, where);
}

function scan(text: Buffer, where: string): Correctness {
  const tally = startTally();
  let at = text.indexOf(NEWLINE) + 1;
  if (at === 0) at = text.length;
  const header = checkHeader(text.toString("latin1", 0, at).trimEnd().split(","), where);
  const hasTop5 = FURTHER_COLUMNS.every((name, c) => header[c + 3] === name);
  let labelStart = 0;
  let labelEnd = 0;
  while (at < text.length) {
    const imageEnd = fieldEnd(text, at);
    const newLabel = imageEnd + 1;
    const newLabelEnd = text.indexOf(COMMA, newLabel);
    const topEnd = newLabelEnd === -1 ? -1 : text.indexOf(COMMA, newLabelEnd + 1);
    const lineEnd = text.indexOf(NEWLINE, topEnd + 1);
    if (newLabelEnd === -1 || topEnd === -1 || lineEnd === -1) throw rowError(where, tally.n + 1);
    if (labelEnd === 0 || !sameBytes(text, labelStart, labelEnd, newLabel, newLabelEnd)) {
      tally.label(text.toString("latin1", newLabel, newLabelEnd), where);
    }
    labelStart = newLabel;
    labelEnd = newLabelEnd;
    const first = text[at];
    if (first !== QUOTE && first !== APOSTROPHE) tally.image(text, at, newLabelEnd);
    else {
      const image = Buffer.from(
        `${imageName(text.toString("utf8", at, imageEnd))},${text.toString("latin1", newLabel, newLabelEnd)}`,
      );
      tally.image(image, 0, image.length);
    }
    const top = wholeNumber(text, newLabelEnd + 1, topEnd);
    if (top < 0) throw rowError(where, tally.n + 1);
    if (!tally.judge(top) && hasTop5 && amongFurther(text, topEnd + 1, lineEnd, tally.classes)) tally.countTop5();
    at = lineEnd + 1;
  }
  return tally.end(hasTop5);
}

/** Whether one of the classes is among the second to fifth best of a line: whole numbers, or nothing, before commas. */
function amongFurther(text: Buffer, from: number, lineEnd: number, classes: readonly number[]): boolean {
  let place = 0;
  let value = -1;
  for (let at = from; at < lineEnd && place < FURTHER_COLUMNS.length; at++) {
    const digit = (text[at] as number) - ZERO;
    if (digit >= 0 && digit <= 9) value = (value < 0 ? 0 : value * 10) + digit;
    else {
      if (classes.includes(value)) return true;
      value = -1;
      place++;
    }
  }
  return false;
}

function parseSlowly(text: Buffer, where: string): Correctness {
  const tally = startTally();
  for (const prediction of parsePredictions(text.toString("utf8"), where)) {
    tally.label(prediction.classes.join(";"), where);
    const image = Buffer.from(`${prediction.image},${prediction.classes.join(";")}`);
    tally.image(image, 0, image.length);
    tally.judge(isRight(prediction) ? prediction.predicted : -1);
  }
  return tally.end(false);
}

interface Tally {
  readonly n: number;
  /** right classes of the image that is judged next */
  readonly classes: readonly number[];
  label(label: string, where: string): void;
  image(bytes: Uint8Array, from: number, to: number): void;
  /**
   * @param top the best class; −1 is never right
   * @returns whether it is right
   */
  judge(top: number): boolean;
  /** Counts the image judged last as right at top-5, though not at top-1. */
  countTop5(): void;
  /** @param hasTop5 whether every image's best five were looked at */
  end(hasTop5: boolean): Correctness;
}

function startTally(): Tally {
  const labels = new Map<string, { readonly position: number; readonly classes: readonly number[] }>();
  const classImages: number[] = [];
  const classCorrect: number[] = [];
  let bits = new Uint32Array(1024);
  let current = { position: 0, classes: [] as readonly number[] };
  let n = 0;
  let correct = 0;
  let further = 0;
  // Two FNV-1a hashes of 32 bits, with different starts: a digest to tell image lists apart, not to withstand an attack
  let high = 0x811c9dc5;
  let low = 0x9dc5811c;
  return {
    get n() {
      return n;
    },
    get classes() {
      return current.classes;
    },
    label: (label, where) => {
      const known = labels.get(label);
      if (known === undefined) {
        const classes = label === "" ? [] : label.split(";").map(Number);
        if (!classes.every((one) => Number.isSafeInteger(one) && one >= 0)) throw rowError(where, n + 1);
        current = { position: labels.size, classes };
        labels.set(label, current);
        classImages.push(0);
        classCorrect.push(0);
      } else current = known;
    },
    image: (bytes, from, to) => {
      for (let i = from; i < to; i++) {
        high = Math.imul(high ^ (bytes[i] as number), 0x01000193);
        low = Math.imul(low ^ (bytes[i] as number), 0x01000193);
      }
      low = Math.imul(low ^ high, 0x01000193);
    },
    judge: (top) => {
      if (n === bits.length * 32) {
        const larger = new Uint32Array(bits.length * 2);
        larger.set(bits);
        bits = larger;
      }
      const { position, classes } = current;
      classImages[position] = (classImages[position] as number) + 1;
      const isRight = classes.includes(top);
      if (isRight) {
        bits[n >>> 5] = (bits[n >>> 5] as number) | (1 << (n & 31));
        classCorrect[position] = (classCorrect[position] as number) + 1;
        correct++;
      }
      n++;
      return isRight;
    },
    countTop5: () => {
      further++;
    },
    end: (hasTop5) => ({
      ...{ n, correct, top5: hasTop5 ? correct + further : null, bits: bits.slice(0, Math.ceil(n / 32)) },
      images: `${n}-${(high >>> 0).toString(16)}-${(low >>> 0).toString(16)}`,
      ...{ labels: [...labels.keys()], classImages, classCorrect },
    }),
  };
}

/** The comma after a field; inside quotation marks a comma belongs to it. */
function fieldEnd(text: Buffer, from: number): number {
  if (text[from] !== QUOTE) return text.indexOf(COMMA, from);
  let at = from + 1;
  for (;;) {
    at = text.indexOf(QUOTE, at) + 1;
    if (at === 0) return text.length;
    if (text[at] !== QUOTE) return at;
    at++;
  }
}

/** The name in a cell, without quotation marks and the apostrophe before what a spreadsheet would run. */
function imageName(cell: string): string {
  return fromSpreadsheetText(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
}

function sameBytes(text: Buffer, a: number, aEnd: number, b: number, bEnd: number): boolean {
  if (aEnd - a !== bEnd - b) return false;
  for (let i = 0; i < aEnd - a; i++) if (text[a + i] !== text[b + i]) return false;
  return true;
}

function wholeNumber(text: Buffer, from: number, to: number): number {
  if (from >= to || to - from > 9) return -1;
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = (text[i] as number) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function rowError(where: string, row: number): InputError {
  return new InputError(`${where}: row ${row}: expected an image, its label and whole numbers; evaluate again`);
}

/**
 * Images that two results get right both.
 *
 * @throws RangeError if they are not of equally many images
 */
export function countBoth(a: Correctness, b: Correctness): number {
  if (a.n !== b.n) throw new RangeError(`expected results of equally many images, got ${a.n} and ${b.n}`);
  let count = 0;
  for (let i = 0; i < a.bits.length; i++) {
    // Bits set in a word of 32, by halves, quarters, …: H. S. Warren, Hacker's Delight, figure 5-2
    let word = (a.bits[i] as number) & (b.bits[i] as number);
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
