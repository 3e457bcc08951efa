import { realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { parseCsv } from "../../foundation/files/parse-csv.ts";
import { readText } from "../../foundation/files/read-text.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import { readOfficialNames } from "./official-names.ts";

/** A file that labels images by name, such as Kaggle's LOC_val_solution.csv. */
export interface SolutionFile {
  readonly path: string;
  /** an image's name without its extension → row of the class list */
  readonly rowOf: ReadonlyMap<string, number>;
}

interface SolutionLayout {
  /** its name */
  readonly file: string;
  /** folder of the images, in the folder that contains the file */
  readonly images: string;
}

/**
 * Reads the labels of Kaggle's competition: a CSV file with `ImageId`, a name without its extension, and
 * `PredictionString`, which begins with a wnid. The file is in the images' folder or in the folder that contains it.
 *
 * @returns null where there is none
 * @throws InputError naming file and row for an unknown class, and for a label that an official name contradicts
 */
export async function readSolutionFile(
  benchmark: Benchmark,
  { file, images }: SolutionLayout,
  root: string,
): Promise<SolutionFile | null> {
  const path = await findFile(file, images, root);
  if (path === null) return null;
  const rows = parseCsv(await readText(path), path, ["ImageId", "PredictionString"]);
  const wnids = benchmark.classes.keys.get("wnid") ?? [];
  const rowOfWnid = new Map(wnids.map((wnid, row) => [wnid, row]));
  const namedClass = await readOfficialNames(benchmark);
  const rowOf = new Map<string, number>();
  for (const [at, { ImageId = "", PredictionString = "" }] of rows.entries()) {
    const where = `${path}: row ${at + 1}: ${ImageId}`;
    const wnid = PredictionString.split(/\s+/)[0] as string;
    const row = rowOfWnid.get(wnid);
    if (row === undefined) throw new InputError(`${where}: expected the wnid of a class, got "${wnid.slice(0, 40)}"`);
    const official = namedClass(`${ImageId}.JPEG`);
    if (official !== null && official.row !== row) {
      throw new InputError(
        `${where}: labeled ${wnid}, but its name contains ${official.description}; were the files renumbered? get Kaggle's original file`,
      );
    }
    if ((rowOf.get(ImageId) ?? row) !== row) throw new InputError(`${where}: appears twice, with two labels`);
    rowOf.set(ImageId, row);
  }
  return { path, rowOf };
}

async function findFile(file: string, images: string, root: string): Promise<string | null> {
  const inRoot = join(root, file);
  if (await isFile(inRoot)) return inRoot;
  const real = await realpath(root).catch(() => root);
  if (!real.endsWith(`/${images}`)) return null;
  const above = images.split("/").reduce(dirname, real);
  return (await isFile(join(above, file))) ? join(above, file) : null;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
