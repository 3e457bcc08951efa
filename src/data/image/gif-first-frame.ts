/** The position of a GIF's first frame and the colors of what it shows. */
export interface GifFirstFrame {
  /** the screen as Pillow reads it: the stated size, enlarged to contain the frame */
  readonly screenWidth: number;
  readonly screenHeight: number;
  /** the frame, pixels on the screen */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** red, green and blue of each color; absent where each color number is its gray level */
  readonly palette?: Uint8Array;
  /** the color of the area that the frame does not cover: the transparent color, or 0 */
  readonly background: number;
  /** bits per pixel before compression */
  readonly codeSize: number;
  /** where the sub-blocks of compressed pixels start */
  readonly data: number;
}

const TRAILER = 0x3b;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const GRAPHIC_CONTROL = 0xf9;
const COMMENT = 0xfe;
const APPLICATION = 0xff;

/**
 * Finds the first frame exactly as Pillow does: an extension that starts with an empty sub-block consumes the
 * sub-blocks after it, a palette that is a gray ramp counts as no palette, and bytes between blocks are skipped.
 *
 * @param bytes a file that starts with "GIF87a" or "GIF89a"
 * @returns the frame, or the reason why Pillow finds none
 * @see GIF89a specification; Pillow 12.3.0 src/PIL/GifImagePlugin.py, _open and _seek
 */
export function findGifFirstFrame(bytes: Uint8Array): GifFirstFrame | string {
  const cutOff = "it ends before its first frame";
  if (bytes.length < 13) return cutOff;
  const short = (at: number): number => bytes[at]! | (bytes[at + 1]! << 8);
  let p = 13;

  /** Reads a sub-block. @returns undefined for the empty one that ends a sequence */
  const subBlock = (): Uint8Array | undefined => {
    const length = bytes[p++] ?? 0;
    if (length === 0) return undefined;
    const block = bytes.subarray(p, p + length);
    p += block.length;
    return block;
  };
  const skipSubBlocks = (): void => {
    while ((subBlock()?.length ?? 0) > 0);
  };
  const palette = (flags: number): Uint8Array | undefined => {
    const colors = bytes.subarray(p, p + 3 * (2 << (flags & 7)));
    p += colors.length;
    return isGrayRamp(colors) ? undefined : colors;
  };

  const globalPalette = bytes[10]! & 0x80 ? palette(bytes[10]!) : undefined;
  let transparent: number | undefined;
  while (p < bytes.length) {
    const introducer = bytes[p++];
    if (introducer === TRAILER) break;
    if (introducer === EXTENSION) {
      const label = bytes[p++];
      if (label === undefined) return cutOff;
      const block = subBlock();
      if (label === GRAPHIC_CONTROL && block !== undefined) {
        if (block.length < 3 || (block[0]! & 1 && block.length < 4))
          return "its graphic control extension is too short";
        if (block[0]! & 1) transparent = block[3]!;
      } else if (label === APPLICATION && block !== undefined) {
        if (Buffer.from(block).toString("latin1").startsWith("NETSCAPE2.0")) subBlock();
      }
      if (label !== COMMENT || (block?.length ?? 0) > 0) skipSubBlocks();
    } else if (introducer === IMAGE) {
      const at = p;
      p += 9;
      if (p > bytes.length) return cutOff;
      const flags = bytes[at + 8]!;
      const ownPalette = flags & 0x80 ? palette(flags) : globalPalette;
      if (p >= bytes.length) return cutOff;
      const [left, top, width, height] = [short(at), short(at + 2), short(at + 4), short(at + 6)];
      if (width === 0 || height === 0) return `its first frame has ${width} × ${height} pixels`;
      return {
        screenWidth: Math.max(short(6), left + width),
        screenHeight: Math.max(short(8), top + height),
        left,
        top,
        width,
        height,
        interlaced: (flags & 0x40) !== 0,
        ...(ownPalette && { palette: ownPalette }),
        background: transparent ?? 0,
        codeSize: bytes[p]!,
        data: p + 1,
      };
    }
  }
  return cutOff;
}

/** Whether each color number is its gray level, so that Pillow reads the image without a palette. */
function isGrayRamp(colors: Uint8Array): boolean {
  for (let i = 0; i < colors.length; i++) if (colors[i] !== Math.trunc(i / 3)) return false;
  return true;
}
