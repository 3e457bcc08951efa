import { type ExaminedRow, examinedFolder, readExamined, removeExamined, writeExamined } from "./examined-file.ts";

/** Findings about an image in one state of its file. */
export interface KnownImage {
  readonly sha256: string;
  /** why it does not decode; null if it does; undefined if it was not decoded */
  readonly fault: string | null | undefined;
}

/** Findings about images below one folder, from this run and earlier ones. */
export interface ExaminedMemory {
  find(key: string): KnownImage | null;
  /** Adds an image; it is written together with several hundred others. */
  add(key: string, image: KnownImage): Promise<void>;
  /** Writes pending rows, and drops rows without an image if there are many. */
  close(isCurrent: (key: string) => boolean): Promise<void>;
}

/** Rows per file: the maximum number of images examined again after a killed run. */
const ROWS = 1024;
/** Rows per merged file. */
const JOINED_ROWS = 8192;
/** Number of files above which they are merged, and ratio of rows without an image above which these are dropped. */
const MANY_FILES = 24;
const MUCH_STALE = 1;

/**
 * Opens the findings about the images below a folder.
 *
 * @param folder  folder of the store for findings; if null, nothing is recorded
 * @param about   real path of the images' folder, and versions of the decoders
 */
export async function openExaminedMemory(
  folder: string | null,
  about: { readonly root: string; readonly decoder: string },
): Promise<ExaminedMemory> {
  const known = new Map<string, KnownImage>();
  const place = folder === null ? null : examinedFolder(folder, about.root);
  const files: string[] = [];
  let waiting: ExaminedRow[] = [];
  if (place !== null) {
    for await (const { name, rows } of readExamined(place, about)) {
      files.push(name);
      for (const [key, sha256, fault] of rows) {
        // prefer the row of the run that also decoded the image
        if (fault !== undefined || !known.has(key)) known.set(key, { sha256, fault: fault === "" ? null : fault });
      }
    }
  }
  const write = async () => {
    const rows = waiting;
    waiting = [];
    if (place === null || rows.length === 0) return;
    const name = await writeExamined(place, about, rows);
    if (name !== null) files.push(name);
  };
  return {
    find: (key) => known.get(key) ?? null,
    add: async (key, image) => {
      const before = known.get(key);
      if (before?.sha256 === image.sha256 && before.fault === image.fault) return;
      known.set(key, image);
      waiting.push(rowOf(key, image));
      if (waiting.length >= ROWS) await write();
    },
    close: async (isCurrent) => {
      await write();
      if (place === null) return;
      const current = [...known.keys()].filter(isCurrent);
      const isMuch =
        files.length > MANY_FILES + current.length / JOINED_ROWS ||
        known.size - current.length > MUCH_STALE * current.length + ROWS;
      if (!isMuch) return;
      const joined: string[] = [];
      for (let at = 0; at < current.length; at += JOINED_ROWS) {
        const keys = current.slice(at, at + JOINED_ROWS);
        const rows = keys.map((key) => rowOf(key, known.get(key) as KnownImage));
        const name = await writeExamined(place, about, rows);
        if (name === null) return; // existing files are kept
        joined.push(name);
      }
      await removeExamined(
        place,
        files.filter((name) => !joined.includes(name)),
      );
    },
  };
}

function rowOf(key: string, { sha256, fault }: KnownImage): ExaminedRow {
  return fault === undefined ? [key, sha256] : [key, sha256, fault ?? ""];
}
