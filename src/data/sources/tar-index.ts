import { closeSync, fstatSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { InputError } from "../../foundation/errors.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { fillSync, openRegularSync } from "../../foundation/files/regular-file.ts";
import { BLOCK, decodeHeader, decodeRecords, decodeText } from "./tar-header.ts";
import { type MemberHeader, quote, readMember, SMALL_BYTES, SPARSE, type TarMember } from "./tar-member.ts";

/** One read holds the next image's header and, with extended headers too, the label before or after it. */
const WINDOW = 4096;

/** Headers of one member, and zeros after the last, beyond this are not what a tar writer makes. */
const MOST_OVERHEAD = 16 << 20;

/** ImageNet's training set in one tar has 2.6 million, with labels. One is about 150 bytes of memory. */
const MEMBERS = 10_000_000;

/** An extended header beyond this holds no name that could be a path. */
const MOST_EXTENDED = 4 << 20;

/** Types of headers that say more of the member after them: GNU's long name and link, records for one or for all. */
const EXTENDED: readonly string[] = ["L", "K", "x", "X", "g"];

/** Character sets that POSIX has for an extended header: names are UTF-8, or bytes as they are. */
const CHARSETS: readonly string[] = ["ISO-IR 10646 2000 UTF-8", "BINARY"];

const NO_RECORDS: ReadonlyMap<string, string> = new Map();

/** Members after which other work of the process gets its turn. */
const TURN = 2048;

/**
 * Lists the members of a tar file (ustar, GNU, PAX, older ones), in its order. The data are skipped: of a tar of
 * photographs a few per cent are read. Nothing is written.
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

async function listMembers(tar: OpenTar, most: number): Promise<TarMember[]> {
  const members: TarMember[] = [];
  const names = new Set<string>();
  const readAt = windowReader(tar);
  for (let position = 0; ; ) {
    const header = nextHeader(tar, position, members, readAt);
    if (header === null) {
      checkRest(tar, position, readAt);
      return members;
    }
    const member = readMember(tar.path, header, tar.bytes);
    if (member.type === "file" && names.has(member.name)) {
      throw new InputError(`${tar.path}: member ${quote(member.name)}: a second one of this name`);
    }
    if (members.length === most) throw new InputError(`${tar.path}: more than ${most} members; pack it in shards`);
    if (member.type === "file") names.add(member.name);
    const small = member.type === "file" && member.bytes <= SMALL_BYTES;
    members.push({ ...member, text: small ? readAt(member.offset, member.bytes).toString("latin1") : null });
    position = member.offset + padded(member.bytes);
    if (members.length % TURN === 0) await nextTurn();
  }
}

/**
 * Reads a member's header, with the extended headers before it.
 *
 * @returns null at the end mark
 */
function nextHeader(tar: OpenTar, start: number, members: readonly TarMember[], readAt: ReadAt): MemberHeader | null {
  const refuse = (reason: string) => otherKind(tar, readAt) ?? damaged(tar, start, members, reason);
  let longName: string | null = null;
  let records = NO_RECORDS;
  let kinds = "";
  for (let at = start; ; ) {
    if (at - start > MOST_OVERHEAD) throw refuse("its header does not end");
    const block = readAt(at, BLOCK);
    if (block.length < BLOCK) throw cutShort(tar, members, readAt);
    if (isZero(block)) {
      if (at === start) return null;
      throw refuse("an extended header has no member after it");
    }
    const header = decodeHeader(block);
    if (typeof header === "string") throw refuse(header);
    at += BLOCK;
    if (!EXTENDED.includes(header.flag)) {
      return { ...header, headerName: header.name, longName, records, offset: at };
    }
    if (!(header.size <= MOST_EXTENDED)) throw refuse("its header does not end");
    const whole = readAll(tar, at, padded(header.size));
    if (whole === null) throw cutShort(tar, members, readAt);
    at += whole.length;
    const content = whole.subarray(0, header.size);
    if (!isZero(whole.subarray(header.size))) throw refuse("its extended header goes on behind its end");
    const kind = header.flag.toLowerCase();
    // Of two of a kind some readers take the first, some the last
    if (kind !== "g" && kinds.includes(kind)) throw refuse("two extended headers of one kind");
    kinds += kind;
    if (kind === "l") longName = decodeText(content);
    if (kind === "k" || kind === "l") continue;
    const found = decodeRecords(content);
    if (found === null) throw refuse("its extended header is damaged");
    const charset = found.get("hdrcharset");
    if (charset !== undefined && !CHARSETS.includes(charset)) throw refuse("its names are in an unknown character set");
    if (kind === "x") records = found;
    else if ([...found.keys()].some((key) => ["path", "size"].includes(key) || key.startsWith(SPARSE))) {
      throw refuse("an extended header gives all members one name or size");
    }
  }
}

/** Bytes with the zeros to the next full block. */
function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK) * BLOCK;
}

/** The bytes from a position on; null where the file ends before. */
function readAll(tar: OpenTar, position: number, length: number): Buffer | null {
  if (position + length > tar.bytes) return null;
  const content = Buffer.alloc(length);
  return fillSync(tar.file, content, position) === length ? content : null;
}

type ReadAt = (position: number, length: number) => Buffer;

/** Reads through a small window; the bytes returned hold until the next read, and are fewer only at the file's end. */
function windowReader(tar: OpenTar): ReadAt {
  const window = Buffer.alloc(WINDOW);
  let start = 0;
  let filled = 0;
  return (position, length) => {
    if (position < start || position + length > start + filled) {
      start = position;
      filled = fillSync(tar.file, window, position);
    }
    return window.subarray(position - start, Math.min(position - start + length, filled));
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
