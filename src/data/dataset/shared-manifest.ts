import { InputError } from "../../foundation/errors.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { formatCsvRows } from "../../foundation/files/format-csv.ts";
import { parseCsv, parseWhole } from "../../foundation/files/parse-csv.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { fromSpreadsheetText } from "../../foundation/files/spreadsheet-text.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import type { ContentEntry } from "./compare-content.ts";
import { folderNames } from "./incomplete.ts";

/*
 * A manifest for other people: a CSV file with a row per image. Paths are relative to the benchmark's folder and
 * classes are names, so it is valid on every machine and for every container.
 */

const COLUMNS = ["benchmark", "class", "image", "bytes", "sha256"] as const;
/** Rows per write. */
const PIECE = 4096;

/** A benchmark's images as in a manifest. */
export interface SharedImages {
  readonly benchmark: Pick<Benchmark, "id" | "classes" | "layouts">;
  readonly images: readonly (ContentEntry & { readonly sha256: string; readonly bytes: number })[];
}

/** Writes a manifest of several benchmarks. @throws InputError if it cannot be written */
export async function writeSharedManifest(path: string, sets: readonly SharedImages[]): Promise<void> {
  const pieces = function* (): Iterable<string> {
    yield `${COLUMNS.join(",")}\n`;
    for (const { benchmark, images } of sets) {
      const names = folderNames(benchmark);
      for (let at = 0; at < images.length; at += PIECE) {
        const rows = images
          .slice(at, at + PIECE)
          .map((image) => [benchmark.id, names[image.label] ?? image.label, image.path, image.bytes, image.sha256]);
        yield formatCsvRows(rows);
      }
    }
  };
  await atomicWrite(path, pieces());
}

/** Rows of a manifest that was read, by benchmark id. */
export type SharedManifest = ReadonlyMap<string, readonly Readonly<Record<string, string>>[]>;

/** Reads a manifest. @throws InputError naming the row if it is not a manifest */
export async function readSharedManifest(path: string): Promise<SharedManifest> {
  const sets = new Map<string, Record<string, string>[]>();
  for (const [at, row] of parseCsv(await readText(path), path, COLUMNS).entries()) {
    const { benchmark = "", sha256 = "", bytes } = row;
    if (!/^[0-9a-f]{64}$/.test(sha256) || parseWhole(bytes) === null || benchmark === "") {
      const found = `${benchmark}, ${bytes} bytes, sha256 ${sha256}`;
      throw new InputError(
        `${path}: row ${at + 2}: expected a benchmark, a whole number of bytes and 64 hexadecimal digits, got ${found}`,
      );
    }
    const set = sets.get(benchmark);
    if (set === undefined) sets.set(benchmark, [row]);
    else set.push(row);
  }
  return sets;
}

/**
 * Returns the rows of a benchmark as its images. @throws InputError for a class that the benchmark does not have, or a
 * path that appears twice
 */
export function sharedImages(
  path: string,
  rows: readonly Readonly<Record<string, string>>[],
  benchmark: Pick<Benchmark, "id" | "classes" | "layouts">,
): (ContentEntry & { readonly sha256: string })[] {
  const labels = new Map(folderNames(benchmark).map((name, label) => [name, label]));
  const seen = new Set<string>();
  return rows.map((row) => {
    const name = fromSpreadsheetText(row.class ?? "");
    const image = fromSpreadsheetText(row.image ?? "");
    const label = labels.get(name);
    if (label === undefined) throw new InputError(`${path}: ${image}: "${name}" is not a class of ${benchmark.id}`);
    if (seen.has(image)) throw new InputError(`${path}: ${benchmark.id}: ${image} appears twice`);
    seen.add(image);
    return { path: image, label, bytes: Number(row.bytes), sha256: row.sha256 ?? "" };
  });
}
