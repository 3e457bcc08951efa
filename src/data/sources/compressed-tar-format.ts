import { InputError } from "../../foundation/errors.ts";
import { quote, skippedNotes } from "./archive-members.ts";
import { type FileBytes, openFileBytes } from "./byte-source.ts";
import type { ContainerFormat, ContainerReader, MemberPlace } from "./container-format.ts";
import { type Compression, decompress } from "./decompressed-bytes.ts";
import { type ForwardBytes, openForward } from "./forward-bytes.ts";
import { filesOf } from "./tar-format.ts";
import { indexTarStream } from "./tar-index.ts";
import { readTarIndex } from "./tar-index-cache.ts";

/** Number of recent decompressed bytes that are kept: images that are read in parallel are close together. */
const KEPT = 16 << 20;
/** Maximum number of open streams in a thread; each keeps its last bytes. */
const OPEN_STREAMS = 3;

export const gzipTarContainer = compressedTar("tar.gz", [".tar.gz", ".tgz"], "gzip");
export const zstdTarContainer = compressedTar("tar.zst", [".tar.zst", ".tar.zstd", ".tzst"], "zstd");

/**
 * Tars in a single compressed stream. A member's position is where its data begin in the tar. The stream is
 * decompressed once to index it, and once in each thread to read its images in order. For an image before the current
 * position, it is decompressed from the beginning again.
 */
function compressedTar(name: string, endings: readonly string[], how: Compression): ContainerFormat {
  return {
    name,
    endings,
    isSequential: true,
    index: async (path, { cacheFolder }) => {
      const index = () => indexStream(path, how);
      const members = cacheFolder === undefined ? await index() : await readTarIndex(path, cacheFolder, { index });
      return { members: filesOf(members), notes: skippedNotes(path, members), warnings: [] };
    },
    open: () => streamReader(how),
  };
}

async function indexStream(path: string, how: Compression) {
  const file = await openFileBytes(path);
  const stream = openForward(decompress(path, file, how), 0);
  try {
    return await indexTarStream(path, (position, length) => stream.read(position, length));
  } finally {
    await stream.close();
    await file.close();
  }
}

interface OpenStream {
  readonly file: FileBytes;
  readonly bytes: ForwardBytes;
}

function streamReader(how: Compression): ContainerReader {
  const streams = new Map<string, OpenStream>(); // the most recently used stream is the last
  let last: Promise<unknown> = Promise.resolve(); // requests are processed one at a time, in order

  async function streamAt(path: string, position: number, byteLength: number): Promise<OpenStream> {
    const known = streams.get(path);
    if (known !== undefined && position >= known.bytes.start) {
      streams.delete(path);
      streams.set(path, known);
      return known;
    }
    if (known !== undefined) await close(path, known);
    for (const [oldest, stream] of streams) if (streams.size >= OPEN_STREAMS) await close(oldest, stream);
    const file = await openFileBytes(path);
    const opened = { file, bytes: openForward(decompress(path, file, how), KEPT) };
    streams.set(path, opened);
    if (file.byteLength === byteLength) return opened;
    throw new InputError(`${path}: changed during the run, after its members were listed`);
  }

  async function close(path: string, { file, bytes }: OpenStream): Promise<void> {
    streams.delete(path);
    await bytes.close();
    await file.close();
  }

  async function readPart(path: string, byteLength: number, member: MemberPlace, length: number): Promise<Uint8Array> {
    const stream = await streamAt(path, member.position, byteLength);
    try {
      const bytes = await stream.bytes.read(member.position, length);
      if (bytes.length === length) return bytes;
      throw new InputError(
        `${path}: member ${quote(member.name)}: the stream ends within this member; fetch the file again`,
      );
    } catch (cause) {
      await close(path, stream);
      throw cause;
    }
  }

  function inOrder<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  }

  return {
    read: ({ path, bytes }, member) => inOrder(() => readPart(path, bytes.byteLength, member, member.bytes)),
    readHead: ({ path, bytes }, member, into) =>
      inOrder(async () => {
        const head = await readPart(path, bytes.byteLength, member, Math.min(into.length, member.bytes));
        into.set(head);
        return into.subarray(0, head.length);
      }),
    close: () =>
      inOrder(async () => {
        for (const [path, stream] of streams) await close(path, stream);
      }),
  };
}
