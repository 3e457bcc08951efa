import type { ZipDirectory, ZipFile } from "../../foundation/files/zip-end.ts";
import { type EntryFault, LOCAL_BYTES, type ZipEntry } from "../../foundation/files/zip-entry.ts";
import { headerPlaces, memberFault, zipEntries } from "./zip-entries.ts";
import { zipName } from "./zip-name.ts";

const FIRST_ROWS = 1024;

/** The positions of a zip's members. */
export interface MemberPlaces {
  /** Adds the next entry of the directory. @throws the error from `fault` for one that extends into the directory */
  add(entry: ZipEntry, fault: EntryFault): void;
  /**
   * Checks that no two members share a byte. An archive with overlapping members expands to many times its size, and no
   * program writes one.
   *
   * @throws InputError naming a member that overlaps with another
   */
  check(): void;
}

export function memberPlaces(file: ZipFile, directory: ZipDirectory): MemberPlaces {
  let starts = new Float64Array(FIRST_ROWS);
  let ends = new Float64Array(FIRST_ROWS);
  let rows = 0;
  let isOrdered = true;
  return {
    add(entry, fault) {
      const previous = rows === 0 ? 0 : (ends[rows - 1] as number);
      const places = headerPlaces(entry, directory);
      // Offsets modulo 4 GiB: such programs keep the directory in the members' order
      const start = directory.wraps ? places.find((place) => place >= previous) : places[0];
      const end = (start ?? 0) + LOCAL_BYTES + entry.nameBytes.length + entry.storedSize;
      if (start === undefined || end > directory.offset) throw fault("the archive ends before its data do");
      if (rows === starts.length) [starts, ends] = [doubled(starts), doubled(ends)];
      starts[rows] = start;
      ends[rows] = end;
      rows += 1;
      isOrdered &&= start >= previous;
    },
    check() {
      if (isOrdered) return;
      const order = Uint32Array.from({ length: rows }, (_, row) => row);
      order.sort((a, b) => (starts[a] as number) - (starts[b] as number) || a - b);
      for (let i = 1; i < rows; i++) {
        const [row, next] = [order[i - 1] as number, order[i] as number];
        if ((ends[row] as number) > (starts[next] as number)) throw overlap(file, directory, row);
      }
    },
  };
}

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * values.length);
  larger.set(values);
  return larger;
}

function overlap(file: ZipFile, directory: ZipDirectory, wanted: number): Error {
  let row = 0;
  for (const { entry } of zipEntries(file, directory)) {
    if (row++ < wanted) continue;
    const fault = memberFault(file.path, entry.nameBytes.toString());
    return memberFault(
      file.path,
      zipName(entry, fault).text,
    )("another member overlaps its data, so the archive is damaged");
  }
  throw new Error(`${file.path}: its directory has no entry ${wanted}`);
}
