import type { FileHandle } from "node:fs/promises";
import { InputError } from "../../foundation/errors.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { openRegular } from "../../foundation/files/regular-file.ts";
import type { FilePlan, FileRange, WidenedType } from "./stand-alone-graph.ts";

/** Bytes per read, which is also all that is kept of a weight in memory. */
const CHUNK = 4 << 20;

/**
 * Yields the content of a file to be written in chunks; a chunk is valid until the next is requested.
 *
 * @param onBytes called after each chunk with its size in bytes
 * @param signal  when aborted, the next chunk throws its reason
 * @throws InputError if a file of weights cannot be read, or ends before the values do
 */
export async function* copyPieces(
  { pieces }: FilePlan,
  { onBytes = () => {}, signal }: { readonly onBytes?: (bytes: number) => void; readonly signal?: AbortSignal } = {},
): AsyncGenerator<Uint8Array> {
  const open = new Map<string, FileHandle>();
  const buffer = Buffer.allocUnsafeSlow(CHUNK);
  try {
    for (const piece of pieces) {
      const chunks = piece instanceof Uint8Array ? [piece] : readRange(piece, open, buffer);
      for await (const chunk of chunks) {
        signal?.throwIfAborted();
        yield chunk;
        onBytes(chunk.length);
      }
    }
  } finally {
    for (const file of open.values()) await file.close();
  }
}

async function* readRange(
  { file: path, offset, length, widens }: FileRange,
  open: Map<string, FileHandle>,
  buffer: Buffer,
): AsyncGenerator<Uint8Array> {
  const file = open.get(path) ?? (await openRegular(path).catch(refuse(path)));
  open.set(path, file);
  for (let done = 0; done < length; ) {
    const byteCount = Math.min(CHUNK, length - done);
    for (let filled = 0; filled < byteCount; ) {
      const { bytesRead } = await file
        .read(buffer, filled, byteCount - filled, offset + done + filled)
        .catch(refuse(path));
      if (bytesRead === 0)
        throw new InputError(`${path}: it ends before its tensors; it was truncated, or is being written`);
      filled += bytesRead;
    }
    done += byteCount;
    const chunk = buffer.subarray(0, byteCount);
    yield widens === null ? chunk : toFloat32(chunk, widens);
  }
}

function refuse(path: string): (cause: unknown) => never {
  return (cause) => {
    throw readError(path, cause);
  };
}

/** Converts whole elements to float32: bfloat16 exactly, float64 rounded to nearest, as a Cast does. */
function toFloat32({ buffer, byteOffset, length }: Buffer, from: WidenedType): Uint8Array {
  if (from === "float64") {
    return new Uint8Array(new Float32Array(new Float64Array(buffer, byteOffset, length / 8)).buffer);
  }
  const halves = new Uint16Array(buffer, byteOffset, length / 2);
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) words[i] = (halves[i] as number) << 16; // the upper half of a float32
  return new Uint8Array(words.buffer);
}
