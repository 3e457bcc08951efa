import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { NOTHING_ASIDE } from "./aside.ts";
import type { ImageEntry } from "./image-entry.ts";
import { readImageFile, readImageStart } from "./image-file.ts";
import type { SourceFormat, SourceRoot } from "./image-source.ts";
import { findListedFiles } from "./list-paths.ts";
import { isListName, type ListRow, readListRows } from "./list-rows.ts";

/**
 * Images stored as files and listed with their labels in another file, in its order. A list is read only if the user
 * names it, because a folder of images may have many. If it has SHA-256 values, each image is checked when it is read.
 */
export const listFormat: SourceFormat = {
  name: "list",
  open: (place) => {
    const list = listOf(place);
    const { root } = place;
    let hashes: Promise<ReadonlyMap<string, string>> | null = null;
    return {
      list: async (origin, _options) => {
        if (list === null || origin.from !== "sample") return null;
        const rows = await readListRows(list);
        const files = findListedFiles(root, rows, list);
        const reader = await origin.labels();
        const images = files.map(({ path, bytes }, at): ImageEntry => {
          const { label, labelText } = rows[at] as ListRow;
          return { path, bytes, label: reader.rowOf(label, `${list}: row ${at + 1}: ${path}`, labelText) };
        });
        return { images, aside: { ...NOTHING_ASIDE, warnings: reader.warnings }, folders: [], unknownFolders: [] };
      },
      describe: async () =>
        list === null
          ? null
          : `it is a list of ${(await readListRows(list)).length} files, but the benchmark's definition has no layout with labels stored with the images ("web-dataset")`,
      read: async (image) => {
        hashes ??= readHashes(root, list);
        const expected = (await hashes).get(image.path);
        const read = await readImageFile(root, image);
        if (expected === undefined || sha256(read.bytes) === expected) return read;
        throw new InputError(`${join(root, image.path)}: its SHA-256 differs from that in ${list}`);
      },
      readHead: (image, into) => readImageStart(root, image, into),
      close: async () => {},
    };
  },
};

function listOf({ root, files }: SourceRoot): string | null {
  const [name, second] = files ?? [];
  return name !== undefined && second === undefined && isListName(name) ? join(root, name) : null;
}

async function readHashes(root: string, list: string | null): Promise<ReadonlyMap<string, string>> {
  if (list === null) return new Map();
  const rows = await readListRows(list);
  if (rows.every((row) => row.sha256 === null)) return new Map();
  const files = findListedFiles(root, rows, list);
  return new Map(files.map(({ path }, at) => [path, rows[at]?.sha256 as string]));
}
