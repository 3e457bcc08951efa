/** Where the first frame of a GIF lies, and what Pillow shows around it. */
export interface GifFirstFrame {
  /** the file with every transparency flag before the frame cleared: transparent pixels keep their palette colour */
  readonly opaque: Uint8Array;
  /** the screen, as Pillow sees it: as large as it says, or as the frame needs */
  readonly screenWidth: number;
  readonly screenHeight: number;
  /** the frame, pixels on the screen */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** red, green, blue of what the frame leaves uncovered: the transparent colour, or colour 0 */
  readonly background: readonly [number, number, number];
}

const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const IMAGE = 0x2c;

/**
 * Finds the first frame. Pillow converts a palette image to RGB by its palette alone, where libvips leaves transparent
 * pixels black; and Pillow fills what a small frame leaves of the screen with the transparent colour, or colour 0.
 *
 * @param bytes a file that starts with "GIF87a" or "GIF89a"
 * @returns undefined if the file ends before the first frame
 * @see GIF89a specification; Pillow src/PIL/GifImagePlugin.py, _seek and load_prepare
 */
export function findGifFirstFrame(bytes: Uint8Array): GifFirstFrame | undefined {
  const opaque = Uint8Array.from(bytes); // a copy, also of a Buffer, whose slice() is none
  const shortAt = (p: number): number => bytes[p]! | (bytes[p + 1]! << 8);
  const globalPalette = paletteAt(bytes, 13, bytes[10] ?? 0);
  let transparent: number | undefined;

  for (let p = 13 + (globalPalette?.length ?? 0); p < bytes.length; ) {
    if (bytes[p] === EXTENSION) {
      if (bytes[p + 1] === GRAPHIC_CONTROL && bytes[p + 2]! >= 4 && p + 6 < bytes.length && bytes[p + 3]! & 1) {
        transparent = bytes[p + 6];
        opaque[p + 3] = bytes[p + 3]! & ~1;
      }
      p += 2;
      while (p < bytes.length && bytes[p] !== 0) p += bytes[p]! + 1; // sub-blocks, each with its length in front
      p++;
    } else if (bytes[p] === IMAGE) {
      if (p + 10 > bytes.length) return undefined;
      const palette = paletteAt(bytes, p + 10, bytes[p + 9]!) ?? globalPalette;
      const colour = transparent ?? 0;
      const channel = (c: number): number => palette?.[colour * 3 + c] ?? colour; // without a palette: grey
      const [left, top, width, height] = [shortAt(p + 1), shortAt(p + 3), shortAt(p + 5), shortAt(p + 7)];
      return {
        opaque,
        screenWidth: Math.max(shortAt(6), left + width),
        screenHeight: Math.max(shortAt(8), top + height),
        left,
        top,
        width,
        height,
        background: [channel(0), channel(1), channel(2)],
      };
    } else {
      p++; // anything else is passed over, but for the end of the file
      if (bytes[p - 1] === 0x3b) return undefined;
    }
  }
  return undefined;
}

function paletteAt(bytes: Uint8Array, offset: number, flags: number): Uint8Array | undefined {
  return flags & 0x80 ? bytes.subarray(offset, offset + 3 * (2 << (flags & 7))) : undefined;
}

/** Paints what the frame leaves uncovered of (height, width, 3) pixels, in place. */
export function paintGifBackground(rgb: Uint8Array, width: number, height: number, frame: GifFirstFrame): void {
  const right = frame.left + frame.width;
  const bottom = frame.top + frame.height;
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p += 3) {
      if (y >= frame.top && y < bottom && x >= frame.left && x < right) continue;
      rgb.set(frame.background, p);
    }
  }
}
