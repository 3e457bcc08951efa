import { ZstdError } from "./zstd-error.ts";

/* Source of the format: RFC 8878, section 3.1.1.1. */
const MAGIC = 0xfd2fb528;
/** Frames without data have one of 16 magic numbers, which end in any digit. */
const SKIPPABLE = 0x184d2a5;

/** Returns the kind of a frame by its first four bytes, little-endian; null for other bytes. */
export function zstdFrameKind(magic: number): "data" | "skippable" | null {
  if (magic >>> 4 === SKIPPABLE) return "skippable";
  return magic === MAGIC ? "data" : null;
}

/** The content of a frame's header. */
export interface ZstdHeader {
  /** size of the decompressed frame in bytes; null where it is not stated */
  readonly contentSize: number | null;
  /** memory that decompressing takes, in bytes */
  readonly windowBytes: number;
  /** whether the lower half of XXH64, 4 bytes, follows the blocks */
  readonly hasChecksum: boolean;
}

/** Returns how many bytes of a header follow the first one, the descriptor. */
export function zstdHeaderBytes(descriptor: number): number {
  const { isSingle, dictionaryBytes, sizeBytes } = partsOf(descriptor);
  return (isSingle ? 0 : 1) + dictionaryBytes + sizeBytes;
}

/**
 * Parses a header.
 *
 * @param rest  {@link zstdHeaderBytes} bytes after the descriptor
 * @throws ZstdError for a reserved bit, or a dictionary
 */
export function parseZstdHeader(descriptor: number, rest: Uint8Array): ZstdHeader {
  const { isSingle, dictionaryBytes, sizeBytes } = partsOf(descriptor);
  if ((descriptor & 0x08) !== 0) throw new ZstdError("a frame's header is not valid");
  if (dictionaryBytes > 0) throw new ZstdError("it needs a dictionary");
  const size = littleEndian(rest, rest.length - sizeBytes, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  const windowByte = rest[0] ?? 0;
  const base = 2 ** (10 + (windowByte >> 3));
  return {
    contentSize: sizeBytes === 0 ? null : size,
    windowBytes: isSingle ? size : base + (base / 8) * (windowByte & 7),
    hasChecksum: (descriptor & 4) !== 0,
  };
}

function partsOf(descriptor: number) {
  const isSingle = (descriptor & 0x20) !== 0;
  return {
    isSingle,
    dictionaryBytes: [0, 1, 2, 4][descriptor & 3] as number,
    sizeBytes: [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] as number,
  };
}

/** Reads a little-endian unsigned number, exact up to 2^53. */
export function littleEndian(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = length - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] as number);
  return value;
}
