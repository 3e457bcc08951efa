import { dirname, join } from "node:path";
import type { Benchmark } from "../benchmark/benchmark.ts";
import type { ImageList } from "../sources/image-list.ts";
import { readLabelFile } from "./label-file.ts";

/** The result of checking the numbers in a benchmark's official file names. */
export interface OfficialNumbers {
  /** images in another class than that of their number */
  readonly misplaced: readonly { readonly path: string; readonly label: number; readonly expected: number }[];
  /** names of the missing files; empty where most files have other names */
  readonly missing: readonly string[];
  /** paths of images with the same number */
  readonly repeated: readonly (readonly string[])[];
}

/** Share of a benchmark's images that must have official names for the others to be reported as missing. */
const MAX_SHARE = 0.5;

/**
 * Compares images with the official numbering of a benchmark's files, in any folders or containers.
 *
 * @returns null where the benchmark's files have no numbers of known classes, or no image has such a name
 */
export async function checkOfficialNumbers(benchmark: Benchmark, images: ImageList): Promise<OfficialNumbers | null> {
  const flat = benchmark.layouts.find((layout) => layout.kind === "flat");
  if (flat === undefined) return null;
  const labels = await readLabelFile(join(dirname(benchmark.path), flat.labels), benchmark.classes.size);
  const pattern = new RegExp(flat.pattern);
  const seen = new Map<number, string>();
  const repeated = new Map<number, string[]>();
  const misplaced: { path: string; label: number; expected: number }[] = [];
  let sample: { name: string; digits: string } | null = null;
  for (const { path, label } of images) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const digits = pattern.exec(name)?.[1];
    if (digits === undefined) continue;
    const number = Number(digits);
    const expected = labels[number - 1];
    if (expected === undefined) continue;
    sample ??= { name, digits };
    const first = seen.get(number);
    if (first === undefined) seen.set(number, path);
    else repeated.set(number, [...(repeated.get(number) ?? [first]), path]);
    if (expected !== label) misplaced.push({ path, label, expected });
  }
  if (sample === null) return null;
  const { name, digits } = sample;
  const nameOf = (number: number) =>
    name.replace(digits, String(number).padStart(digits.length, "0")).replace(/_n\d{8}(?=\.)/, "");
  const missing: string[] = [];
  if (seen.size > MAX_SHARE * labels.length) {
    for (let number = 1; number <= labels.length; number++) if (!seen.has(number)) missing.push(nameOf(number));
  }
  return { misplaced, missing, repeated: [...repeated.values()] };
}
