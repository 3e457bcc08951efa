import { createFaxBits, END_OF_DATA } from "./fax-bits.ts";
import { BLACK_BITS, buildFaxTables, type FaxCode, MODE_BITS, WHITE_BITS } from "./fax-codes.ts";

/** Describes how a strip of a fax is compressed. */
export interface FaxOptions {
  /** run lengths in whole bytes (TIFF compression 2), Group 3 with one- or two-dimensional rows, Group 4 */
  readonly scheme: "run lengths" | "group 3" | "group 3 2-d" | "group 4";
  readonly width: number;
  /** whether a byte's first pixel is its lowest bit (fill order 2) */
  readonly lowFirst: boolean;
}

/** Decompresses the strips of one image, in order. */
export interface FaxDecoder {
  /** @returns (rows, ceil(width / 8)) bytes, 0 is white; or the reason why libtiff refuses the strip */
  decodeStrip(data: Uint8Array, rows: number): Uint8Array | string;
}

/** Thrown where a row's changes exceed libtiff's buffer. */
const OVERFLOW = Symbol("overflow");

/**
 * Creates a decoder of faxes that decodes as libtiff does, including damaged ones: it continues after an unknown code
 * with what it has decoded of the row so far. libvips treats libtiff's message about such a code as an error, so sharp
 * would refuse the image.
 *
 * @see libtiff 4.7.1 libtiff/tif_fax3.c, tif_fax3.h; ITU-T T.4, T.6
 */
export function createFaxDecoder({ scheme, width, lowFirst }: FaxOptions): FaxDecoder {
  const rowBytes = (width + 7) >> 3;
  const twoDimensional = scheme === "group 4" || scheme === "group 3 2-d";
  const maxRuns = Math.ceil((width + 1) / 32) * 32 * (twoDimensional ? 2 : 1); // runs of a row
  let hasEndOfLines = scheme.startsWith("group 3");
  const runs = new Uint32Array(maxRuns * 2); // of the row and of the previous row, alternately

  const { white, black, modes } = buildFaxTables();
  const { start, need, peek, skip, align } = createFaxBits(lowFirst);
  let endOfLines = 0;
  let current = 0; // where the row's runs start
  let reference = maxRuns;
  let a0 = 0;
  let run = 0;
  let pa = 0; // where the next run is written

  const look = (table: readonly FaxCode[], count: number): FaxCode => {
    need(count);
    const code = table[peek(count)]!;
    skip(code.bits);
    return code;
  };
  const put = (more: number): void => {
    if (pa >= current + maxRuns) throw OVERFLOW;
    runs[pa++] = run + more;
    a0 = (a0 + more) | 0;
    run = 0;
  };
  /** Makes the runs fill the row: missing pixels are white or black, by the current color. */
  const cleanUp = (): void => {
    if (run !== 0) put(0);
    if (a0 === width) return;
    while (a0 > width && pa > current) a0 = (a0 - runs[--pa]!) | 0;
    if (a0 < width) {
      if (a0 < 0) a0 = 0;
      if ((pa - current) & 1) put(0);
      put(width - a0);
    } else if (a0 > width) {
      put(width);
      put(0);
    }
  };
  /** Reads a run of one color. @returns what ended it: "run", or the code that is not a run */
  const readRun = (isBlack: boolean): FaxCode["means"] => {
    for (;;) {
      const code = isBlack ? look(black, BLACK_BITS) : look(white, WHITE_BITS);
      if (code.means === "run") {
        put(code.value);
        return "run";
      }
      if (code.means !== "make-up") return code.means;
      a0 = (a0 + code.value) | 0;
      run = (run + code.value) | 0;
    }
  };

  const expandRow1D = (): void => {
    try {
      for (;;) {
        for (const isBlack of [false, true]) {
          const end = readRun(isBlack);
          if (end === "end of line") endOfLines = 1;
          if (end !== "run" || a0 >= width) {
            cleanUp();
            return;
          }
        }
        if (runs[pa - 1] === 0 && runs[pa - 2] === 0) pa -= 2;
      }
    } catch (reason) {
      if (reason === END_OF_DATA) cleanUp();
      throw reason;
    }
  };

  let pb = 0; // the next run of the previous row
  let b1 = 0;
  const checkB1 = (): void => {
    if (pa === current) return;
    while (b1 <= a0 && b1 < width) {
      if (pb + 1 >= reference + maxRuns) throw OVERFLOW;
      b1 = (b1 + runs[pb]! + runs[pb + 1]!) | 0;
      pb += 2;
    }
  };
  const nextB1 = (): void => {
    if (pb >= reference + maxRuns) throw OVERFLOW;
    b1 = (b1 + runs[pb++]!) | 0;
  };

  /** Decodes one step of a two-dimensional row. @returns false where the row ends early */
  const expandStep = (): boolean => {
    if (pa >= current + maxRuns) throw OVERFLOW;
    const code = look(modes, MODE_BITS);
    switch (code.means) {
      case "pass":
        checkB1();
        if (pb + 1 >= reference + maxRuns) throw OVERFLOW;
        nextB1();
        run = (run + b1 - a0) | 0;
        a0 = b1;
        nextB1();
        return true;
      case "horizontal": {
        const isBlack = ((pa - current) & 1) === 1;
        if (readRun(isBlack) !== "run" || readRun(!isBlack) !== "run") return false;
        checkB1();
        return true;
      }
      case "vertical":
        checkB1();
        if (code.value < 0 && b1 < a0 - code.value) return false;
        put(b1 - a0 + code.value);
        if (code.value >= 0) nextB1();
        else {
          if (pb <= 0) throw OVERFLOW; // libtiff reads before its array
          b1 = (b1 - runs[--pb]!) | 0;
        }
        return true;
      case "extension":
        runs[pa++] = width - a0;
        return false;
      case "end of line":
        runs[pa++] = width - a0;
        need(4);
        skip(4);
        endOfLines = 1;
        return false;
      default:
        return false;
    }
  };
  const expandRow2D = (): void => {
    try {
      let goesOn = true;
      while (goesOn && a0 < width) goesOn = expandStep();
      if (goesOn && run !== 0) {
        if (run + a0 < width) {
          need(1); // a final vertical code
          if (peek(1) === 0) {
            cleanUp();
            return;
          }
          skip(1);
        }
        put(0);
      }
      cleanUp();
    } catch (reason) {
      if (reason === END_OF_DATA) cleanUp();
      throw reason;
    }
  };

  /** Skips the end-of-line code before a row. @returns false if there are no more: the strip starts again */
  const synchronize = (): boolean => {
    if (!hasEndOfLines) return true;
    if (endOfLines === 0) {
      for (;;) {
        need(11);
        if (peek(11) === 0) break;
        skip(1);
      }
    }
    try {
      for (;;) {
        need(8);
        if (peek(8) !== 0) break;
        skip(8);
      }
    } catch (reason) {
      if (reason !== END_OF_DATA) throw reason;
      hasEndOfLines = false;
      return false;
    }
    while (peek(1) === 0) skip(1);
    skip(1);
    endOfLines = 0;
    return true;
  };

  const decodeStrip = (strip: Uint8Array, rows: number): Uint8Array | string => {
    start(strip);
    endOfLines = 0;
    current = 0;
    reference = maxRuns;
    if (twoDimensional) {
      runs[reference] = width;
      runs[reference + 1] = 0;
    }
    const result = new Uint8Array(rowBytes * rows);
    for (let row = 0; row < rows; row++) {
      a0 = 0;
      run = 0;
      pa = current;
      try {
        if (!synchronize()) {
          start(strip);
          endOfLines = 0;
          row--;
          continue;
        }
        let isTwoDimensional = scheme === "group 4";
        if (scheme === "group 3 2-d") {
          need(1);
          isTwoDimensional = peek(1) === 0;
          skip(1);
        }
        pb = reference;
        if (twoDimensional) b1 = runs[pb++]! | 0;
        if (isTwoDimensional) expandRow2D();
        else expandRow1D();
      } catch (reason) {
        if (reason === OVERFLOW) return "its fax data is damaged";
        if (reason !== END_OF_DATA) throw reason;
        if (scheme === "group 4" && row > 0) return endsEarly(row);
        return "its fax data ends early";
      }
      if (scheme === "group 4" && endOfLines !== 0) return row > 0 ? endsEarly(row) : "its fax data ends early";
      fillRow(result, row * rowBytes);
      if (twoDimensional) {
        if (pa < current + maxRuns)
          put(0); // an imaginary change
        else if (scheme === "group 4") return "its fax data is damaged";
        [current, reference] = [reference, current];
      }
      if (scheme === "run lengths") align();
    }
    return result;
  };

  const fillRow = (result: Uint8Array, at: number): void => {
    let end = pa; // what follows is left over from earlier rows, and libtiff may read it
    if ((end - current) & 1) runs[end++] = 0;
    let x = 0;
    for (let i = current; i < end; i++) {
      const length = x + runs[i]! > width ? width - x : runs[i]!;
      runs[i] = length;
      if ((i - current) & 1) for (let j = x; j < x + length; j++) result[at + (j >> 3)]! |= 0x80 >> (j & 7);
      x += length;
    }
  };
  return { decodeStrip };
}

function endsEarly(row: number): string {
  return `its fax data ends after ${row} rows, and Pillow's values of the other rows are undefined`;
}
