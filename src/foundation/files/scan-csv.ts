import { InputError } from "../errors.ts";

/**
 * Iterates over the rows of a CSV text and finds where the bytes of each cell are, without copying any or making a
 * string: for files of millions of cells of which a few are needed.
 */
export interface CsvScanner {
  /** cells of the first row; empty where there are no rows */
  readonly header: readonly string[];
  /** the current row, from 1; the header is row 0 */
  readonly row: number;
  /**
   * (2 header.length,) the first byte and the end of each cell, including quotation marks; set for the needed cells,
   * and for more after `find`
   */
  readonly bounds: Int32Array;
  /** Makes `next` find only the first `cells` cells of a row. By default it finds all. */
  need(cells: number): void;
  /**
   * Advances to the next row. Empty lines are skipped; the last line needs no line end.
   *
   * @returns false after the last row
   * @throws InputError if a needed cell is missing or a quotation mark is misplaced
   */
  next(): boolean;
  /**
   * Finds more cells of the current row.
   *
   * @param cells how many from the first; if it is all of them, the row must have no more
   * @throws InputError as `next`
   */
  find(cells: number): void;
  /**
   * Finds the last cell of the current row, without finding those before it where possible. @throws InputError as
   * `next`
   */
  findLast(): void;
  /** The text of a cell that was found, without its quotation marks. */
  text(cell: number): string;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
const COMMA = 44;
const BYTE_ORDER_MARK = Buffer.from("\ufeff");

/**
 * Opens a scanner positioned after the first row. Commas separate cells; quotation marks enclose cells that contain a
 * comma, a line end or a quotation mark, which is doubled; lines end with LF or CR LF. Every row has as many cells as
 * the first.
 *
 * @param text  UTF-8
 * @param where file name, for messages
 * @throws InputError if a quotation mark is misplaced
 */
export function scanCsv(text: Buffer, where: string): CsvScanner {
  const { length } = text;
  let at = text.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  let columns = Number.POSITIVE_INFINITY;
  let wanted = Number.POSITIVE_INFINITY;
  let bounds = new Int32Array(64);
  /** number of cells found in the current row, and where the next one starts; −1 after the last */
  let found = 0;
  let start = 0;
  /**
   * where the row ends if no quotation mark is at or after `start`; else −1, and only the row's cells show where it
   * ends
   */
  let plainEnd = -1;
  /** the first quotation mark after some earlier position */
  let quote = -1;
  let row = -1;

  function next(): boolean {
    const first = text[at];
    if (first === LINE_FEED || first === CARRIAGE_RETURN) skipEmptyLines();
    if (at >= length) return false;
    row++;
    found = 0;
    start = at;
    seekEnd();
    find(wanted);
    while (plainEnd === -1 && start !== -1) findCell();
    return true;
  }

  /** Finds where the row ends and the next one starts, if no quotation mark can enclose its line end. */
  function seekEnd(): void {
    if (quote < start) quote = indexOrEnd(QUOTE, start);
    const end = indexOrEnd(LINE_FEED, start);
    plainEnd = -1;
    if (quote < end) return;
    plainEnd = end > start && text[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    at = end + 1;
  }

  function find(cells: number): void {
    while (plainEnd === -1 && found < cells && start !== -1) findCell();
    if (plainEnd !== -1) findPlainCells(cells);
    if (columns === Number.POSITIVE_INFINITY) return; // the header
    if (found < cells) throw fault(`${found} cells, expected ${columns}`);
    if (found === columns && start !== -1) throw fault(`more than ${columns} cells`);
  }

  function findLast(): void {
    if (plainEnd === -1 || start === -1) {
      find(columns);
      return;
    }
    let place = plainEnd;
    while (place > start && text[place - 1] !== COMMA) place--;
    bounds[2 * (columns - 1)] = place;
    bounds[2 * columns - 1] = plainEnd;
  }

  /** Finds cells from `start` to `plainEnd`, up to a total of `cells`. */
  function findPlainCells(cells: number): void {
    const bytes = text;
    const end = plainEnd;
    let cell = found;
    let place = start;
    for (; cell < cells && place !== -1; cell++) {
      if (2 * cell === bounds.length) bounds = grown(bounds);
      bounds[2 * cell] = place;
      while (place < end && bytes[place] !== COMMA) place++;
      bounds[2 * cell + 1] = place;
      place = place < end ? place + 1 : -1;
    }
    found = cell;
    start = place;
  }

  /** Finds one cell where it or a later cell has quotation marks. */
  function findCell(): void {
    if (2 * found === bounds.length) bounds = grown(bounds);
    const isQuoted = text[start] === QUOTE;
    let end = isQuoted ? quotedEnd(start) : start;
    while (end < length && !isDelimiter(text[end] as number)) end++;
    if (text[end] === QUOTE) throw fault("a quotation mark inside a cell");
    const hasReturn = text[end] !== COMMA && end > start && text[end - 1] === CARRIAGE_RETURN;
    const cellEnd = hasReturn ? end - 1 : end;
    if (isQuoted && text[cellEnd - 1] !== QUOTE) throw fault("text after a closing quotation mark");
    bounds[2 * found] = start;
    bounds[2 * found + 1] = cellEnd;
    found++;
    if (text[end] === COMMA) {
      start = end + 1;
      seekEnd();
    } else {
      start = -1;
      at = end + 1;
    }
  }

  /** Finds the first such byte from a position on; the end of the text where there is none. */
  function indexOrEnd(byte: number, from: number): number {
    const index = text.indexOf(byte, from);
    return index === -1 ? length : index;
  }

  function skipEmptyLines(): void {
    for (;;) {
      if (text[at] === LINE_FEED) at++;
      else if (text[at] === CARRIAGE_RETURN && text[at + 1] === LINE_FEED) at += 2;
      else return;
    }
  }

  /** Returns the position after the quotation mark that closes a cell. */
  function quotedEnd(from: number): number {
    let end = text.indexOf(QUOTE, from + 1);
    while (end !== -1 && text[end + 1] === QUOTE) end = text.indexOf(QUOTE, end + 2);
    if (end === -1) throw fault("a quotation mark is not closed");
    return end + 1;
  }

  function cellText(cell: number): string {
    const [from, to] = [bounds[2 * cell] as number, bounds[2 * cell + 1] as number];
    if (text[from] !== QUOTE) return text.toString("utf8", from, to);
    return text.toString("utf8", from + 1, to - 1).replaceAll('""', '"');
  }

  function fault(what: string): InputError {
    const place = row === 0 ? "the first line" : `row ${row}`;
    return new InputError(`${where}: not a CSV file: ${place}: ${what}`);
  }

  const header = next() ? Array.from({ length: found }, (_, cell) => cellText(cell)) : [];
  columns = header.length;
  wanted = columns;
  return {
    header,
    get row() {
      return row;
    },
    bounds,
    need: (cells) => {
      wanted = Math.min(cells, columns);
    },
    next,
    find,
    findLast,
    text: cellText,
  };
}

/** Whether a byte ends a cell without quotation marks or cannot be in it. */
function isDelimiter(byte: number): boolean {
  return byte === COMMA || byte === LINE_FEED || byte === QUOTE;
}

function grown(bounds: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * bounds.length);
  larger.set(bounds);
  return larger;
}
