import type { GifFirstFrame } from "./gif-first-frame.ts";

const TABLE = 4096; // codes, Pillow's GIFTABLE and GIFBUFFER
const MAX_BITS = 12; // the maximum length of a code
const BLOCK = 65_536; // bytes that Pillow reads at a time, ImageFile.MAXBLOCK

/**
 * Decompresses the pixels of a GIF's frame with Pillow's rules: it accepts and refuses the same data. An end code
 * before the last pixel does not end the data if Pillow has more of the file to read. Sub-blocks are read until the
 * frame is full, past an empty one that should end them.
 *
 * @returns (height, width) color numbers, or the reason why Pillow refuses them
 * @see Pillow 12.3.0 src/libImaging/GifDecode.c; src/PIL/ImageFile.py, load
 */
export function decompressGif(bytes: Uint8Array, frame: GifFirstFrame): Uint8Array | string {
  const { width, height, codeSize: bits } = frame;
  const cutOff = "its compressed pixels are cut off";
  const broken = "its compressed pixels are damaged";
  if (bits > MAX_BITS) return `its pixels have ${bits} bits, expected 0 to ${MAX_BITS}`;

  const pixels = new Uint8Array(width * height);
  const rows = rowOrder(height, frame.interlaced);
  const clear = 1 << bits;
  const end = clear + 1;
  const link = new Uint16Array(TABLE);
  const data = new Uint8Array(TABLE);
  const string = new Uint8Array(TABLE + 1); // one code's pixels, filled from the right

  let available = Math.min(bytes.length, frame.data + BLOCK); // the bytes of the file that Pillow has read
  let p = frame.data;
  let inBlock = 0;
  let bitBuffer = 0;
  let bitCount = 0;
  let next = clear + 2;
  let size = bits + 1;
  let mask = (1 << size) - 1;
  let last = -1; // the last code; none after a clear code
  let lastPixel = 0;
  let row = 0;
  let x = 0;
  let out = 0;

  for (;;) {
    while (bitCount < size) {
      if (inBlock > 0) {
        bitBuffer |= bytes[p++]! << bitCount;
        bitCount += 8;
        inBlock--;
        continue;
      }
      while (p >= available || p + 1 + bytes[p]! > available) {
        if (available === bytes.length) return cutOff; // Pillow waits for a whole sub-block
        available = Math.min(bytes.length, available + BLOCK);
      }
      inBlock = bytes[p++]!;
    }
    let code = bitBuffer & mask;
    bitBuffer >>>= size;
    bitCount -= size;

    if (code === clear) {
      next = clear + 2;
      size = bits + 1;
      mask = (1 << size) - 1;
      last = -1;
      continue;
    }
    if (code === end) {
      if (available === bytes.length) return cutOff;
      available = Math.min(bytes.length, available + BLOCK);
      continue;
    }

    let from = string.length;
    if (last < 0) {
      if (code > clear) return broken;
      lastPixel = code & 0xff;
      last = code;
      string[--from] = lastPixel;
    } else {
      const thisCode = code;
      if (code > next) return broken;
      if (code === next) {
        string[--from] = lastPixel;
        code = last;
      }
      while (code >= clear) {
        if (from <= 1 || code >= TABLE) return broken; // the preceding position holds the first pixel
        string[--from] = data[code]!;
        code = link[code]!;
      }
      lastPixel = code & 0xff;
      if (next < TABLE) {
        data[next] = lastPixel;
        link[next] = last;
        if (next === mask && size < MAX_BITS) {
          size++;
          mask = (1 << size) - 1;
        }
        next++;
      }
      last = thisCode;
      string[--from] = lastPixel;
    }

    for (let i = from; i < string.length; i++) {
      pixels[out + x] = string[i]!;
      if (++x < width) continue;
      x = 0;
      row++;
      if (row === height) return pixels;
      out = rows[row]! * width;
    }
  }
}

/** Returns the rows in the order in which they are stored. */
function rowOrder(height: number, interlaced: boolean): Uint16Array {
  const order = new Uint16Array(height);
  if (!interlaced) return order.map((_, y) => y);
  let i = 0;
  for (const [start, step] of [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const) {
    for (let y = start; y < height; y += step) order[i++] = y;
  }
  return order;
}
