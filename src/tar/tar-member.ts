import type { Header } from "tar-stream";
import { InputError } from "../input-error.ts";

/** One member of a tar file. */
export interface TarMember {
  /** its path in the tar, "/" between, without "./" before it and "/" after it */
  readonly name: string;
  readonly type: "file" | "directory";
  /** where its data begin, in bytes from the start of the tar */
  readonly offset: number;
  /** length of its data */
  readonly bytes: number;
  /** its data, one character a byte (Latin-1), where they are at most {@link SMALL_BYTES}: labels need no second read */
  readonly text: string | null;
}

/** What tar-stream's `entry` event brings: its typings leave out where the data begin, and that a kind may be unknown. */
export interface DecodedHeader extends Pick<Header, "name" | "size"> {
  readonly type: Header["type"] | null;
  /** where the member's data begin */
  readonly byteOffset: number;
  /** the extended header's records, null where there is none */
  readonly pax: Readonly<Record<string, string>> | null;
}

/** Members up to this size are kept in the index with their content. */
export const SMALL_BYTES = 32;

/** 4096 is PATH_MAX of Linux: no longer name could be a path. */
const NAME_LENGTH = 4096;

/** One read of Node takes 2 GiB − 1 at most, and no image comes near. */
const MEMBER_BYTES = 2 ** 31 - 1;

const LINKS_AND_DEVICES: Readonly<Record<string, string>> = {
  link: "a hard link",
  symlink: "a symbolic link",
  "character-device": "a device",
  "block-device": "a device",
  fifo: "a named pipe",
};

const OTHER_KINDS: Readonly<Record<string, string>> = {
  S: "a sparse file",
  V: "a volume label",
  M: "the rest of a file of another volume",
  D: "an incremental dump's folder",
};

/**
 * Checks a decoded header, and says what it tells of the member. Folders and plain files pass.
 *
 * @param tar       the tar's path, for messages
 * @param flag      the header's own type character, which tar-stream leaves out where it knows none
 * @param tarBytes  length of the tar
 * @throws InputError naming tar and member, for a name that leads out of a folder or cannot be a path, a link, a device, a
 *   sparse file or another kind, and for a size that cannot be
 */
export function readMember(
  tar: string,
  header: DecodedHeader,
  flag: string,
  tarBytes: number,
): Omit<TarMember, "text"> {
  const refuse = (reason: string) => new InputError(`${tar}: member ${quote(header.name)}: ${reason}`);
  const wrongName = nameFault(header.name);
  if (wrongName !== null) throw refuse(wrongName);
  const { type, pax, size: bytes, byteOffset: offset } = header;
  // tar-stream gives null for a base-256 number that is none, and would wait for data without end
  if (!Number.isInteger(bytes) || bytes < 0) throw refuse("its size is not a number of bytes");
  const ownKind = type !== null ? LINKS_AND_DEVICES[type] : (OTHER_KINDS[flag] ?? `of the kind "${flag}"`);
  if (ownKind !== undefined)
    throw refuse(`it is ${ownKind}, expected files and folders only; pack the files themselves`);
  if (pax !== null && Object.keys(pax).some((key) => key.startsWith("GNU.sparse."))) {
    throw refuse("it is a sparse file, expected whole ones; pack it without --sparse");
  }
  if (pax?.size !== undefined && !/^[0-9]{1,15}$/.test(pax.size)) {
    throw refuse(`its extended header gives ${quote(pax.size)} as its size, expected a number of bytes`);
  }
  const name = header.name.split("/").filter(isOwnSegment).join("/");
  // before ustar a folder was an empty file with "/" at its name's end
  if (type === "directory" || (header.name.endsWith("/") && bytes === 0)) {
    return { name, type: "directory", offset, bytes: 0 };
  }
  if (header.name.endsWith("/") || name === "") throw refuse("it holds data, but its name is that of a folder");
  if (bytes > MEMBER_BYTES) throw refuse(`it claims ${bytes} bytes; ${MEMBER_BYTES} are the most that is read`);
  if (offset + bytes > tarBytes) {
    throw refuse(`it claims ${bytes} bytes, but the tar ends after ${tarBytes - offset} of them; fetch the tar again`);
  }
  return { name, type: "file", offset, bytes };
}

/** Why no member may be called so; null where it may. */
function nameFault(name: string): string | null {
  if (name === "") return "it has no name";
  if (name.length > NAME_LENGTH) return `its name has ${name.length} characters, expected ${NAME_LENGTH} at most`;
  if (/\p{Cc}/u.test(name)) return "its name holds a control character";
  if (name.includes("\ufffd")) return "its name is not UTF-8";
  if (/^(?:[/\\]|[A-Za-z]:[/\\])/.test(name)) return "its name is an absolute path, expected one below the tar";
  if (name.split(/[/\\]/).includes("..")) return 'its name has a ".." in it, expected a path below the tar';
  return null;
}

function isOwnSegment(segment: string): boolean {
  return segment !== "" && segment !== ".";
}

/** A name as a message may show it: quoted, control characters escaped, its middle left out where it is long. */
export function quote(name: string): string {
  const shown = name.length > 120 ? `${name.slice(0, 80)}…${name.slice(-30)}` : name;
  return JSON.stringify(shown).replace(
    /[\u007f-\u009f]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
