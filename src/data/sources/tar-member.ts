import { InputError } from "../../foundation/errors.ts";
import { nameFault, quote } from "./archive-members.ts";
import { IMAGE_NAME } from "./folder-entry.ts";
import type { TarHeader } from "./tar-header.ts";

/** A member of a tar file. */
export interface TarMember {
  /** its path in the tar, with "/" between folders, without a leading "./" and a trailing "/" */
  readonly name: string;
  /** other: a link or a device whose name is not that of an image */
  readonly type: "file" | "directory" | "other";
  /** where its data begin, in bytes from the start of the tar */
  readonly offset: number;
  /** length of its data */
  readonly bytes: number;
  /** its data, one character per byte (Latin-1), if there are at most `SMALL_BYTES`: labels need no second read */
  readonly text: string | null;
}

/** A member's header as stored in the tar, with the content of the extended headers before it. */
export interface MemberHeader extends TarHeader {
  /** the name in the header itself, which identifies folders in tars from before ustar */
  readonly headerName: string;
  /** GNU's long name, null where there is none */
  readonly longName: string | null;
  /** the extended header's records */
  readonly records: ReadonlyMap<string, string>;
  /** where the data begin */
  readonly offset: number;
}

/** A single read of Node returns at most 2 GiB − 1, and no image comes near. */
const MEMBER_BYTES = 2 ** 31 - 1;

/** Prefix of the PAX keys of sparse files. */
export const SPARSE = "GNU.sparse.";

const FILES: readonly string[] = ["0", "\0", "7"];
const FOLDER = "5";
/** These have no data, so they can be skipped. */
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
 * Checks a header and returns its member. Folders and plain files are accepted, and so are links and devices whose
 * names are neither those of images nor of their labels.
 *
 * @param tar       the tar's path, for messages
 * @param tarBytes  length of the tar
 * @throws InputError naming tar and member: for a name that leads out of the folder, cannot be a path, or is read
 *   differently by different programs; for a link, a device, a sparse file or another kind; for an impossible size
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
    throw refuse("its header has an unknown format: there are bytes where only ustar has a prefix; pack it again");
  }
  if (WITHOUT_DATA.includes(flag) && header.size === 0 && !/\.cls$/i.test(fullName) && !IMAGE_NAME.test(fullName)) {
    const name = fullName.split("/").filter(isNamedSegment).join("/");
    return { name, type: "other", offset, bytes: 0 };
  }
  const specialKind =
    FILES.includes(flag) || flag === FOLDER ? undefined : (OTHER_KINDS[flag] ?? `of the kind ${quote(flag)}`);
  if (specialKind !== undefined)
    throw refuse(`it is ${specialKind}, expected files and folders only; pack the files themselves`);
  if (records.size > 0 && [...records.keys()].some((key) => key.startsWith(SPARSE))) {
    throw refuse("it is a sparse file, expected whole ones; pack it without --sparse");
  }
  const name = fullName.split("/").filter(isNamedSegment).join("/");
  if (flag === FOLDER) return { name, type: "directory", offset, bytes: 0 }; // it has no data, even if its header states a size
  const size = records.get("size");
  if (size !== undefined && !/^[0-9]{1,15}$/.test(size)) {
    throw refuse(`its extended header gives ${quote(size)} as its size, expected a number of bytes`);
  }
  const bytes = size === undefined ? header.size : Number(size);
  if (!(bytes >= 0)) throw refuse("its size is not a number of bytes");
  // before ustar, a folder was an empty file whose name ends in "/"
  const isNamedFolder = fullName.endsWith("/") || (flag === "\0" && header.headerName.endsWith("/"));
  if (isNamedFolder && bytes === 0 && path === undefined) return { name, type: "directory", offset, bytes: 0 };
  if (isNamedFolder || name === "") throw refuse("it is a file, but its name is that of a folder");
  if (bytes > MEMBER_BYTES) throw refuse(`it claims ${bytes} bytes; the maximum is ${MEMBER_BYTES}`);
  if (offset + bytes > tarBytes) {
    throw refuse(`it claims ${bytes} bytes, but the tar ends after ${tarBytes - offset} of them; fetch the tar again`);
  }
  return { name, type: "file", offset, bytes };
}

function isNamedSegment(segment: string): boolean {
  return segment !== "" && segment !== ".";
}
