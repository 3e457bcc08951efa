import { closeSync, fstatSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { InputError } from "../../foundation/errors.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { fillSync, openRegularSync } from "../../foundation/files/regular-file.ts";
import { quote, SMALL_BYTES } from "./archive-members.ts";
import { memberName } from "./member-name.ts";
import { BLOCK, decodeHeader, decodeRecords, untilNul } from "./tar-header.ts";
import { type MemberHeader, readMember, SPARSE, type TarMember } from "./tar-member.ts";

/** One read contains the next image's header and, even with extended headers, the label before or after it. */
const WINDOW = 4096;

/**
 * Maximum size of a member's headers, and of the zeros after the last member; no program that writes tars exceeds it.
 */
const MAX_OVERHEAD = 16 << 20;

/**
 * Maximum number of members. ImageNet's training set in one tar has 2.6 million, with labels. A member takes about 150
 * bytes of memory.
 */
const MEMBERS = 10_000_000;

/** Maximum size of an extended header; a larger one contains no name that could be a path. */
const MAX_EXTENDED = 4 << 20;

/**
 * Types of headers that describe the next member further: GNU's long name and link, records for one or for all members.
 */
const EXTENDED: readonly string[] = ["L", "K", "x", "X", "g"];

/** Character sets of POSIX for an extended header: names are UTF-8, or plain bytes. */
const CHARSETS: readonly string[] = ["ISO-IR 10646 2000 UTF-8", "BINARY"];

const NO_RECORDS: ReadonlyMap<string, string> = new Map();

/** Number of members after which other work of the process can run. */
const TURN = 2048;

/**
 * Lists the members of a tar file (ustar, GNU, PAX, older ones), in its order. The data are skipped: of a tar of
 * photographs a few percent are read. Nothing is written.
 *
 * @param limits.members  refuse a tar with more members than this
 * @throws InputError naming the tar, and the member: a tar that is truncated, compressed or damaged, two members with
 *   the same name, and the errors of {@link readMember}
 */
export async function indexTar(path: string, limits: { readonly members?: number } = {}): Promise<TarMember[]> {
  const file = openTar(path);
  try {
    const readAt = windowReader(file);
    return await listMembers({ path, bytes: fstatSync(file).size, readAt }, limits.members ?? MEMBERS);
  } catch (cause) {
    throw readError(path, cause);
  } finally {
    closeSync(file);
  }
}

/**
 * Lists the members of a tar whose bytes are read sequentially. All of it is read.
 *
 * @param readAt  returns the bytes from a position on, fewer only at the end; positions increase
 */
export function indexTarStream(path: string, readAt: (position: number, length: number) => Promise<Uint8Array>) {
  const bufferAt = async (position: number, length: number) => asBuffer(await readAt(position, length));
  return listMembers({ path, bytes: null, readAt: bufferAt }, MEMBERS);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

interface OpenTar {
  readonly path: string;
  /** null for a stream */
  readonly bytes: number | null;
  readonly readAt: ReadAt;
}

function openTar(path: string): number {
  try {
    return openRegularSync(path);
  } catch (cause) {
    throw readError(path, cause);
  }
}

async function listMembers(tar: OpenTar, maxMembers: number): Promise<TarMember[]> {
  const members: TarMember[] = [];
  const names = new Set<string>();
  for (let position = 0; ; ) {
    const header = await nextHeader(tar, position, members);
    if (header === null) {
      await checkRest(tar, position);
      return members;
    }
    const member = readMember(tar.path, header, tar.bytes ?? Number.POSITIVE_INFINITY);
    if (member.type === "file" && names.has(member.name)) {
      throw new InputError(`${tar.path}: member ${quote(member.name)}: a second member with this name`);
    }
    if (members.length === maxMembers)
      throw new InputError(`${tar.path}: more than ${maxMembers} members; split it into shards`);
    if (member.type === "file") names.add(member.name);
    const small = member.type === "file" && member.bytes <= SMALL_BYTES;
    const text = small ? (await tar.readAt(member.offset, member.bytes)).toString("latin1") : null;
    members.push({ ...member, text });
    position = member.offset + padded(member.bytes);
    if (members.length % TURN === 0) await nextTurn();
  }
}

/**
 * Reads a member's header, with the extended headers before it.
 *
 * @returns null at the end marker
 */
async function nextHeader(tar: OpenTar, start: number, members: readonly TarMember[]): Promise<MemberHeader | null> {
  const refuse = async (reason: string) => (await otherKindFault(tar)) ?? damaged(tar, start, members, reason);
  let longName: string | null = null;
  let records = NO_RECORDS;
  let kinds = "";
  for (let at = start; ; ) {
    if (at - start > MAX_OVERHEAD) throw await refuse("its header does not end");
    const block = await tar.readAt(at, BLOCK);
    if (block.length < BLOCK) throw await cutShort(tar, members);
    if (isZero(block)) {
      if (at === start) return null;
      throw await refuse("an extended header has no member after it");
    }
    const header = decodeHeader(block);
    if (typeof header === "string") throw await refuse(header);
    at += BLOCK;
    if (!EXTENDED.includes(header.flag)) {
      return { ...header, headerName: header.name, longName, records, offset: at };
    }
    if (!(header.size <= MAX_EXTENDED)) throw await refuse("its header does not end");
    const whole = await tar.readAt(at, padded(header.size));
    if (whole.length < padded(header.size)) throw await cutShort(tar, members);
    at += whole.length;
    const content = whole.subarray(0, header.size);
    if (!isZero(whole.subarray(header.size))) throw await refuse("its extended header continues after its end");
    const kind = header.flag.toLowerCase();
    // some programs use the first of two of a kind, others the last
    if (kind !== "g" && kinds.includes(kind)) throw await refuse("two extended headers of the same kind");
    kinds += kind;
    if (kind === "l") longName = memberName(untilNul(content));
    if (kind === "k" || kind === "l") continue;
    const found = decodeRecords(content);
    if (found === null) throw await refuse("its extended header is damaged");
    const charset = found.get("hdrcharset");
    if (charset !== undefined && !CHARSETS.includes(charset))
      throw await refuse("its names are in an unknown character set");
    if (kind === "x") records = found;
    else if ([...found.keys()].some((key) => ["path", "size"].includes(key) || key.startsWith(SPARSE))) {
      throw await refuse("an extended header gives all members one name or size");
    }
  }
}

/** Returns bytes including the zeros up to the next full block. */
function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK) * BLOCK;
}

/** Returns the bytes from a position on, valid until the next read; fewer only at the end. */
type ReadAt = (position: number, length: number) => Buffer | Promise<Buffer>;

/** Reads a file through a small window. */
function windowReader(file: number): ReadAt {
  const window = Buffer.alloc(WINDOW);
  let start = 0;
  let filled = 0;
  return (position, length) => {
    if (length > WINDOW) {
      const bytes = Buffer.alloc(Math.min(length, Math.max(0, fstatSync(file).size - position)));
      return bytes.subarray(0, fillSync(file, bytes, position));
    }
    if (position < start || position + length > start + filled) {
      start = position;
      filled = fillSync(file, window, position);
    }
    return window.subarray(position - start, Math.min(position - start + length, filled));
  };
}

/** Checks that only zeros follow the end marker: another tar after it would be skipped silently. */
async function checkRest({ path, readAt }: OpenTar, from: number): Promise<void> {
  for (let position = from; ; position += WINDOW) {
    const bytes = await readAt(position, WINDOW);
    if (!isZero(bytes) || position - from > MAX_OVERHEAD) {
      throw new InputError(
        `${path}: continues after its end marker at byte ${from}; are these several concatenated tars? combine them into one tar`,
      );
    }
    if (bytes.length < WINDOW) return;
  }
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

async function cutShort(tar: OpenTar, members: readonly TarMember[]): Promise<InputError> {
  const knownFault = await otherKindFault(tar);
  if (knownFault !== null) return knownFault;
  const end = tar.bytes === null ? "" : ` at byte ${tar.bytes}`;
  const where = tar.bytes === 0 ? "it is empty" : `it ends${end}${after(members)} without an end marker`;
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

/** Makes the error for files that are often found in place of a tar; null for others. */
async function otherKindFault(tar: OpenTar): Promise<InputError | null> {
  if (tar.bytes === null) return null;
  const start = (await tar.readAt(0, Math.min(BLOCK, tar.bytes))).toString("latin1");
  if (start.startsWith("\x1f\x8b")) {
    return new InputError(
      `${tar.path}: not a tar file, it is compressed by gzip; if it is a tar, rename it to .tar.gz`,
    );
  }
  if (start.startsWith("version https://git-lfs")) {
    return new InputError(`${tar.path}: not a tar file, it is a Git LFS pointer; fetch the file with git lfs pull`);
  }
  return null;
}
