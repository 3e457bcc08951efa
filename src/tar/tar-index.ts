import { closeSync, fstatSync, readSync } from "node:fs";
import { extract, type Header } from "tar-stream";
import { readError } from "../files/read-text.ts";
import { openRegularSync } from "../files/regular-file.ts";
import { InputError } from "../input-error.ts";
import { type DecodedHeader, quote, readMember, SMALL_BYTES, type TarMember } from "./tar-member.ts";

/** A tar is a row of these: a header, the data, zeros to the next full block. It ends with two blocks of zeros. */
const BLOCK = 512;

/** One read holds the next image's header and, with extended headers too, the label before or after it. */
const WINDOW = 4096;

/** Stands for the data in front of tar-stream, so that they need not be read. */
const FILLER = Buffer.alloc(1 << 20);

/** Headers of one member, and zeros after the last, beyond this are not what a tar writer makes. */
const MOST_OVERHEAD = 16 << 20;

/** ImageNet's training set in one tar has 2.6 million, with labels. One is about 150 bytes of memory. */
const MEMBERS = 10_000_000;

/** The lowest mark: "drain" comes when all that was given is used up. Unknown formats: tars from before ustar pass. */
const DECODING = { highWaterMark: 1, allowUnknownFormat: true };

/** Members after which other work of the process gets its turn. */
const TURN = 2048;

/**
 * Lists the members of a tar file, in its order. tar-stream decodes the headers (ustar, GNU, PAX, older ones); the data
 * are passed over: of a tar of photographs a few per cent are read. Nothing is written.
 *
 * @param limits.members  refuse a tar with more members than this
 * @throws InputError naming the tar, and the member: a tar that is cut short, compressed or damaged, two members of one
 *   name, and what {@link readMember} refuses
 */
export async function indexTar(path: string, limits: { readonly members?: number } = {}): Promise<TarMember[]> {
  const file = openTar(path);
  try {
    return await listMembers({ path, file, bytes: fstatSync(file).size }, limits.members ?? MEMBERS);
  } catch (cause) {
    throw readError(path, cause);
  } finally {
    closeSync(file);
  }
}

interface OpenTar {
  readonly path: string;
  readonly file: number;
  readonly bytes: number;
}

function openTar(path: string): number {
  try {
    return openRegularSync(path);
  } catch (cause) {
    throw readError(path, cause);
  }
}

/**
 * Feeds tar-stream block by block where headers are, with as many zeros as there are data where data are. That keeps
 * its count of bytes equal to the position in the file.
 */
function listMembers(tar: OpenTar, most: number): Promise<TarMember[]> {
  const members: TarMember[] = [];
  const names = new Set<string>();
  const readAt = windowReader(tar);
  let fed = 0; // bytes given to tar-stream
  let end = 0; // where the last member's data end, and the next one's headers begin
  let flag = "";

  function nextChunk(): Uint8Array | null {
    if (fed < end) return FILLER.subarray(0, Math.min(FILLER.length, end - fed));
    if (fed - end > MOST_OVERHEAD) throw damaged(tar, end, members, "its header does not end");
    const block = readAt(fed, BLOCK);
    if (block.length < BLOCK) throw cutShort(tar, members, readAt);
    if (fed === end && isZero(block)) return null;
    flag = String.fromCharCode(block[156] as number);
    return block;
  }

  function accept(header: DecodedHeader): void {
    const member = readMember(tar.path, header, flag, tar.bytes);
    end = member.offset + Math.ceil(member.bytes / BLOCK) * BLOCK;
    if (member.type === "file" && names.has(member.name)) {
      throw new InputError(`${tar.path}: member ${quote(member.name)}: a second one of this name`);
    }
    if (members.length === most) throw new InputError(`${tar.path}: more than ${most} members; pack it in shards`);
    if (member.type === "file") names.add(member.name);
    const small = member.type === "file" && member.bytes <= SMALL_BYTES;
    const text = small ? readAt(member.offset, member.bytes).toString("latin1") : null;
    members.push({ ...member, text });
  }

  return new Promise((resolve, reject) => {
    const decoder = extract(DECODING);
    let stopped = false;
    const attempt = (action: () => void): void => {
      if (stopped) return;
      try {
        action();
      } catch (error) {
        stopped = true;
        reject(error);
        decoder.destroy(null);
      }
    };
    const feed = () =>
      attempt(() => {
        const chunk = nextChunk();
        if (chunk === null) {
          checkRest(tar, fed, readAt);
          decoder.end(null);
        } else {
          fed += chunk.length;
          decoder.write(chunk);
        }
      });
    decoder.on("drain", () => {
      if (members.length % TURN === TURN - 1 && fed >= end) setImmediate(feed);
      else feed();
    });
    decoder.on("entry", (header, data, next) =>
      attempt(() => {
        accept(header as Header & DecodedHeader);
        if (header.type === "directory") return next(); // whatever size it claims, no data come
        data.on("end", next);
        data.resume();
      }),
    );
    decoder.on("error", (error: Error) => attempt(() => fail(error)));
    decoder.on("close", () => attempt(() => fail(new Error("it ends early"))));
    decoder.on("finish", () => {
      stopped = true;
      resolve(members);
    });
    function fail(error: Error): never {
      throw otherKind(tar, readAt) ?? damaged(tar, end, members, error.message);
    }
    feed();
  });
}

type ReadAt = (position: number, length: number) => Buffer;

/** Reads through a small window; the bytes returned are the caller's own, and fewer only at the file's end. */
function windowReader(tar: OpenTar): ReadAt {
  const window = Buffer.alloc(WINDOW);
  let start = 0;
  let filled = 0;
  return (position, length) => {
    if (position < start || position + length > start + filled) {
      start = position;
      filled = 0;
      while (filled < length) {
        const got = readSync(tar.file, window, filled, WINDOW - filled, start + filled);
        if (got === 0) break;
        filled += got;
      }
    }
    return Buffer.from(window.subarray(position - start, Math.min(position - start + length, filled)));
  };
}

/** After the end mark only zeros may come: another tar behind it would be left out in silence. */
function checkRest(tar: OpenTar, from: number, readAt: ReadAt): void {
  const more = new InputError(
    `${tar.path}: goes on after its end mark at byte ${from}; are these several tars in one? pack them as one`,
  );
  if (tar.bytes - from > MOST_OVERHEAD) throw more;
  for (let position = from; position < tar.bytes; position += WINDOW) {
    if (!isZero(readAt(position, Math.min(WINDOW, tar.bytes - position)))) throw more;
  }
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

function cutShort(tar: OpenTar, members: readonly TarMember[], readAt: ReadAt): InputError {
  const other = otherKind(tar, readAt);
  if (other !== null) return other;
  const where = tar.bytes === 0 ? "it is empty" : `it ends at byte ${tar.bytes}${after(members)} without an end mark`;
  return new InputError(`${tar.path}: cut short: ${where}; fetch the tar again`);
}

function damaged(tar: OpenTar, position: number, members: readonly TarMember[], reason: string): InputError {
  const what =
    position === 0 ? "not a tar file, or damaged at its start" : `damaged at byte ${position}${after(members)}`;
  return new InputError(`${tar.path}: ${what}: no valid member header there (${reason}); fetch the tar again`);
}

function after(members: readonly TarMember[]): string {
  const last = members.at(-1);
  return last === undefined ? "" : `, after member ${quote(last.name)}`;
}

/** The error for files that are often found in a tar's place; null for others. */
function otherKind(tar: OpenTar, readAt: ReadAt): InputError | null {
  const start = readAt(0, Math.min(BLOCK, tar.bytes)).toString("latin1");
  if (start.startsWith("\x1f\x8b")) {
    return new InputError(
      `${tar.path}: not a tar file, it is compressed by gzip; unpack it with gunzip, a compressed tar cannot be read in parts`,
    );
  }
  if (start.startsWith("version https://git-lfs")) {
    return new InputError(`${tar.path}: not a tar file, it is a Git LFS pointer; fetch the file with git lfs pull`);
  }
  return null;
}
