/** Reads the bits of a fax. The first bit is the lowest in the returned values. */
export interface FaxBits {
  /** starts with new data */
  start(data: Uint8Array): void;
  /** Makes `count` bits available; after the end of the data, zeros while any bit is left. @throws END_OF_DATA */
  need(count: number): void;
  peek(count: number): number;
  skip(count: number): void;
  /** skips the rest of a byte */
  align(): void;
}

/** Thrown at the end of the data. */
export const END_OF_DATA = Symbol("end of data");

const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) reversed |= 0x80 >> bit;
  return reversed;
});

/**
 * Creates a reader of a fax's bits.
 *
 * @param lowFirst whether a byte's first pixel is its lowest bit
 * @see libtiff 4.7.1 libtiff/tif_fax3.h, NeedBits8 and NeedBits16
 */
export function createFaxBits(lowFirst: boolean): FaxBits {
  let data: Uint8Array = new Uint8Array(0);
  let p = 0;
  let bits = 0;
  let held = 0;
  const skip = (count: number): void => {
    held -= count;
    bits >>>= count;
  };
  return {
    start: (next) => {
      data = next;
      p = 0;
      bits = 0;
      held = 0;
    },
    need: (count) => {
      while (held < count) {
        if (p >= data.length) {
          if (held === 0) throw END_OF_DATA;
          held = count;
          return;
        }
        bits |= (lowFirst ? data[p]! : REVERSED[data[p]!]!) << held;
        p++;
        held += 8;
      }
    },
    peek: (count) => bits & ((1 << count) - 1),
    skip,
    align: () => skip(held & 7),
  };
}
