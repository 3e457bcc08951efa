import type { DecodedImage } from "./decoded-image.ts";
import type { PngReader } from "./png-chunks.ts";
import { createPngInflate } from "./png-inflate.ts";
import type { PngState } from "./png-metadata.ts";

const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Adam7: where each pass starts and the distance between its pixels. */
const PASSES = [
  { x: 0, y: 0, across: 8, down: 8 },
  { x: 4, y: 0, across: 8, down: 8 },
  { x: 0, y: 4, across: 4, down: 8 },
  { x: 2, y: 0, across: 4, down: 4 },
  { x: 0, y: 2, across: 2, down: 4 },
  { x: 1, y: 0, across: 2, down: 2 },
  { x: 0, y: 1, across: 1, down: 2 },
] as const;

/**
 * Decodes an irregular PNG as Pillow does. libpng has other rules for such files, so sharp decodes only those that
 * libpng reads without complaint; this decoder is slower and rarely needed.
 *
 * @returns the image, or the reason why Pillow refuses it
 * @see Pillow 12.3.0 src/libImaging/ZipDecode.c; src/PIL/PngImagePlugin.py
 */
export function decodeIrregularPng(reader: PngReader): DecodedImage | string {
  const { state } = reader;
  const { width, height, interlaced, layout, palette } = state;
  const area = state.box ?? { left: 0, top: 0, width, height };
  if (area.width === 0 || area.height === 0) return `its first frame has ${area.width} × ${area.height} pixels`;
  if (palette !== undefined && Math.floor(palette.length / 3) > 256) return "its palette has more than 256 colors";
  const bits = SAMPLES[layout!.colorType]! * layout!.bitDepth;
  if (area.width > Math.floor(0x7fff_ffff / bits) - 7) return "its rows are too long";

  const rgb = new Uint8Array(width * height * 3);
  if (layout!.colorType === 3) paintFirstColor(rgb, palette);
  const toRgb = createUnpacker(state);
  const inflate = createPngInflate(reader.nextPiece);
  const passes = interlaced ? PASSES : [{ x: 0, y: 0, across: 1, down: 1 }];
  image: for (const { x, y, across, down } of passes) {
    const pixels = Math.ceil((area.width - x) / across);
    if (pixels <= 0) continue;
    const rowBytes = Math.ceil((pixels * bits) / 8);
    let row = new Uint8Array(rowBytes + 1);
    let previous = new Uint8Array(rowBytes + 1);
    for (let at = y; at < area.height; at += down) {
      const result = inflate.readRow(row);
      if (result === "ended") break image; // missing rows stay as they are
      if (result !== "full") return result.wrong;
      if (row[0]! > 4) return `a row has filter ${row[0]}, expected 0 to 4`;
      unfilter(row, previous, (bits + 7) >> 3);
      // Pillow places an interlaced frame at the image's corner and ignores its position
      const [left, top] = interlaced ? [0, 0] : [area.left, area.top];
      toRgb(row, pixels, rgb, ((top + at) * width + left + x) * 3, across * 3);
      [row, previous] = [previous, row];
    }
  }
  return inflate.settle() ?? reader.finish() ?? reader.checkConversion() ?? { data: rgb, width, height };
}

function paintFirstColor(rgb: Uint8Array, palette: Uint8Array | undefined): void {
  const color = [0, 1, 2].map((c) => palette?.[c] ?? 0);
  if (color.some((value) => value !== 0)) for (let p = 0; p < rgb.length; p++) rgb[p] = color[p % 3]!;
}

function unfilter(row: Uint8Array, previous: Uint8Array, step: number): void {
  const filter = row[0]!;
  if (filter === 0) return;
  for (let i = 1; i < row.length; i++) {
    const left = i > step ? row[i - step]! : 0;
    const up = previous[i]!;
    if (filter === 1) row[i]! += left;
    else if (filter === 2) row[i]! += up;
    else if (filter === 3) row[i]! += (left + up) >> 1;
    else row[i]! += paeth(left, up, i > step ? previous[i - step]! : 0);
  }
}

function paeth(left: number, up: number, upLeft: number): number {
  const fromLeft = Math.abs(up - upLeft);
  const fromUp = Math.abs(left - upLeft);
  const fromUpLeft = Math.abs(left + up - 2 * upLeft);
  if (fromLeft <= fromUp && fromLeft <= fromUpLeft) return left;
  return fromUp <= fromUpLeft ? up : upLeft;
}

/** Writes a row's pixels as RGB from `p` on, with a step of `step` bytes. */
type Unpacker = (row: Uint8Array, pixels: number, rgb: Uint8Array, p: number, step: number) => void;

function createUnpacker({ layout, palette }: PngState): Unpacker {
  const { bitDepth, colorType } = layout!;
  const bytes = bitDepth === 16 ? 2 : 1;
  if (colorType === 2 || colorType === 6) {
    const pixelBytes = SAMPLES[colorType]! * bytes;
    return (row, pixels, rgb, at, step) => {
      for (let i = 0, q = 1, p = at; i < pixels; i++, q += pixelBytes, p += step) {
        rgb[p] = row[q]!;
        rgb[p + 1] = row[q + bytes]!;
        rgb[p + 2] = row[q + 2 * bytes]!;
      }
    };
  }
  const colors = new Uint8Array(768);
  if (colorType === 3) colors.set((palette ?? colors).subarray(0, Math.floor((palette?.length ?? 0) / 3) * 3));
  else for (let i = 0; i < 768; i++) colors[i] = (Math.trunc(i / 3) * 255) / (2 ** Math.min(bitDepth, 8) - 1);
  const sample = (row: Uint8Array, i: number): number => {
    if (bitDepth === 16 && colorType === 0) return row[1 + 2 * i] === 0 ? row[2 + 2 * i]! : 255; // Pillow clips
    if (bitDepth >= 8) return row[1 + i * SAMPLES[colorType]! * bytes]!;
    const at = i * bitDepth;
    return (row[1 + (at >> 3)]! >> (8 - bitDepth - (at & 7))) & ((1 << bitDepth) - 1);
  };
  return (row, pixels, rgb, at, step) => {
    for (let i = 0, p = at; i < pixels; i++, p += step) {
      const color = sample(row, i) * 3;
      rgb[p] = colors[color]!;
      rgb[p + 1] = colors[color + 1]!;
      rgb[p + 2] = colors[color + 2]!;
    }
  };
}
