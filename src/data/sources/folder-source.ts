import { InputError } from "../../foundation/errors.ts";
import { isSettled } from "../../foundation/files/file-identity.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { MOST_BYTES } from "../../foundation/files/regular-file.ts";
import { type FileBytes, openFileBytes, readFileStart } from "./byte-source.ts";
import { compareText, imageSize } from "./folder-entry.ts";
import { fileOf, type ImageEntry, imageIdentity, systemPath } from "./image-entry.ts";
import type { ImageBytes, SourceFormat, SourceListing } from "./image-source.ts";
import { findNumbered } from "./numbered-files.ts";
import { type ClassFolder, type FolderWalk, findClassFolders, imagesBelow, openWalk } from "./walk-folder.ts";

/**
 * Images that are files: in class folders, or numbered in the root. Listed by synchronous reads: for 50,000 files three
 * times as fast, and nothing else runs yet.
 */
export const folderFormat: SourceFormat = {
  name: "folder",
  open: ({ root, files }) => ({
    list: async (origin, { onFault }) => {
      if (files !== undefined) return null; // picked files are containers
      if (origin.from === "folder name") return listClassFolders(openWalk(root, onFault), origin.labelOf);
      return origin.from === "file name" ? listNumbered(openWalk(root, onFault), origin.numberOf) : null;
    },
    read: (image) => readImageFile(root, image),
    readHead: (image, into) => readFileStart(systemPath(root, image.path), 0, into, fileOf(root, image)),
    close: async () => {},
  }),
};

function listClassFolders(walk: FolderWalk, labelOf: (name: string) => number | undefined): SourceListing | null {
  const found = findClassFolders(walk, labelOf);
  if (found === null) return null;
  const folders = found.map(({ name, label }) => ({ name, label, images: 0 }));
  return { images: imagesByClass(walk, found, folders), aside: walk, folders, unknownFolders: walk.unknown };
}

/** One class at a time, by path: a large benchmark's images are never all there as objects. */
function* imagesByClass(
  walk: FolderWalk,
  found: readonly ClassFolder[],
  counts: readonly { images: number }[],
): Iterable<ImageEntry> {
  for (let from = 0; from < found.length; ) {
    const { label } = found[from] as ClassFolder;
    const images: ImageEntry[] = [];
    for (; found[from]?.label === label; from++) {
      const before = images.length;
      for (const path of imagesBelow(walk, found[from] as ClassFolder)) {
        const bytes = imageSize(walk.root, path, walk.onFault);
        if (bytes !== null) images.push({ path, bytes, label });
      }
      (counts[from] as { images: number }).images = images.length - before;
    }
    yield* images.sort((a, b) => compareText(a.path, b.path));
  }
}

function listNumbered(walk: FolderWalk, numberOf: (name: string) => number | undefined): SourceListing | null {
  const numbered = findNumbered(walk, numberOf);
  if (numbered === null) return null;
  const images = function* (): Iterable<ImageEntry> {
    for (const { name, number } of numbered) {
      const bytes = imageSize(walk.root, name, walk.onFault);
      if (bytes !== null) yield { path: name, bytes, label: number };
    }
  };
  return { images: images(), aside: walk, folders: [], unknownFolders: [] };
}

/**
 * Reads an image's file. Its state is taken as it is opened, before the first byte: whatever changes the bytes read after
 * that gives the file another.
 */
async function readImageFile(root: string, image: ImageEntry): Promise<ImageBytes> {
  const path = fileOf(root, image);
  const now = Date.now();
  if (image.bytes > MOST_BYTES) {
    throw new InputError(`${path}: has ${image.bytes} bytes; ${MOST_BYTES} are the most that is read as an image`);
  }
  try {
    const file = await openFileBytes(systemPath(root, image.path));
    try {
      const bytes = await readListed(path, file, image.bytes);
      return { bytes, identity: isSettled(file.opened, now) ? imageIdentity(image, file.opened) : "" };
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw readError(path, cause);
  }
}

/** @param listed  bytes of the file when it was listed */
async function readListed(path: string, file: FileBytes, listed: number): Promise<Uint8Array> {
  const bytes = file.byteLength === listed ? new Uint8Array(await file.slice(0, listed)) : null;
  if (bytes?.length === listed) return bytes;
  throw new InputError(
    `${path}: changed during the run: it has ${bytes?.length ?? file.byteLength} bytes, and had ${listed} when it was listed`,
  );
}
