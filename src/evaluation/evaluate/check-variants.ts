import { realpath } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import { type Benchmark, listBenchmarks, readBenchmark } from "../../data/benchmark/benchmark.ts";
import { namedVariant, variantsOf } from "../../data/benchmark/variants.ts";
import type { LocatedData } from "../../data/dataset/locate.ts";
import { haveSameImages } from "../../data/dataset/same-images.ts";
import { pathOfPlace } from "../../data/sources/image-source.ts";
import { InputError } from "../../foundation/errors.ts";
import { makeNote, makeWarning, type Note } from "../../foundation/notes.ts";

/** A benchmark and the folder that is read as its images. */
export interface ReadAs {
  readonly benchmark: Benchmark;
  readonly located: LocatedData;
}

/** A benchmark with all benchmarks of identical structure, including itself. */
interface Candidate extends ReadAs {
  readonly variants: readonly Benchmark[];
  readonly isShipped: boolean;
}

/**
 * Checks that a folder belongs to the benchmark it is read as if other benchmarks have the same structure: the three
 * sets of ImageNetV2 have the same classes and 10,000 images each, but accuracies that differ by more than ten points.
 * The names of the folder, its parents, its link target and its tars decide; if they name none of the variants, a note
 * is added. Two benchmarks with the same images are refused.
 *
 * @param data  the searched root; names above it are ignored
 * @returns doubts whether a folder contains what it is read as
 * @throws InputError naming the folder and both benchmarks
 */
export async function checkVariants(found: readonly ReadAs[], data: string | undefined): Promise<Note[]> {
  const shipped = await Promise.all((await listBenchmarks()).map(readBenchmark));
  const isShipped = ({ id, path }: Benchmark) => shipped.some((known) => known.id === id && known.path === path);
  const userDefined = found.map(({ benchmark }) => benchmark).filter((benchmark) => !isShipped(benchmark));
  // A user's definition may score a shipped set under another name, so shipped and user definitions are compared
  // separately
  const candidates = found.map((readAs): Candidate => {
    const shippedToo = isShipped(readAs.benchmark);
    return {
      ...readAs,
      isShipped: shippedToo,
      variants: variantsOf(readAs.benchmark, shippedToo ? shipped : userDefined),
    };
  });
  const notes: Note[] = [];
  for (const candidate of candidates) {
    const note = candidate.variants.length > 1 ? await checkName(candidate, data) : null;
    if (note !== null) notes.push(note);
  }
  await checkPairs(candidates);
  return notes;
}

async function checkName(candidate: Candidate, data: string | undefined): Promise<Note | null> {
  const { benchmark, located, variants, isShipped } = candidate;
  const { id } = benchmark;
  const root = resolve(located.root);
  const below = data === undefined ? ".." : relative(resolve(data), root);
  const isBelow = below !== "" && !below.startsWith("..");
  const given = namedVariant(variants, isBelow ? below : below === "" ? basename(root) : root);
  const { container, path } = located.images.at(0);
  const file = container?.file;
  // the archive's name, and the folder that contains its class folders
  const folder = located.layout.kind === "class-folders" ? dirname(dirname(path)) : (file ?? "");
  const inside = (file === undefined ? [] : [file, folder]).map((name) => ({
    name,
    variant: namedVariant(variants, basename(name)),
  }));
  const real = await realpath(root);
  const isLink = real !== root && !(isBelow && real === join(await realpath(data as string), below));
  const behind = isLink ? namedVariant(variants, real) : null;
  const named = [given, ...inside.map(({ variant }) => variant), behind].filter((variant) => variant !== null);
  const different = named.find((variant) => variant.isPlain && variant.id !== id);
  const shown = pathOfPlace(located);
  const place = behind !== null && behind === different ? `${shown} (a link to ${real})` : shown;
  if (different !== undefined) {
    const name = inside.find(({ variant }) => variant === different)?.name;
    const what = name === undefined ? `${place}: its name is` : `${join(located.root, name)}: its name is`;
    throw new InputError(
      `${what} that of ${different.id}, but it is read as ${id}; their structure is the same: specify it as --data-dir ${different.id}=PATH, or rename it if its name is wrong`,
    );
  }
  if (named.some((variant) => variant.id === id)) return null;
  const about = { benchmark: id };
  const doubt = named[0];
  if (doubt !== undefined)
    return makeWarning(`${place}: its name may be that of ${doubt.id}, but it is read as ${id}`, about);
  if (!isShipped) return null;
  const otherVariants = variants.filter((variant) => variant.id !== id).map((variant) => variant.id);
  const text = `${place}: read as ${id}, but its name does not state whether it is that or ${otherVariants.join(" or ")}, which have the same structure`;
  const isUsual = benchmark.folders.some((folder) => basename(folder) === basename(located.files?.[0] ?? root));
  return isUsual ? makeNote(text, about) : makeWarning(text, about);
}

/**
 * @throws InputError for two benchmarks that are scored alike or both ship, in the same folder or in two folders with
 *   the same images
 */
async function checkPairs(candidates: readonly Candidate[]): Promise<void> {
  const reals = await Promise.all(
    candidates.map(async ({ located }) => [await realpath(located.root), ...(located.files ?? [])].join("\n")),
  );
  for (const [b, second] of candidates.entries()) {
    for (const [a, first] of candidates.slice(0, b).entries()) {
      const ids = `${first.benchmark.id} and ${second.benchmark.id}`;
      const haveSameStructure = first.variants.some(
        ({ id, path }) => id === second.benchmark.id && path === second.benchmark.path,
      );
      if (reals[a] === reals[b]) {
        if (!haveSameStructure && !(first.isShipped && second.isShipped)) continue;
        throw new InputError(
          `${pathOfPlace(second.located)}: read as ${ids}, which have different images; specify each folder with --data-dir ID=PATH`,
        );
      }
      if (haveSameStructure && (await haveSameImages(first.located, second.located))) {
        throw new InputError(
          `${pathOfPlace(first.located)} and ${pathOfPlace(second.located)}: contain the same images, but are read as ${ids}, which have different images; get the right ones`,
        );
      }
    }
  }
}
