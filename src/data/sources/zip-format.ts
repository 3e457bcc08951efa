import { readRegularIntoSync } from "../../foundation/files/regular-file.ts";
import { type ZipDirectory, type ZipFile, zipFault } from "../../foundation/files/zip-end.ts";
import type { ContainerFile, ContainerFormat, ContainerReader, MemberPlace } from "./container-format.ts";
import { cryptoKeys } from "./zip-crypto.ts";
import { type PlacedEntry, readZipHead, readZipMember, type ZipPassword } from "./zip-data.ts";
import { type EntryReader, entryReader, headerPlaces, memberFault, openDirectory } from "./zip-entries.ts";
import { indexZip } from "./zip-index.ts";
import { readPassword } from "./zip-password.ts";

/**
 * Images in zips, stored or deflated, optionally encrypted. A member's position is that of its entry in the directory.
 */
export const zipFormat: ContainerFormat = {
  name: "zip",
  endings: [".zip"],
  index: async (path, { passwordFile }) => indexZip(path, await openPassword(passwordFile)),
  open: ({ passwordFile }) => zipReader(passwordFile),
};

async function openPassword(file: string | undefined): Promise<ZipPassword | null> {
  if (file === undefined) return null;
  const bytes = await readPassword(file);
  return { file, bytes, keys: cryptoKeys(bytes) };
}

/** What a thread keeps of an open zip. */
interface OpenZip {
  readonly directory: ZipDirectory;
  readonly entryAt: EntryReader;
}

function zipReader(passwordFile: string | undefined): ContainerReader {
  const zips = new Map<string, OpenZip>();
  let password: Promise<ZipPassword | null> | null = null;

  async function place({ path, bytes }: ContainerFile, { name, position }: MemberPlace): Promise<PlacedEntry> {
    const zip = zips.get(path) ?? openZip(path, bytes.byteLength);
    zips.set(path, zip);
    const entry = await zip.entryAt(bytes, position, name);
    return { entry, places: headerPlaces(entry, zip.directory), fault: memberFault(path, name) };
  }

  function passwordOf({ entry }: PlacedEntry): Promise<ZipPassword | null> {
    if (!entry.encrypted) return Promise.resolve(null);
    password ??= openPassword(passwordFile);
    return password;
  }

  return {
    read: async (file, member) => {
      const placed = await place(file, member);
      return readZipMember(file.bytes, placed, await passwordOf(placed));
    },
    readHead: async (file, member, into) => {
      const placed = await place(file, member);
      return readZipHead(file.bytes, placed, await passwordOf(placed), into);
    },
    close: async () => zips.clear(),
  };
}

function openZip(path: string, size: number): OpenZip {
  const read: ZipFile["read"] = (offset, length) => {
    const into = Buffer.alloc(length);
    if (readRegularIntoSync(path, into, offset) === length) return into;
    throw zipFault({ path }, `it ends before byte ${offset + length}`);
  };
  return { directory: openDirectory({ path, size, read }), entryAt: entryReader(path) };
}
