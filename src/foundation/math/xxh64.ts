/** A running XXH64 with seed 0. */
export interface Xxh64 {
  update(bytes: Uint8Array): void;
  /** Returns the lower 32 bits of the hash of all bytes so far. */
  low32(): number;
}

type Word = readonly [low: number, high: number];

/** XXH64's five primes, as halves of 32 bits. */
const [P1_LOW, P1_HIGH] = [0x85ebca87, 0x9e3779b1];
const [P2_LOW, P2_HIGH] = [0x27d4eb4f, 0xc2b2ae3d];
const P1: Word = [P1_LOW, P1_HIGH];
const P2: Word = [P2_LOW, P2_HIGH];
const P3: Word = [0x9e3779f9, 0x165667b1];
const P4: Word = [0xc2b2ae63, 0x85ebca77];
const P5: Word = [0x165667c5, 0x27d4eb2f];
const STRIPE = 32;

/**
 * Creates the hash that checks a zstd frame. 64-bit words are represented as two halves, because BigInt takes ten times
 * as long.
 *
 * @see https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md, "XXH64 Algorithm Description"
 */
export function createXxh64(): Xxh64 {
  // (4 lanes, low and high half)
  const lanes = Uint32Array.of(...add(P1, P2), ...P2, 0, 0, ...negate(P1));
  const rest = new Uint8Array(STRIPE);
  let filled = 0;
  let total = 0;

  function stripe(view: DataView, at: number): void {
    for (let lane = 0; lane < 8; lane += 2) {
      round(lanes, lane, view.getUint32(at + lane * 4, true), view.getUint32(at + lane * 4 + 4, true));
    }
  }

  return {
    update(bytes) {
      let at = 0;
      total += bytes.length;
      if (filled > 0) {
        at = Math.min(STRIPE - filled, bytes.length);
        rest.set(bytes.subarray(0, at), filled);
        filled += at;
        if (filled < STRIPE) return;
        stripe(viewOf(rest), 0);
        filled = 0;
      }
      const view = viewOf(bytes);
      for (; at + STRIPE <= bytes.length; at += STRIPE) stripe(view, at);
      rest.set(bytes.subarray(at), 0);
      filled = bytes.length - at;
    },
    low32() {
      let hash: Word = total >= STRIPE ? mergeLanes(lanes) : P5;
      hash = add(hash, [total >>> 0, Math.floor(total / 2 ** 32)]);
      const view = viewOf(rest);
      let at = 0;
      for (; at + 8 <= filled; at += 8) {
        const word = roundOf([0, 0], [view.getUint32(at, true), view.getUint32(at + 4, true)]);
        hash = add(multiply(rotate(xor(hash, word), 27), P1), P4);
      }
      if (at + 4 <= filled) {
        hash = add(multiply(rotate(xor(hash, multiply([view.getUint32(at, true), 0], P1)), 23), P2), P3);
        at += 4;
      }
      for (; at < filled; at++) {
        hash = multiply(rotate(xor(hash, multiply([rest[at] as number, 0], P5)), 11), P1);
      }
      hash = multiply(xor(hash, [hash[1] >>> 1, 0]), P2);
      hash = multiply(xor(hash, shift29(hash)), P3);
      return (hash[0] ^ hash[1]) >>> 0;
    },
  };
}

/** acc = rotate(acc + word × P2, 31) × P1, in place. */
function round(lanes: Uint32Array, lane: number, wordLow: number, wordHigh: number): void {
  const productLow = Math.imul(wordLow, P2_LOW);
  const productHigh = (highOf(wordLow, P2_LOW) + Math.imul(wordLow, P2_HIGH) + Math.imul(wordHigh, P2_LOW)) | 0;
  const sum = ((lanes[lane] as number) + productLow) | 0;
  const carry = sum >>> 0 < productLow >>> 0 ? 1 : 0;
  const high = ((lanes[lane + 1] as number) + productHigh + carry) | 0;
  // rotated left by 31: swap the halves (32), then rotate right by 1
  const low = (high >>> 1) | (sum << 31);
  const top = (sum >>> 1) | (high << 31);
  lanes[lane] = Math.imul(low, P1_LOW);
  lanes[lane + 1] = highOf(low, P1_LOW) + Math.imul(low, P1_HIGH) + Math.imul(top, P1_LOW);
}

/** Returns the upper half of the product of two unsigned 32-bit numbers. */
function highOf(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = Math.imul(aLow, bLow);
  const right = Math.imul(aLow, bHigh);
  const left = Math.imul(aHigh, bLow);
  const middle = (low >>> 16) + (right & 0xffff) + (left & 0xffff);
  return (Math.imul(aHigh, bHigh) + (right >>> 16) + (left >>> 16) + (middle >>> 16)) | 0;
}

function multiply(a: Word, b: Word): Word {
  const high = highOf(a[0], b[0]) + Math.imul(a[0], b[1]) + Math.imul(a[1], b[0]);
  return [Math.imul(a[0], b[0]) >>> 0, high >>> 0];
}

function add(a: Word, b: Word): Word {
  const low = a[0] + b[0];
  return [low >>> 0, (a[1] + b[1] + (low > 0xffffffff ? 1 : 0)) >>> 0];
}

function negate(a: Word): Word {
  return add([~a[0] >>> 0, ~a[1] >>> 0], [1, 0]);
}

function xor(a: Word, b: Word): Word {
  return [(a[0] ^ b[0]) >>> 0, (a[1] ^ b[1]) >>> 0];
}

/** @param by  less than 32 */
function rotate([low, high]: Word, by: number): Word {
  return [((low << by) | (high >>> (32 - by))) >>> 0, ((high << by) | (low >>> (32 - by))) >>> 0];
}

function shift29([low, high]: Word): Word {
  return [((low >>> 29) | (high << 3)) >>> 0, high >>> 29];
}

function roundOf(acc: Word, word: Word): Word {
  const lanes = Uint32Array.of(...acc);
  round(lanes, 0, word[0], word[1]);
  return [lanes[0] as number, lanes[1] as number];
}

function mergeLanes(lanes: Uint32Array): Word {
  const word = (lane: number): Word => [lanes[2 * lane] as number, lanes[2 * lane + 1] as number];
  let hash = [1, 7, 12, 18].map((by, lane) => rotate(word(lane), by)).reduce(add);
  for (let lane = 0; lane < 4; lane++) hash = add(multiply(xor(hash, roundOf([0, 0], word(lane))), P1), P4);
  return hash;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
