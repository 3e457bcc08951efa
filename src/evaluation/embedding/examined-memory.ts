import { type ExaminedRow, examinedFolder, readExamined, removeExamined, writeExamined } from "./examined-file.ts";

/** What is known of an image in one state of its file. */
export interface KnownImage {
  readonly sha256: string;
  /** why it does not decode; null where it does; undefined where it was not decoded */
  readonly fault: string | null | undefined;
}

/** What was found in images below one folder, now and in earlier runs. */
export interface ExaminedMemory {
  find(key: string): KnownImage | null;
  /** Takes an image in; it is written down with some hundred others. */
  add(key: string, image: KnownImage): Promise<void>;
  /** Writes down what is not yet, and drops what is of no image any more where that has become much. */
  close(isCurrent: (key: string) => boolean): Promise<void>;
}

/** Rows in a file: what a run that is killed may have to examine again. */
const ROWS = 1024;
/** Rows in a file that others were joined to. */
const JOINED_ROWS = 8192;
/** Files of which the rows are joined, and rows without an image that are dropped, for each row with one. */
const MANY_FILES = 24;
const MUCH_STALE = 1;

/**
 * Opens what is remembered of the images below a folder.
 *
 * @param folder  of the store, for this; nothing is remembered where null
 * @param about   real path of the images' folder, and versions of what decodes them
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
        // of a file that was hashed in one run and decoded in another, the latter says more
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
        if (name === null) return; // what is there stays
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
