import { createXxh64 } from "../../foundation/math/xxh64.ts";
import { runWithin } from "./run-within.ts";
import { TableFault } from "./table-columns.ts";
import { littleEndian, parseZstdHeader, zstdFrameKind, zstdHeaderBytes } from "./zstd-header.ts";

/** A decoder need not take a larger window, says the format; writers choose one of the content's size at most. */
const WINDOW = 8 << 20;

/** What decoding may take, ms, and more for each so many bytes: far more than it does. */
const DEADLINE = 5000;
const SLOWEST = 5000;

/**
 * Decompresses zstd frames by fzstd, which allocates what a frame's header claims: headers are looked at before.
 *
 * @throws TableFault for a window beyond what `length` bytes could use, more than `length` bytes, or a wrong checksum
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

/** The frames that hold data. */
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
      take(((header >> 1) & 3) === 1 ? 1 : header >> 3); // a block of one repeated byte, or of as many as it says
    }
    const checksum = hasChecksum ? uint(4) : null;
    frames.push({ frame: bytes.subarray(start, at), checksum });
  }
  return frames;
}
