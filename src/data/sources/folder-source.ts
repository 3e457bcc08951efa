import { compareText, imageSize } from "./folder-entry.ts";
import type { ImageEntry } from "./image-entry.ts";
import { readImageFile, readImageStart } from "./image-file.ts";
import type { SourceFormat, SourceListing } from "./image-source.ts";
import { findNumbered } from "./numbered-files.ts";
import {
  type ClassFolder,
  everyImage,
  type FolderWalk,
  findClassFolders,
  imagesBelow,
  openWalk,
} from "./walk-folder.ts";

/**
 * Images stored as files: in class folders, or numbered in the root. They are listed by synchronous reads, which is
 * three times as fast for 50,000 files; nothing else is running yet.
 */
export const folderFormat: SourceFormat = {
  name: "folder",
  open: ({ root, files }) => ({
    list: async (origin, { onFault }) => {
      if (files !== undefined) return null; // named files are containers
      if (origin.from === "nothing") return listEveryImage(openWalk(root, onFault));
      if (origin.from === "folder name") return listClassFolders(openWalk(root, onFault), origin.labelOf);
      return origin.from === "file name" ? listNumbered(openWalk(root, onFault), origin.numberOf) : null;
    },
    read: (image) => readImageFile(root, image),
    readHead: (image, into) => readImageStart(root, image, into),
    close: async () => {},
  }),
};

function listClassFolders(walk: FolderWalk, labelOf: (name: string) => number | undefined): SourceListing | null {
  const found = findClassFolders(walk, labelOf);
  if (found === null) return null;
  const folders = found.map(({ name, label }) => ({ name, label, images: 0 }));
  return { images: imagesByClass(walk, found, folders), aside: walk, folders, unknownFolders: walk.unknown };
}

/**
 * Iterates over one class at a time, by path, so that a large benchmark's images never exist as objects all at once.
 */
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

function listEveryImage(walk: FolderWalk): SourceListing | null {
  const images = function* (): Iterable<ImageEntry> {
    for (const path of everyImage(walk)) {
      const bytes = imageSize(walk.root, path, walk.onFault);
      if (bytes !== null) yield { path, bytes, label: 0 };
    }
  };
  return { images: images(), aside: walk, folders: [], unknownFolders: [] };
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
