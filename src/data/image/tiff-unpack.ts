/** Converts a raw mode's samples to the bytes of an image in memory. */
export interface TiffUnpacker {
  /** per pixel, as stored */
  readonly bits: number;
  /** Writes `pixels` pixels from `from` of `source` to `to` of `target`, `bandsOf(mode)` bytes per pixel. */
  unpack(source: Uint8Array, from: number, pixels: number, target: Uint8Array, to: number): void;
}

/** Returns the bytes per pixel of a mode in memory, as needed for conversion to RGB. */
export function bandsOf(mode: string): 1 | 3 | 4 {
  if (mode === "CMYK") return 4;
  return mode === "RGB" || mode === "RGBA" ? 3 : 1;
}

const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) reversed |= 0x80 >> bit;
  return reversed;
});

/**
 * Finds Pillow's unpacker of a raw mode. Alpha is dropped and deep gray is clipped to a byte, as in conversion to RGB.
 *
 * @returns undefined if Pillow has none
 * @see Pillow 12.3.0 src/libImaging/Unpack.c, Convert.c
 */
export function findTiffUnpacker(mode: string, rawMode: string): TiffUnpacker | undefined {
  const [, name = "", flags = ""] = /^([A-Za-z1]+);?(.*)$/.exec(rawMode) ?? [];
  if (mode === "1" || mode === "L" || mode === "P") return gray(mode, name, flags);
  if (mode.startsWith("I") || mode === "F") return deep(mode, rawMode);
  if (mode === "LA" || mode === "PA") return name === mode ? interleaved([0], 2, 1) : undefined;
  const bands = bandsOf(mode);
  if (bands === 1) return undefined;
  const plane = (mode === "CMYK" ? "CMYK" : mode).indexOf(name);
  if (name.length === 1 && flags === "") return plane < 0 ? undefined : band(plane, bands);
  if (name.startsWith("RGBa")) return premultiplied(name.length, flags);
  const bytes = flags === "16L" || flags === "16B" ? 2 : 1;
  if (flags !== "" && bytes === 1 && !(flags === "R" && name === "RGB")) return undefined;
  const high = flags === "16L" ? 1 : 0;
  const offsets = Array.from({ length: bands }, (_, c) => c * bytes + high);
  return interleaved(offsets, name.length * bytes, bands, flags === "R");
}

function gray(mode: string, name: string, flags: string): TiffUnpacker | undefined {
  if (name === "PX" && mode === "P") return interleaved([0], 2, 1);
  if (name !== mode) return undefined;
  const bits = mode === "1" ? 1 : Number(/\d/.exec(flags)?.[0] ?? 8);
  const invert = flags.includes("I") ? 0xff : 0;
  const reverse = flags.includes("R");
  const maxValue = (1 << bits) - 1;
  const scale = mode === "P" ? 1 : 255 / maxValue;
  return {
    bits,
    unpack: (source, from, pixels, target, to) => {
      for (let i = 0; i < pixels; i++) {
        const at = i * bits;
        let byte = source[from + (at >> 3)]!;
        if (reverse) byte = REVERSED[byte]!;
        target[to + i] = (((byte ^ invert) >> (8 - bits - (at & 7))) & maxValue) * scale;
      }
    },
  };
}

function interleaved(offsets: readonly number[], step: number, bands: number, reverse = false): TiffUnpacker {
  const isAsStored = step === bands && !reverse && offsets.every((offset, c) => offset === c);
  return {
    bits: step * 8,
    unpack: (source, from, pixels, target, to) => {
      if (isAsStored) {
        target.set(source.subarray(from, from + pixels * step), to);
        return;
      }
      for (let i = 0, p = from, q = to; i < pixels; i++, p += step, q += bands) {
        for (let c = 0; c < offsets.length; c++) {
          const byte = source[p + offsets[c]!]!;
          target[q + c] = reverse ? REVERSED[byte]! : byte;
        }
      }
    },
  };
}

/** Unpacks one of several planes. Alpha, plane 3 of RGBA, is dropped. */
function band(plane: number, bands: number): TiffUnpacker {
  return {
    bits: 8,
    unpack: (source, from, pixels, target, to) => {
      if (plane < bands) for (let i = 0; i < pixels; i++) target[to + i * bands + plane] = source[from + i]!;
    },
  };
}

function premultiplied(samples: number, flags: string): TiffUnpacker {
  const bytes = flags === "" ? 1 : 2;
  const high = flags === "16L" ? 1 : 0;
  const step = samples * bytes;
  return {
    bits: step * 8,
    unpack: (source, from, pixels, target, to) => {
      for (let i = 0, p = from + high, q = to; i < pixels; i++, p += step, q += 3) {
        const alpha = source[p + 3 * bytes]!;
        for (let c = 0; c < 3; c++) {
          target[q + c] = alpha === 0 ? 0 : Math.min(255, Math.trunc((source[p + c * bytes]! * 255) / alpha));
        }
      }
    },
  };
}

function deep(mode: string, rawMode: string): TiffUnpacker | undefined {
  if (rawMode === "I;12" && mode === "I;16") return twelveBits();
  const known = ["I;16", "I;16B", "I;16R", "I;16S", "I;16BS", "I;32N", "I;32S", "I;32BS", "F;32F", "F;32BF"];
  if (!known.includes(rawMode)) return undefined;
  const little = !rawMode.includes("B");
  const read = (view: DataView, at: number): number => {
    switch (rawMode.replace("B", "")) {
      case "I;16R":
        return REVERSED[view.getUint8(at)]! | (REVERSED[view.getUint8(at + 1)]! << 8);
      case "I;16":
        return view.getUint16(at, little);
      case "I;16S":
        return view.getInt16(at, little);
      case "F;32F":
        return view.getFloat32(at, little);
      default:
        return view.getInt32(at, little);
    }
  };
  const bytes = rawMode.includes("32") ? 4 : 2;
  return {
    bits: bytes * 8,
    unpack: (source, from, pixels, target, to) => {
      const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
      for (let i = 0; i < pixels; i++) {
        target[to + i] = Math.min(255, Math.max(0, Math.trunc(read(view, from + i * bytes))));
      }
    },
  };
}

function twelveBits(): TiffUnpacker {
  return {
    bits: 12,
    unpack: (source, from, pixels, target, to) => {
      for (let i = 0; i < pixels; i++) {
        const p = from + (i >> 1) * 3;
        const value = i & 1 ? ((source[p + 1]! & 15) << 8) | source[p + 2]! : (source[p]! << 4) | (source[p + 1]! >> 4);
        target[to + i] = Math.min(255, value);
      }
    },
  };
}
