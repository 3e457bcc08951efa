import { InputError } from "../../foundation/errors.ts";
import { nameFault, quote } from "./archive-members.ts";
import { IMAGE_NAME } from "./folder-entry.ts";
import type { TarHeader } from "./tar-header.ts";

/** One member of a tar file. */
export interface TarMember {
  /** its path in the tar, "/" between, without "./" before it and "/" after it */
  readonly name: string;
  /** other: a link or a device that is called as no image */
  readonly type: "file" | "directory" | "other";
  /** where its data begin, in bytes from the start of the tar */
  readonly offset: number;
  /** length of its data */
  readonly bytes: number;
  /** its data, one character a byte (Latin-1), where they are at most `SMALL_BYTES`: labels need no second read */
  readonly text: string | null;
}

/** A member's header as the tar has it, with what the extended headers before it say. */
export interface MemberHeader extends TarHeader {
  /** the header's own name, which tells folders in tars from before ustar */
  readonly headerName: string;
  /** GNU's long name, null where there is none */
  readonly longName: string | null;
  /** the extended header's records */
  readonly records: ReadonlyMap<string, string>;
  /** where the data begin */
  readonly offset: number;
}

/** One read of Node takes 2 GiB − 1 at most, and no image comes near. */
const MEMBER_BYTES = 2 ** 31 - 1;

/** How the keys begin that PAX has for sparse files. */
export const SPARSE = "GNU.sparse.";

const FILES: readonly string[] = ["0", "\0", "7"];
const FOLDER = "5";
/** Of these no data come, so that they can be skipped. */
const WITHOUT_DATA: readonly string[] = ["1", "2", "3", "4", "6"];
const OTHER_KINDS: Readonly<Record<string, string>> = {
  1: "a hard link",
  2: "a symbolic link",
  3: "a device",
  4: "a device",
  6: "a named pipe",
  S: "a sparse file",
  V: "a volume label",
  M: "the rest of a file of another volume",
  D: "an incremental dump's folder",
};

/**
 * Checks a header, and says what it tells of the member. Folders and plain files pass, and links and devices that are
 * called neither as an image nor as its label.
 *
 * @param tar       the tar's path, for messages
 * @param tarBytes  length of the tar
 * @throws InputError naming tar and member, for a name that leads out of a folder or cannot be a path, or that readers of
 *   tars disagree about, a link, a device, a sparse file or another kind, and for a size that cannot be
 */
export function readMember(tar: string, header: MemberHeader, tarBytes: number): Omit<TarMember, "text"> {
  const { flag, records, longName, offset } = header;
  const path = records.get("path");
  const fullName = path ?? longName ?? header.name;
  const refuse = (reason: string) => new InputError(`${tar}: member ${quote(fullName)}: ${reason}`);
  const wrongName = nameFault(fullName);
  if (wrongName !== null) throw refuse(wrongName);
  if (path !== undefined && longName !== null) throw refuse(`it has a second name, ${quote(longName)}; pack it again`);
  if (path === undefined && longName === null && header.oddPrefix) {
    throw refuse("its header is of no known format: bytes stand where only ustar has a prefix; pack it again");
  }
  if (WITHOUT_DATA.includes(flag) && header.size === 0 && !/\.cls$/i.test(fullName) && !IMAGE_NAME.test(fullName)) {
    const name = fullName.split("/").filter(isOwnSegment).join("/");
    return { name, type: "other", offset, bytes: 0 };
  }
  const ownKind =
    FILES.includes(flag) || flag === FOLDER ? undefined : (OTHER_KINDS[flag] ?? `of the kind ${quote(flag)}`);
  if (ownKind !== undefined)
    throw refuse(`it is ${ownKind}, expected files and folders only; pack the files themselves`);
  if (records.size > 0 && [...records.keys()].some((key) => key.startsWith(SPARSE))) {
    throw refuse("it is a sparse file, expected whole ones; pack it without --sparse");
  }
  const name = fullName.split("/").filter(isOwnSegment).join("/");
  if (flag === FOLDER) return { name, type: "directory", offset, bytes: 0 }; // whatever size it claims, no data come
  const size = records.get("size");
  if (size !== undefined && !/^[0-9]{1,15}$/.test(size)) {
    throw refuse(`its extended header gives ${quote(size)} as its size, expected a number of bytes`);
  }
  const bytes = size === undefined ? header.size : Number(size);
  if (!(bytes >= 0)) throw refuse("its size is not a number of bytes");
  // before ustar a folder was an empty file with "/" at its name's end
  const isNamedFolder = fullName.endsWith("/") || (flag === "\0" && header.headerName.endsWith("/"));
  if (isNamedFolder && bytes === 0 && path === undefined) return { name, type: "directory", offset, bytes: 0 };
  if (isNamedFolder || name === "") throw refuse("it is a file, but its name is that of a folder");
  if (bytes > MEMBER_BYTES) throw refuse(`it claims ${bytes} bytes; ${MEMBER_BYTES} are the most that is read`);
  if (offset + bytes > tarBytes) {
    throw refuse(`it claims ${bytes} bytes, but the tar ends after ${tarBytes - offset} of them; fetch the tar again`);
  }
  return { name, type: "file", offset, bytes };
}

function isOwnSegment(segment: string): boolean {
  return segment !== "" && segment !== ".";
}
