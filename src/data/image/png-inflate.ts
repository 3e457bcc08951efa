/** Decompresses a zlib stream piece by piece, as zlib does: it reads exactly as much of the stream as zlib would. */
export interface PngInflate {
  /**
   * Fills a row. @returns "full"; "ended" if the stream ended exactly at the last row's end and in the same piece; else
   * a description of what is wrong
   */
  readRow(row: Uint8Array): "full" | "ended" | { readonly wrong: string };
  /**
   * After the last row: reads what zlib reads of the rest of the piece. @returns a description of what is wrong, or
   * undefined
   */
  settle(): string | undefined;
}

const WINDOW = 32_768;
const MAX_BITS = 15; // of a Huffman code
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163,
];
LENGTH_BASE.push(195, 227, 258);
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A canonical Huffman code: how many codes have each length, and the symbols in code order. */
interface Code {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

/** Thrown to leave from any depth: what is wrong, or "settled" where zlib would wait for the next piece. */
class Stop {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}
const SETTLED = new Stop("settled");
const CUT_OFF = new Stop("its compressed pixels are cut off");

/**
 * Creates a decompressor.
 *
 * @param nextPiece the next bytes of the stream; undefined where there are none
 * @see RFC 1950, RFC 1951; zlib inflate.c, for what it checks and when
 */
export function createPngInflate(nextPiece: () => Uint8Array | undefined): PngInflate {
  let piece: Uint8Array = new Uint8Array(0);
  let pieces = 0;
  let p = 0;
  let bits = 0;
  let held = 0;
  let isSettling = false;
  let lastOutputIn = 0; // the number of the piece

  const fetch = (): void => {
    const next = nextPiece();
    if (next === undefined) throw CUT_OFF;
    piece = next;
    pieces++;
    p = 0;
  };
  const take = (count: number): number => {
    while (held < count) {
      if (p === piece.length) {
        if (isSettling) throw SETTLED;
        fetch();
      }
      bits |= piece[p++]! << held;
      held += 8;
    }
    const value = bits & ((1 << count) - 1);
    bits >>>= count;
    held -= count;
    return value;
  };
  const decode = ({ counts, symbols }: Code): number => {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAX_BITS; length++) {
      code |= take(1);
      const count = counts[length]!;
      if (code - count < first) return symbols[index + code - first]!;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Stop("its compressed pixels are damaged: an invalid code");
  };

  const window = new Uint8Array(WINDOW);
  let total = 0;
  let a = 1; // the two sums of Adler-32
  let b = 0;
  let state: "header" | "block" | "stored" | "codes" | "end" | "ended" = "header";
  let isLast = false;
  let stored = 0;
  let lengths: Code = FIXED_LENGTHS;
  let distances: Code = FIXED_DISTANCES;
  let pendingByte = -1; // a literal that was read and not returned yet
  let copyLeft = 0;
  let copyFrom = 0;

  /** Advances to the next output. @returns false at the end of the stream */
  const advance = (): boolean => {
    for (;;) {
      if (pendingByte >= 0 || copyLeft > 0) return true;
      switch (state) {
        case "header": {
          const method = take(8);
          const flags = take(8);
          if (((method << 8) | flags) % 31 !== 0 || (method & 15) !== 8 || method >> 4 > 7) {
            throw new Stop("its compressed pixels have a wrong header");
          }
          if (flags & 0x20) throw new Stop("its compressed pixels need a dictionary");
          state = "block";
          break;
        }
        case "block": {
          if (isLast) {
            take(held & 7);
            state = "end";
            break;
          }
          isLast = take(1) === 1;
          startBlock(take(2));
          break;
        }
        case "stored":
          if (stored === 0) {
            state = "block";
            break;
          }
          if (isSettling) throw SETTLED; // the next output
          stored--;
          pendingByte = take(8);
          return true;
        case "codes":
          nextSymbol();
          break;
        case "end": {
          let adler = 0;
          for (let i = 0; i < 4; i++) adler = adler * 256 + take(8);
          if (adler !== b * 65_536 + a) throw new Stop("its compressed pixels have a wrong checksum");
          state = "ended";
          break;
        }
        case "ended":
          return false;
      }
    }
  };

  const startBlock = (type: number): void => {
    if (type === 0) {
      take(held & 7);
      stored = take(16);
      if ((take(16) ^ 0xffff) !== stored) throw new Stop("its compressed pixels are damaged: a wrong block length");
      state = "stored";
      return;
    }
    if (type === 3) throw new Stop("its compressed pixels are damaged: an invalid block");
    state = "codes";
    [lengths, distances] = type === 1 ? [FIXED_LENGTHS, FIXED_DISTANCES] : readCodes();
  };

  const readCodes = (): [Code, Code] => {
    const lengthCount = take(5) + 257;
    const distanceCount = take(5) + 1;
    const orderCount = take(4) + 4;
    if (lengthCount > 286 || distanceCount > 30) throw new Stop("its compressed pixels are damaged: too many codes");
    const sizes = new Uint8Array(320);
    for (let i = 0; i < orderCount; i++) sizes[LENGTH_ORDER[i]!] = take(3);
    const order = buildCode(sizes.slice(0, 19), false);
    sizes.fill(0);
    for (let i = 0; i < lengthCount + distanceCount; ) {
      const symbol = decode(order);
      if (symbol < 16) {
        sizes[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0)
        throw new Stop("its compressed pixels are damaged: a repeat without a preceding length");
      const value = symbol === 16 ? sizes[i - 1]! : 0;
      const times = symbol === 16 ? 3 + take(2) : symbol === 17 ? 3 + take(3) : 11 + take(7);
      if (i + times > lengthCount + distanceCount)
        throw new Stop("its compressed pixels are damaged: a repeat that is too long");
      sizes.fill(value, i, i + times);
      i += times;
    }
    if (sizes[256] === 0) throw new Stop("its compressed pixels are damaged: no end of block");
    return [
      buildCode(sizes.slice(0, lengthCount), true),
      buildCode(sizes.slice(lengthCount, lengthCount + distanceCount), true),
    ];
  };

  const nextSymbol = (): void => {
    const symbol = decode(lengths);
    if (symbol < 256) {
      pendingByte = symbol;
      return;
    }
    if (symbol === 256) {
      state = "block";
      return;
    }
    if (symbol > 285) throw new Stop("its compressed pixels are damaged: an invalid length");
    const length = LENGTH_BASE[symbol - 257]! + take(LENGTH_EXTRA[symbol - 257]!);
    const slot = decode(distances);
    if (slot > 29) throw new Stop("its compressed pixels are damaged: an invalid distance");
    const extra = slot < 2 ? 0 : (slot >> 1) - 1;
    const distance = (slot < 2 ? slot : (2 + (slot & 1)) << extra) + 1 + take(extra);
    copyLeft = length;
    copyFrom = total - distance;
  };

  const readRow = (row: Uint8Array): ReturnType<PngInflate["readRow"]> => {
    try {
      if (p === piece.length) fetch(); // zlib is not called without input
      for (let i = 0; i < row.length; i++) {
        if (!advance()) {
          if (i === 0 && total > 0 && pieces === lastOutputIn) return "ended";
          throw CUT_OFF;
        }
        let value = pendingByte;
        if (value >= 0) pendingByte = -1;
        else {
          if (copyFrom < 0) throw new Stop("its compressed pixels are damaged: a distance beyond the window");
          value = window[copyFrom++ & (WINDOW - 1)]!;
          copyLeft--;
        }
        window[total++ & (WINDOW - 1)] = value;
        a = (a + value) % 65_521;
        b = (b + a) % 65_521;
        row[i] = value;
        lastOutputIn = pieces;
      }
      return "full";
    } catch (stop) {
      if (stop instanceof Stop) return { wrong: stop.reason };
      throw stop;
    }
  };

  const settle = (): string | undefined => {
    isSettling = true;
    try {
      advance();
      return undefined;
    } catch (stop) {
      if (!(stop instanceof Stop)) throw stop;
      return stop === SETTLED ? undefined : stop.reason;
    }
  };
  return { readRow, settle };
}

/**
 * Builds a code from its lengths. @throws Stop if the lengths are not a valid code; where `mayBeSingle`, an incomplete
 * code may have a single code of one bit
 */
function buildCode(sizes: Uint8Array, mayBeSingle: boolean): Code {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (const size of sizes) counts[size]!++;
  const maxLength = counts.findLastIndex((count, length) => length > 0 && count > 0);
  let left = 1;
  for (let length = 1; length <= MAX_BITS; length++) {
    left = left * 2 - counts[length]!;
    if (left < 0) throw new Stop("its compressed pixels are damaged: overlapping codes");
  }
  if (left > 0 && maxLength > 0 && (!mayBeSingle || maxLength !== 1)) {
    throw new Stop("its compressed pixels are damaged: an incomplete code");
  }
  counts[0] = 0;
  const offsets = new Uint16Array(MAX_BITS + 2);
  for (let length = 1; length <= MAX_BITS; length++) offsets[length + 1] = offsets[length]! + counts[length]!;
  const symbols = new Uint16Array(sizes.length);
  for (const [symbol, size] of sizes.entries()) if (size > 0) symbols[offsets[size]!++] = symbol;
  return { counts, symbols };
}

const FIXED_LENGTHS = buildCode(
  Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)),
  true,
);
const FIXED_DISTANCES = buildCode(new Uint8Array(32).fill(5), true);
