import type { Decompress } from "fzstd";
import { createXxh64 } from "../../foundation/math/xxh64.ts";
import { runWithin } from "./run-within.ts";
import { ZstdError } from "./zstd-error.ts";
import { littleEndian, parseZstdHeader, type ZstdHeader, zstdFrameKind, zstdHeaderBytes } from "./zstd-header.ts";

/*
 * fzstd decodes blocks. Frames are parsed here, so that the claims of a header are checked before memory is allocated,
 * and truncation is detected. Source of the format: RFC 8878, sections 3.1.1 and 3.1.2.
 */
const MAX_BLOCK = 128 << 10;
/** Maximum window in bytes that zstd accepts without --long; it is allocated for each frame. */
const MAX_WINDOW = 128 << 20;

/** Decompresses consecutive zstd frames. @throws ZstdError */
export async function* unzstd(compressed: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  const fzstd = await import("fzstd");
  const input = pieceReader(compressed);
  for (let frame = 0; ; frame++) {
    const start = await input.upTo(4);
    if (start.length === 0 && frame > 0) return;
    if (start.length < 4) throw new ZstdError("a frame's header is cut short", true);
    const kind = zstdFrameKind(littleEndian(start, 0, 4));
    if (kind === "skippable") {
      await input.skip(littleEndian(await input.exactly(4), 0, 4));
      continue;
    }
    if (kind === null)
      throw new ZstdError(frame === 0 ? "it is not zstd" : "bytes that are not a frame follow a frame");
    yield* decodeFrame(input, start, fzstd.Decompress);
  }
}

async function* decodeFrame(
  input: PieceReader,
  magic: Uint8Array,
  decoder: typeof Decompress,
): AsyncGenerator<Uint8Array> {
  const { bytes: header, contentSize, hasChecksum } = await readHeader(input);
  let pieces: Uint8Array[] = [];
  let made = 0;
  const hash = hasChecksum ? createXxh64() : null;
  const decode = new decoder((piece) => {
    made += piece.length;
    hash?.update(piece);
    pieces.push(piece);
  });
  push(decode, Buffer.concat([magic, header]));
  for (let isLast = false; !isLast; ) {
    const head = await input.exactly(3);
    const bits = littleEndian(head, 0, 3);
    isLast = (bits & 1) === 1;
    const [type, size] = [(bits >> 1) & 3, bits >> 3];
    if (type === 3 || size > MAX_BLOCK) throw new ZstdError("a block is not valid");
    push(decode, Buffer.concat([head, await input.exactly(type === 1 ? 1 : size)]));
    yield* pieces;
    pieces = [];
  }
  if (contentSize !== null && made !== contentSize) throw new ZstdError("a frame has another size than it states");
  if (hash !== null && littleEndian(await input.exactly(4), 0, 4) !== hash.low32())
    throw new ZstdError("its checksum is wrong");
}

/** Reads what follows the magic number, parsed and as bytes. */
async function readHeader(input: PieceReader): Promise<ZstdHeader & { readonly bytes: Uint8Array }> {
  const [descriptor] = (await input.exactly(1)) as unknown as [number];
  const rest = await input.exactly(zstdHeaderBytes(descriptor));
  const header = parseZstdHeader(descriptor, rest);
  const { windowBytes } = header;
  if (windowBytes > MAX_WINDOW)
    throw new ZstdError(`its window has ${windowBytes} bytes, the maximum is ${MAX_WINDOW}`);
  return { ...header, bytes: Buffer.concat([Uint8Array.of(descriptor), rest]) };
}

/** Time limit for decoding a block of 128 KiB, in ms; it takes a few. */
const DEADLINE = 5000;

/** Decodes a block. Any error of fzstd on damaged data is an error of the data; some data it would decode forever. */
function push(decoder: Decompress, bytes: Uint8Array): void {
  try {
    runWithin(DEADLINE, () => decoder.push(bytes, false));
  } catch (cause) {
    throw new ZstdError((cause as Error).message);
  }
}

interface PieceReader {
  /** Returns a number of bytes; fewer only at the end. */
  upTo(length: number): Promise<Uint8Array>;
  /** @throws ZstdError where there are fewer */
  exactly(length: number): Promise<Uint8Array>;
  skip(length: number): Promise<void>;
}

function pieceReader(chunks: AsyncGenerator<Uint8Array>): PieceReader {
  let chunk: Uint8Array = new Uint8Array();
  async function next(): Promise<boolean> {
    while (chunk.length === 0) {
      const { value, done } = await chunks.next();
      if (done) return false;
      chunk = value;
    }
    return true;
  }
  async function upTo(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length && (await next())) {
      const part = chunk.subarray(0, length - filled);
      bytes.set(part, filled);
      filled += part.length;
      chunk = chunk.subarray(part.length);
    }
    return bytes.subarray(0, filled);
  }
  async function exactly(length: number): Promise<Uint8Array> {
    const bytes = await upTo(length);
    if (bytes.length < length) throw new ZstdError("it ends within a frame", true);
    return bytes;
  }
  return {
    upTo,
    exactly,
    skip: async (length) => {
      for (let left = length; left > 0; ) {
        if (!(await next())) throw new ZstdError("it ends within a frame", true);
        const part = Math.min(left, chunk.length);
        chunk = chunk.subarray(part);
        left -= part;
      }
    },
  };
}
