import { createXxh64 } from "../../foundation/math/xxh64.ts";
import { runWithin } from "./run-within.ts";
import { TableFault } from "./table-columns.ts";
import { littleEndian, parseZstdHeader, zstdFrameKind, zstdHeaderBytes } from "./zstd-header.ts";

/** The format requires no larger window of decoders; writers choose at most the content's size. */
const WINDOW = 8 << 20;

/** Time limit of decoding in ms, and the additional time per number of bytes: far more than it needs. */
const DEADLINE = 5000;
const SLOWEST = 5000;

/**
 * Decompresses zstd frames with fzstd. fzstd allocates the size that a frame's header claims, so headers are checked
 * first.
 *
 * @throws TableFault for a window larger than `length` bytes can need, more than `length` bytes, or a wrong checksum
 * @see RFC 8878
 */
export async function openZstd(): Promise<(bytes: Uint8Array, length: number) => Uint8Array> {
  const { Decompress } = await import("fzstd");
  return (bytes, length) => {
    const output = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    const decode = ({ frame, checksum }: Frame) => {
      const hash = checksum === null ? null : createXxh64();
      const stream = new Decompress((chunk) => {
        if (filled + chunk.length > length)
          throw new TableFault(`damaged: its zstd data have more than ${length} bytes`);
        output.set(chunk, filled);
        hash?.update(chunk);
        filled += chunk.length;
      });
      stream.push(frame, true);
      if (hash !== null && hash.low32() !== checksum) throw new TableFault("damaged: its zstd checksum is wrong");
    };
    const frames = splitFrames(bytes, Math.max(2 * length, WINDOW));
    runWithin(DEADLINE + length / SLOWEST, () => frames.forEach(decode));
    return new Uint8Array(output.buffer, 0, filled);
  };
}

interface Frame {
  readonly frame: Uint8Array;
  /** null where it has none */
  readonly checksum: number | null;
}

/** Splits the data into its frames with content. */
function splitFrames(bytes: Uint8Array, maxWindow: number): Frame[] {
  const frames: Frame[] = [];
  let at = 0;
  const take = (length: number): Uint8Array => {
    at += length;
    if (at > bytes.length) throw new TableFault("damaged: its zstd data end early");
    return bytes.subarray(at - length, at);
  };
  const uint = (length: number) => littleEndian(take(length), 0, length);
  while (at < bytes.length) {
    const start = at;
    const kind = zstdFrameKind(uint(4));
    if (kind === "skippable") {
      take(uint(4));
      continue;
    }
    if (kind === null) throw new TableFault("damaged: its data are not zstd");
    const descriptor = uint(1);
    const { windowBytes, hasChecksum } = parseZstdHeader(descriptor, take(zstdHeaderBytes(descriptor)));
    if (windowBytes > maxWindow) throw new TableFault(`its zstd data claim ${windowBytes} bytes of memory`);
    for (let isLast = false; !isLast; ) {
      const header = uint(3);
      isLast = (header & 1) === 1;
      take(((header >> 1) & 3) === 1 ? 1 : header >> 3); // a block of one repeated byte, or of the stated length
    }
    const checksum = hasChecksum ? uint(4) : null;
    frames.push({ frame: bytes.subarray(start, at), checksum });
  }
  return frames;
}
