import type { CsvScanner } from "../../foundation/files/scan-csv.ts";

/** A label: the right classes of some images. */
export interface PredictionLabel {
  /** as text: classes separated by ";", "" if none is right */
  readonly text: string;
  readonly classes: readonly number[];
  /** position among the labels, in the order of their first image */
  readonly position: number;
}

const QUOTE = 34;
const ZERO = 48;
/** Maximum number of digits of a class. */
const MAX_DIGITS = 9;
const WHOLE = /^\d{1,9}$/;

/** The labels found, one object per label. */
export interface Labels {
  readonly list: readonly PredictionLabel[];
  /** Returns the label in a cell of the current row; null if a part is not a class. */
  find(cell: number): PredictionLabel | null;
}

/** Creates a parser of labels for sequential rows. */
export function createLabels(text: Buffer, csv: CsvScanner): Labels {
  const { bounds } = csv;
  const list: PredictionLabel[] = [];
  const byText = new Map<string, PredictionLabel>();
  const byClass = new Map<number, PredictionLabel>();
  let last: PredictionLabel | null = null;
  let lastFrom = 0;
  let lastTo = -1;
  const add = (name: string, classes: readonly number[]) => {
    const label = { text: name, classes, position: list.length };
    list.push(label);
    return label;
  };
  const parse = (name: string): PredictionLabel | null => {
    const parts = name === "" ? [] : name.split(";");
    if (!parts.every((part) => WHOLE.test(part))) return null;
    const label = byText.get(name) ?? add(name, parts.map(Number));
    byText.set(name, label);
    return label;
  };
  return {
    list,
    find: (cell) => {
      const from = bounds[2 * cell] as number;
      const to = bounds[2 * cell + 1] as number;
      if (isSame(text, lastFrom, lastTo, from, to)) return last;
      lastFrom = from;
      lastTo = to;
      const only = wholeNumber(text, bounds, cell);
      if (only < 0) last = parse(csv.text(cell));
      else {
        last = byClass.get(only) ?? add(String(only), [only]);
        byClass.set(only, last);
      }
      return last;
    },
  };
}

function isSame(text: Buffer, a: number, aEnd: number, b: number, bEnd: number): boolean {
  if (aEnd - a !== bEnd - b) return false;
  for (let i = 0; i < aEnd - a; i++) if (text[a + i] !== text[b + i]) return false;
  return true;
}

/** Parses the integer in a cell of a CSV file; −1 if invalid. */
export function wholeNumber(text: Buffer, bounds: Int32Array, cell: number): number {
  let from = bounds[2 * cell] as number;
  let to = bounds[2 * cell + 1] as number;
  if (text[from] === QUOTE) {
    from++;
    to--;
  }
  if (from >= to || to - from > MAX_DIGITS) return -1;
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = (text[i] as number) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
