import { runWithin } from "./run-within.ts";
import { TableFault } from "./table-columns.ts";

const MAGIC = 0xfd2fb528;
/** Frames that hold no data have one of 16 magic numbers, which end in any digit. */
const SKIPPED = 0x184d2a50;
/** A decoder need not take a larger window, says the format; writers choose one of the content's size at most. */
const WINDOW = 8 << 20;

/** What decoding may take, ms, and more for each so many bytes: far more than it does. */
const DEADLINE = 5000;
const SLOWEST = 5000;

/**
 * Decompresses zstd frames by fzstd, which allocates what a frame's header claims: headers are looked at before.
 *
 * @throws TableFault for a window beyond what `length` bytes could use, or more than `length` bytes
 * @see RFC 8878
 */
export async function openZstd(): Promise<(bytes: Uint8Array, length: number) => Uint8Array> {
  const { Decompress } = await import("fzstd");
  return (bytes, length) => {
    checkFrames(bytes, Math.max(2 * length, WINDOW));
    const output = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    const stream = new Decompress((chunk) => {
      if (filled + chunk.length > length) throw new TableFault(`damaged: its zstd data have more than ${length} bytes`);
      output.set(chunk, filled);
      filled += chunk.length;
    });
    runWithin(DEADLINE + length / SLOWEST, () => stream.push(bytes, true));
    return new Uint8Array(output.buffer, 0, filled);
  };
}

function checkFrames(bytes: Uint8Array, mostWindow: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const take = (length: number): number => {
    at += length;
    if (at > bytes.length) throw new TableFault("damaged: its zstd data end early");
    return at - length;
  };
  const uint = (length: number): number => {
    const from = take(length);
    let value = 0;
    for (let i = 0; i < length; i++) value += (bytes[from + i] as number) * 2 ** (8 * i);
    return value;
  };
  while (at < bytes.length) {
    const magic = view.getUint32(take(4), true);
    if (magic >>> 4 === SKIPPED >>> 4) {
      take(uint(4));
      continue;
    }
    if (magic !== MAGIC) throw new TableFault("damaged: its data are not zstd");
    const flags = uint(1);
    const isOneSegment = (flags & 32) !== 0;
    const window = isOneSegment ? 0 : uint(1);
    take([0, 1, 2, 4][flags & 3] as number); // which dictionary
    const content = uint([isOneSegment ? 1 : 0, 2, 4, 8][flags >> 6] as number);
    const base = 2 ** (10 + (window >> 3));
    const windowBytes = isOneSegment ? content : base + (base / 8) * (window & 7);
    if (windowBytes > mostWindow) throw new TableFault(`its zstd data claim ${windowBytes} bytes of memory`);
    for (let isLast = false; !isLast; ) {
      const header = uint(3);
      isLast = (header & 1) === 1;
      take(((header >> 1) & 3) === 1 ? 1 : header >> 3); // a block of one repeated byte, or of as many as it says
    }
    if ((flags & 4) !== 0) take(4); // checksum
  }
}
