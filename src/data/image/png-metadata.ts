import { inflateSync } from "node:zlib";

/** The content of a PNG's chunks read so far, as Pillow stores it. */
export interface PngState {
  width: number;
  height: number;
  /** from the last header with a known combination of both; absent before */
  layout?: PngLayout;
  interlaced: boolean;
  palette?: Uint8Array;
  /** the kind of Python object that Pillow makes of the transparency, which decides what Pillow can convert */
  transparency?: "table" | "number" | "color";
  /** frames of an animation that was announced once, with valid values */
  frames?: number | undefined;
  sequence?: number;
  /** the position of the next frame */
  box?: PngBox;
  isDefaultImage: boolean;
  textBytes: number;
}

export interface PngLayout {
  readonly bitDepth: number;
  /** 0 gray, 2 RGB, 3 palette, 4 gray with alpha, 6 RGB with alpha */
  readonly colorType: number;
}

export interface PngBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

const MAX_TEXT = 1 << 20; // maximum bytes in a compressed chunk, Pillow's MAX_TEXT_CHUNK
const MAX_TEXT_IN_ALL = 64 * MAX_TEXT;
const LARGEST_RATIO = 1032; // of deflate

/**
 * Processes a chunk that is neither pixels nor the end, with Pillow's checks: a chunk of a known kind must have the
 * bytes that Pillow reads, and a compressed one at most a mebibyte.
 *
 * @returns the reason why Pillow refuses the file, or undefined
 * @see Pillow 12.3.0 src/PIL/PngImagePlugin.py, PngStream.chunk_*
 */
export function takePngChunk(state: PngState, kind: string, data: Uint8Array): string | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const tooShort = (minimum: number): string | undefined =>
    data.length < minimum ? `its ${kind} chunk has ${data.length} bytes, expected at least ${minimum}` : undefined;
  const isPalette = state.layout?.colorType === 3;
  switch (kind) {
    case "IHDR":
      return tooShort(13) ?? takeHeader(state, view);
    case "PLTE":
      if (isPalette) state.palette = data;
      return undefined;
    case "tRNS":
      return takeTransparency(state, data, tooShort);
    case "gAMA":
      return tooShort(4);
    case "cHRM":
      return data.length % 4 === 0 ? undefined : `its cHRM chunk has ${data.length} bytes, expected a multiple of 4`;
    case "sRGB":
      return tooShort(1);
    case "pHYs":
      return tooShort(9);
    case "acTL":
      return tooShort(8) ?? takeAnimation(state, view.getUint32(0));
    case "fcTL":
      return tooShort(26) ?? takeFrame(state, view);
    case "iCCP":
      return checkProfile(data);
    case "tEXt":
    case "zTXt":
    case "iTXt":
      return takeText(state, kind, data);
    default:
      return undefined;
  }
}

function takeHeader(state: PngState, view: DataView): string | undefined {
  state.width = view.getUint32(0);
  state.height = view.getUint32(4);
  const [bitDepth, colorType] = [view.getUint8(8), view.getUint8(9)];
  if (DEPTHS[colorType]?.includes(bitDepth)) state.layout = { bitDepth, colorType };
  if (view.getUint8(12) !== 0) state.interlaced = true;
  return view.getUint8(11) === 0 ? undefined : `its filter method is ${view.getUint8(11)}, expected 0`;
}

function takeTransparency(
  state: PngState,
  data: Uint8Array,
  tooShort: (minimum: number) => string | undefined,
): string | undefined {
  const { colorType } = state.layout ?? {};
  if (colorType === 3) {
    const end = data.at(-1) === 0x0a ? data.length - 1 : data.length; // Python's $ also matches before a line end
    const nonOpaque = data.subarray(0, end).filter((alpha) => alpha !== 0xff);
    const isOne = nonOpaque.length === 1 && nonOpaque[0] === 0 && end === data.length;
    const isOneLine = nonOpaque.length === 1 && nonOpaque[0] === 0;
    state.transparency = isOne || isOneLine ? "number" : "table";
  } else if (colorType === 0) {
    const wrong = tooShort(2);
    if (wrong !== undefined) return wrong;
    state.transparency = "number";
  } else if (colorType === 2) {
    const wrong = tooShort(6);
    if (wrong !== undefined) return wrong;
    state.transparency = "color";
  }
  return undefined;
}

function takeAnimation(state: PngState, frames: number): undefined {
  if (state.frames !== undefined)
    state.frames = undefined; // announced twice
  else if (frames > 0 && frames <= 0x8000_0000) state.frames = frames;
}

function takeFrame(state: PngState, view: DataView): string | undefined {
  const wrong = takeSequence(state, view.getUint32(0), true);
  if (wrong !== undefined) return wrong;
  const [width, height, left, top] = [4, 8, 12, 16].map((at) => view.getUint32(at)) as [number, number, number, number];
  if (left + width > state.width || top + height > state.height) return "its animation has a frame beyond the image";
  state.box = { left, top, width, height };
  return undefined;
}

/** Checks the sequence number of frames and their data. */
export function takeSequence(state: PngState, sequence: number, mayStart: boolean): string | undefined {
  const expected = state.sequence === undefined ? (mayStart ? 0 : undefined) : state.sequence + 1;
  if (sequence !== expected) return "its animation's frames are out of order";
  state.sequence = sequence;
  return undefined;
}

function checkProfile(data: Uint8Array): string | undefined {
  const method = data.indexOf(0) + 1;
  if (data[method] !== 0) return "its iCCP chunk is damaged";
  return isTooLarge(data.subarray(method + 1)) ? "its color profile is larger than 1 MiB" : undefined;
}

function takeText(state: PngState, kind: string, data: Uint8Array): string | undefined {
  const end = data.indexOf(0);
  const keyword = Buffer.from(end < 0 ? data : data.subarray(0, end)).toString("latin1");
  const rest = end < 0 ? new Uint8Array(0) : data.subarray(end + 1);
  let compressed: Uint8Array | undefined;
  if (kind === "zTXt") {
    if ((rest[0] ?? 0) !== 0) return `its zTXt chunk has compression method ${rest[0]}, expected 0`;
    compressed = rest.subarray(1);
  } else if (kind === "iTXt" && rest.length >= 2 && rest[0] !== 0 && rest[1] === 0) {
    const language = rest.indexOf(0, 2);
    const translated = language < 0 ? -1 : rest.indexOf(0, language + 1);
    if (translated >= 0) compressed = rest.subarray(translated + 1);
  }
  if (compressed !== undefined && isTooLarge(compressed)) return `its ${kind} chunk is larger than 1 MiB`;
  // Pillow stores texts together with its own notes, where these names have another meaning
  if (["transparency", "interlace", "bbox"].includes(keyword)) return `it has a text named ${keyword}`;
  if (kind === "tEXt" && keyword !== "") state.textBytes += rest.length;
  return state.textBytes > MAX_TEXT_IN_ALL ? "its texts are larger than 64 MiB" : undefined;
}

/** Whether compressed data expands to more than Pillow accepts. Pillow ignores damaged data. */
function isTooLarge(data: Uint8Array): boolean {
  if (data.length * LARGEST_RATIO <= MAX_TEXT) return false;
  try {
    inflateSync(data, { maxOutputLength: MAX_TEXT });
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
  }
}
