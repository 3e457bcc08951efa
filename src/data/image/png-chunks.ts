import { crc32 } from "node:zlib";
import { type PngState, takePngChunk, takeSequence } from "./png-metadata.ts";

/** A PNG whose chunks have been read up to its pixels. */
export interface PngReader {
  /** the state before the pixels */
  readonly state: PngState;
  /** whether libpng in strict mode is certain to read it to the same pixels, because nothing about it is irregular */
  readonly isRegular: boolean;
  /** Returns the next piece of compressed pixels as Pillow reads them. @returns undefined where Pillow finds no more */
  nextPiece(): Uint8Array | undefined;
  /** Reads the chunks after the pixels. @returns the reason why Pillow refuses the file, or undefined */
  finish(): string | undefined;
  /**
   * Checks, after `finish`, whether Pillow can convert the decoded image to RGB. @returns the reason if not, or
   * undefined
   */
  checkConversion(): string | undefined;
}

const SIGNATURE_BYTES = 8;
const PIECE = 65_536; // bytes that Pillow reads at a time, ImageFile.MAXBLOCK

interface Chunk {
  readonly kind: string;
  readonly start: number;
  readonly length: number;
}

/**
 * Reads the chunks of a PNG as Pillow does. Up to the pixels each must be inside the file and match its checksum;
 * chunks that Pillow knows must be valid, before the pixels and after.
 *
 * @param bytes a file that starts with PNG's signature
 * @returns the reader, or a description of what is wrong with the file
 * @see PNG specification, third edition; Pillow 12.3.0 src/PIL/PngImagePlugin.py, _open, load_read and load_end
 */
export function openPng(bytes: Uint8Array): PngReader | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const state: PngState = { width: 0, height: 0, interlaced: false, isDefaultImage: false, textBytes: 0 };
  const kinds: string[] = [];
  let p = SIGNATURE_BYTES;

  /** @returns the chunk at `p`, which then is the start of its content; undefined where there is none */
  const nextChunk = (): Chunk | undefined => {
    if (p + 8 > bytes.length) return undefined;
    const kind = String.fromCharCode(...bytes.subarray(p + 4, p + 8));
    if (!/^\w{4}$/.test(kind)) return undefined;
    const length = view.getUint32(p);
    p += 8;
    return { kind, start: p, length };
  };
  const content = ({ start, length }: Chunk): Uint8Array | undefined =>
    start + length <= bytes.length ? bytes.subarray(start, start + length) : undefined;

  let left: number; // of the chunk with pixels
  for (;;) {
    const chunk = nextChunk();
    if (chunk === undefined) return "it ends before its pixels";
    const { kind, start, length } = chunk;
    if (kind === "IEND") return "it has no pixels";
    if (kind === "fdAT") {
      if (length < 4 || start + 4 > bytes.length) return "its fdAT chunk is cut off";
      const wrong = takeSequence(state, view.getUint32(start), false);
      if (wrong !== undefined) return wrong;
      p += 4;
    }
    if ((kind === "IDAT" || kind === "fdAT") && state.layout !== undefined) {
      if (state.box === undefined && state.frames !== undefined) state.isDefaultImage = true;
      kinds.push(kind);
      left = kind === "fdAT" ? length - 4 : length;
      break;
    }
    const data = content(chunk);
    if (data === undefined || start + length + 4 > bytes.length) return `its ${kind} chunk is cut off`;
    const wrong = takePngChunk(state, kind, data);
    if (wrong !== undefined) return wrong;
    if (crc32(bytes.subarray(start - 4, start + length)) !== view.getUint32(start + length)) {
      return `its ${kind} chunk has a wrong checksum`;
    }
    kinds.push(kind);
    p = start + length + 4;
  }
  const { width, height } = state;
  if (width === 0 || height === 0) return `its size is ${width} × ${height} pixels`;
  const isAnimated = (state.frames ?? 1) + (state.frames !== undefined && state.isDefaultImage ? 1 : 0) > 1;

  const nextPiece = (): Uint8Array | undefined => {
    while (left === 0) {
      p += 4; // the checksum, which Pillow does not check
      const chunk = nextChunk();
      if (chunk === undefined) return undefined;
      if (chunk.kind === "fdAT") {
        if (chunk.length < 4 || chunk.start + 4 > bytes.length) return undefined;
        if (takeSequence(state, view.getUint32(chunk.start), false) !== undefined) return undefined;
        p += 4;
        left = chunk.length - 4;
      } else if (chunk.kind === "IDAT" || chunk.kind === "DDAT") left = chunk.length;
      else return undefined;
    }
    const piece = bytes.subarray(p, p + Math.min(left, PIECE));
    left -= Math.min(left, PIECE);
    p += piece.length;
    return piece.length === 0 ? undefined : piece;
  };

  const finish = (): string | undefined => {
    p = Math.min(bytes.length, p + left);
    for (;;) {
      p += 4;
      const chunk = nextChunk();
      if (chunk === undefined || chunk.kind === "IEND") return undefined; // Pillow accepts any data as the end
      const { kind, start, length } = chunk;
      if (kind === "fcTL" && isAnimated) return undefined; // the next frame
      const data = content(chunk);
      if (kind === "fdAT") {
        if (length < 4 || start + 4 > bytes.length) return "its fdAT chunk is cut off";
        const wrong = takeSequence(state, view.getUint32(start), false);
        if (wrong !== undefined) return wrong;
      }
      if (data === undefined) return `its ${kind} chunk is cut off`;
      const wrong = takePngChunk(state, kind, data);
      if (wrong !== undefined) return wrong;
      p = start + length;
    }
  };

  const before = { ...state };
  const checkConversion = (): string | undefined => {
    const { transparency } = state; // may follow the pixels
    const { layout, palette } = before;
    if (layout?.colorType === 3 && transparency === "number" && palette === undefined) return "it has no palette";
    const isGray = layout?.colorType === 0 && layout.bitDepth > 1 && layout.bitDepth < 16;
    return isGray && transparency === "color" ? "its transparent color is not one of its colors" : undefined;
  };
  return { state: before, isRegular: isRegular(bytes, before, kinds), nextPiece, finish, checkConversion };
}

function isRegular(bytes: Uint8Array, state: PngState, kinds: readonly string[]): boolean {
  const { layout, palette, box } = state;
  if (kinds[0] !== "IHDR" || bytes[11] !== 13 || bytes[26] !== 0 || bytes[28]! > 1) return false;
  if (kinds.at(-1) !== "IDAT" || box !== undefined) return false;
  const count = (kind: string): number => kinds.filter((chunkKind) => chunkKind === kind).length;
  if (count("IHDR") !== 1 || count("PLTE") > 1 || count("tRNS") > 1) return false;
  if (layout?.colorType !== 3) return true;
  const colors = (palette?.length ?? 0) / 3;
  if (!Number.isInteger(colors) || colors < 1 || colors > 2 ** layout.bitDepth) return false;
  return count("tRNS") === 0 || kinds.indexOf("PLTE") < kinds.indexOf("tRNS");
}
