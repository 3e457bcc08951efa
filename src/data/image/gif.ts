import { checkSize, type DecodedImage, damaged } from "./decoded-image.ts";
import { findGifFirstFrame, type GifFirstFrame } from "./gif-first-frame.ts";
import { decompressGif } from "./gif-lzw.ts";

/**
 * Decodes the first frame of a GIF onto its screen as Pillow does: transparent pixels keep their palette color, and the
 * area that the frame does not cover has the transparent color, or color 0. This is not done by sharp, because libvips'
 * decoder reads frames that end too early and refuses others that Pillow reads.
 *
 * @param bytes a file that starts with "GIF87a" or "GIF89a"
 * @throws InputError if Pillow refuses the file, or its screen is too large
 */
export function decodeGif(bytes: Uint8Array): DecodedImage {
  const frame = findGifFirstFrame(bytes);
  if (typeof frame === "string") throw damaged("GIF", frame);
  checkSize("GIF", frame.screenWidth, frame.screenHeight);
  const pixels = decompressGif(bytes, frame);
  if (typeof pixels === "string") throw damaged("GIF", pixels);
  return { data: paint(frame, pixels), width: frame.screenWidth, height: frame.screenHeight };
}

/** Paints the frame onto the screen. @returns (height, width, 3) bytes */
function paint(frame: GifFirstFrame, pixels: Uint8Array): Uint8Array {
  const { screenWidth, screenHeight, left, top, width, height } = frame;
  const colors = fullPalette(frame.palette);
  const rgb = new Uint8Array(screenWidth * screenHeight * 3);
  if (width < screenWidth || height < screenHeight) {
    const background = colors.subarray(frame.background * 3, frame.background * 3 + 3);
    for (let p = 0; p < rgb.length; p++) rgb[p] = background[p % 3]!;
  }
  for (let y = 0, i = 0; y < height; y++) {
    let p = ((top + y) * screenWidth + left) * 3;
    for (let x = 0; x < width; x++, i++, p += 3) {
      const color = pixels[i]! * 3;
      rgb[p] = colors[color]!;
      rgb[p + 1] = colors[color + 1]!;
      rgb[p + 2] = colors[color + 2]!;
    }
  }
  return rgb;
}

/** Returns 256 colors: gray levels without a palette, black for those missing from a palette. */
function fullPalette(palette: Uint8Array | undefined): Uint8Array {
  if (palette === undefined) return Uint8Array.from({ length: 768 }, (_, i) => Math.trunc(i / 3));
  const colors = new Uint8Array(768);
  colors.set(palette);
  return colors;
}
