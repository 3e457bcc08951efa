import { TableFault } from "./table-columns.ts";

/** Shorter runs are copied byte by byte, because a call costs more. */
const SHORT = 24;

/**
 * Decompresses an LZ4 block (Parquet's LZ4_RAW). The decoder of hyparquet-compressors leaves zeros where a block ends
 * early.
 *
 * @throws TableFault for bytes that do not decompress to exactly `length`
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
export function decompressLz4(input: Uint8Array, length: number): Uint8Array {
  const output = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer); // filled completely, or refused
  if (decodeBlock(input, output) !== length) throw damaged();
  return output;
}

/**
 * Decompresses Parquet's older LZ4 codec: Hadoop's frames, each an LZ4 block after its two sizes (4 bytes each,
 * big-endian), or, from some writers, a plain block.
 *
 * @see github.com/apache/arrow cpp/src/arrow/util/compression_lz4.cc, Lz4HadoopCodec
 */
export function decompressLz4Hadoop(input: Uint8Array, length: number): Uint8Array {
  const frames = findFrames(input, length);
  if (frames === null) return decompressLz4(input, length);
  const output = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer); // filled completely, or refused
  let filled = 0;
  for (const { bytes, size } of frames) {
    if (decodeBlock(bytes, output.subarray(filled, filled + size)) !== size) throw damaged();
    filled += size;
  }
  return output;
}

/** Finds the frames; null where the sizes are not those of frames. */
function findFrames(input: Uint8Array, length: number): { bytes: Uint8Array; size: number }[] | null {
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  const frames: { bytes: Uint8Array; size: number }[] = [];
  let total = 0;
  for (let at = 0; at < input.length; ) {
    if (at + 8 > input.length) return null;
    const [size, packed] = [view.getUint32(at), view.getUint32(at + 4)];
    total += size;
    if (at + 8 + packed > input.length || total > length) return null;
    frames.push({ bytes: input.subarray(at + 8, at + 8 + packed), size });
    at += 8 + packed;
  }
  return total === length ? frames : null;
}

/** Decodes a block. @returns the number of bytes written */
function decodeBlock(input: Uint8Array, output: Uint8Array): number {
  let at = 0;
  let filled = 0;
  const readLength = (nibble: number): number => {
    let size = nibble;
    if (nibble < 15) return size;
    for (let byte = 255; byte === 255; size += byte) {
      if (at >= input.length) throw damaged();
      byte = input[at++] as number;
    }
    return size;
  };
  while (at < input.length) {
    const token = input[at++] as number;
    const literals = readLength(token >> 4);
    if (at + literals > input.length || filled + literals > output.length) throw damaged();
    if (literals < SHORT) for (let i = 0; i < literals; i++) output[filled + i] = input[at + i] as number;
    else output.set(input.subarray(at, at + literals), filled);
    at += literals;
    filled += literals;
    if (at === input.length) break; // the last sequence has literals only
    if (at + 2 > input.length) throw damaged();
    const offset = (input[at] as number) + (input[at + 1] as number) * 256;
    at += 2;
    const size = readLength(token & 15) + 4;
    if (offset === 0 || offset > filled || filled + size > output.length) throw damaged();
    if (offset >= size && size >= SHORT) output.copyWithin(filled, filled - offset, filled - offset + size);
    else for (let i = 0; i < size; i++) output[filled + i] = output[filled - offset + i] as number;
    filled += size;
  }
  return filled;
}

function damaged(): TableFault {
  return new TableFault("damaged: its LZ4 data cannot be decompressed");
}
