import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { InputError } from "../../foundation/errors.ts";
import { byteSize } from "../../foundation/number-text.ts";
import type { ByteSource } from "./byte-source.ts";
import { ZstdError } from "./zstd-error.ts";
import { unzstd } from "./zstd-frames.ts";

/** How a stream of bytes is compressed. */
export type Compression = "gzip" | "zstd";

/** Size of one read of compressed bytes, and of one piece of decompressed ones. */
const CHUNK = 256 << 10;

/** Number of bytes from which the compression ratio is checked, and its maximum: photographs hardly compress. */
const RATIO_FROM = 256e6;
const MAX_RATIO = 200;

/**
 * Decompresses a file from its beginning, in pieces; several gzip members or zstd frames count as one stream.
 *
 * @throws InputError naming the file, if it is damaged, truncated, or expands more than 200-fold
 */
export async function* decompress(path: string, bytes: ByteSource, how: Compression): AsyncGenerator<Uint8Array> {
  let [passed, made] = [0, 0];
  async function* compressed(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.byteLength; at += CHUNK) {
      const chunk = new Uint8Array(await bytes.slice(at, Math.min(at + CHUNK, bytes.byteLength)));
      passed += chunk.length;
      yield chunk;
    }
  }
  try {
    for await (const chunk of how === "gzip" ? gunzip(compressed()) : unzstd(compressed())) {
      made += chunk.length;
      if (made > RATIO_FROM && made > MAX_RATIO * passed) {
        throw new InputError(
          `${path}: expands to more than ${MAX_RATIO} times its size (${byteSize(made)} of the first ${byteSize(passed)}); it is not an archive of photographs`,
        );
      }
      yield chunk;
    }
  } catch (cause) {
    throw streamError(path, how, made, cause);
  }
}

async function* gunzip(compressed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = Readable.from(compressed, { objectMode: true, highWaterMark: 1 });
  const output = createGunzip({ chunkSize: CHUNK });
  input.once("error", (error) => output.destroy(error));
  input.pipe(output);
  try {
    for await (const chunk of output) yield chunk as Uint8Array;
  } finally {
    input.destroy();
    output.destroy();
  }
}

function streamError(path: string, how: Compression, made: number, cause: unknown): unknown {
  if (cause instanceof InputError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  const isOfStream = code?.startsWith("Z_") || cause instanceof ZstdError;
  if (!isOfStream) return cause;
  const isCut = code === "Z_BUF_ERROR" || (cause instanceof ZstdError && cause.isCut);
  const where = `after ${byteSize(made)} of its content`;
  const what = isCut
    ? `cut short: its ${how} stream ends ${where}`
    : `damaged: its ${how} stream stops ${where} (${message})`;
  return new InputError(`${path}: ${what}; fetch the file again`, { cause: cause as Error });
}
