import { realpath } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { type Benchmark, listBenchmarks, readBenchmark } from "../../data/benchmark/benchmark.ts";
import { namedVariant, variantsOf } from "../../data/benchmark/variants.ts";
import type { LocatedData } from "../../data/dataset/locate.ts";
import { haveSameImages } from "../../data/dataset/same-images.ts";
import { InputError } from "../../foundation/errors.ts";
import { makeNote, makeWarning, type Note } from "../../foundation/notes.ts";
import type { LocatedBenchmark } from "./locate-benchmarks.ts";

/**
 * Checks that a folder is that of the benchmark it is read as, where another benchmark looks the same from inside: the
 * three sets of ImageNetV2 have the same classes and 10,000 images each, and accuracies more than ten points apart. The names
 * of the folder and of those that hold it, of what it is a link to, and of its tars decide; where they name none, that
 * is said. Two benchmarks with the same images are refused.
 *
 * @param data  the root that was searched; names above it are not looked at
 * @throws InputError naming the folder and both benchmarks
 */
export async function checkVariants(
  found: readonly LocatedBenchmark[],
  data: string | undefined,
  notes: Note[],
): Promise<void> {
  const shipped = await Promise.all((await listBenchmarks()).map(readBenchmark));
  const isShipped = ({ id, path }: Benchmark) => shipped.some((one) => one.id === id && one.path === path);
  const own = found.map(({ benchmark }) => benchmark).filter((one) => !isShipped(one));
  // the user's own definition may well score a set that ships, under another name: each kind is compared with its like
  const likesOf = (benchmark: Benchmark) => variantsOf(benchmark, isShipped(benchmark) ? shipped : own);
  for (const { benchmark, located } of found) {
    const variants = likesOf(benchmark);
    if (variants.length > 1) {
      const note = await checkName(benchmark, located, variants, data, isShipped(benchmark));
      if (note !== null) notes.push(note);
    }
  }
  await checkPairs(found, likesOf, isShipped);
}

async function checkName(
  benchmark: Benchmark,
  located: LocatedData,
  variants: readonly Benchmark[],
  data: string | undefined,
  isShipped: boolean,
): Promise<Note | null> {
  const { id } = benchmark;
  const root = resolve(located.root);
  const below = data === undefined ? ".." : relative(resolve(data), root);
  const isBelow = below !== "" && !below.startsWith("..");
  const given = namedVariant(variants, isBelow ? below : below === "" ? basename(root) : root);
  const tar = located.images.at(0).container?.file;
  const inside = tar === undefined ? null : namedVariant(variants, basename(tar));
  const real = await realpath(root);
  const isLink = real !== root && !(isBelow && real === join(await realpath(data as string), below));
  const behind = isLink ? namedVariant(variants, real) : null;
  const all = [given, inside, behind].filter((one) => one !== null);
  const other = all.find((one) => one.isPlain && one.id !== id);
  const place = behind !== null && behind === other ? `${located.root} (a link to ${real})` : located.root;
  if (other !== undefined) {
    const what =
      inside === other && tar !== undefined ? `${join(located.root, tar)}: its name is` : `${place}: its name is`;
    throw new InputError(
      `${what} that of ${other.id}, and it is read as ${id}: the two cannot be told apart by what is in them; give it as --data-dir ${other.id}=PATH, or rename it if its name is wrong`,
    );
  }
  if (all.some((one) => one.id === id)) return null;
  const others = variants.filter((one) => one.id !== id).map((one) => one.id);
  const about = { benchmark: id };
  const doubt = all[0];
  if (doubt !== undefined)
    return makeWarning(`${place}: its name may be that of ${doubt.id}, and it is read as ${id}`, about);
  if (!isShipped) return null;
  const text = `${place}: nothing in its name says whether it is ${id}, as which it is read, or ${others.join(" or ")}, which look the same`;
  const isUsual = benchmark.folders.some((folder) => basename(folder) === basename(root));
  return isUsual ? makeNote(text, about) : makeWarning(text, about);
}

/** @throws InputError for two benchmarks that are scored alike, or both ship, in one folder; or in two of the same images */
async function checkPairs(
  found: readonly LocatedBenchmark[],
  likesOf: (benchmark: Benchmark) => readonly Benchmark[],
  isShipped: (benchmark: Benchmark) => boolean,
): Promise<void> {
  const reals = await Promise.all(found.map(({ located }) => realpath(located.root)));
  for (const [b, second] of found.entries()) {
    for (const [a, first] of found.slice(0, b).entries()) {
      const ids = `${first.benchmark.id} and ${second.benchmark.id}`;
      const areAlike = likesOf(first.benchmark).some(
        ({ id, path }) => id === second.benchmark.id && path === second.benchmark.path,
      );
      if (reals[a] === reals[b]) {
        if (!areAlike && !(isShipped(first.benchmark) && isShipped(second.benchmark))) continue;
        throw new InputError(
          `${second.located.root}: read as ${ids}, which are different images; name each one's folder with --data-dir ID=PATH`,
        );
      }
      if (areAlike && (await haveSameImages(first.located, second.located))) {
        throw new InputError(
          `${first.located.root} and ${second.located.root}: hold the same images, and are read as ${ids}, which are different ones; get the right ones`,
        );
      }
    }
  }
}
