import { basename, resolve } from "node:path";
import { type Benchmark, listBenchmarks, readBenchmark } from "../../data/benchmark/benchmark.ts";
import { classKeys } from "../../data/benchmark/class-list.ts";
import { describeAside, nameFew } from "../../data/dataset/describe-aside.ts";
import { likelyOtherSets } from "../../data/dataset/likely-set.ts";
import type { LocatedData } from "../../data/dataset/locate.ts";
import { checkOfficialNumbers } from "../../data/dataset/official-numbers.ts";
import { otherContainers } from "../../data/dataset/other-containers.ts";
import { splitOf } from "../../data/sources/container-files.ts";
import { countLabels } from "../../data/sources/image-list.ts";
import { pathOfPlace } from "../../data/sources/image-source.ts";
import { InputError } from "../../foundation/errors.ts";
import { makeNote, makeWarning, type Note } from "../../foundation/notes.ts";
import { plural } from "../../foundation/number-text.ts";

/** Reasons why a folder may not contain what it is read as, and other files in it. */
export interface DataDoubts {
  readonly notes: readonly Note[];
  /** another benchmark that the images probably belong to; null if none */
  readonly likelySet: string | null;
}

/**
 * Finds signs that a folder does not contain the benchmark's images.
 *
 * @throws InputError if the class folders are below a folder that is also named like a class
 */
export async function findDataDoubts(benchmark: Benchmark, located: LocatedData): Promise<DataDoubts> {
  const about = { benchmark: benchmark.id };
  const warn = (text: string) => makeWarning(text, about);
  const { aside } = located;
  const root = pathOfPlace(located);
  const notes: Note[] = [];
  const likelySet = await describeLikelySet(benchmark, located);
  if (likelySet !== null) notes.push(warn(`${root}: ${likelySet}`));
  const name = basename(resolve(located.root));
  const isTraining = located.files === undefined && splitOf(name) === "train";
  if (isTraining && !benchmark.folders.some((folder) => basename(folder) === name)) {
    notes.push(warn(`${root}: its name indicates a training set`));
  }
  if (aside.misplaced.length > countLabels(located.images).size) {
    throw new InputError(
      `${root}: ${aside.misplaced.length} folders named like classes (${nameFew(aside.misplaced)}) are inside folders that are also named like a class, so all images would count for the outer class; specify the folder that contains the classes`,
    );
  }
  if (aside.misplaced.length > 0) {
    const folders = "class folders inside the folder of another class; their images count for the outer class";
    notes.push(warn(`${root}: ${folders}: ${nameFew(aside.misplaced)}`));
  }
  const numbers = await checkOfficialNumbers(benchmark, located.images);
  if (numbers !== null && numbers.misplaced.length > 0) {
    const paths = numbers.misplaced.map(({ path }) => path);
    const images = `${plural(paths.length, "image")} in a different class than the number in the name requires`;
    notes.push(warn(`${root}: ${images}: ${nameFew(paths)}; see shiftline verify`));
  }
  for (const text of aside.warnings) notes.push(warn(text));
  for (const text of describeAside({ root, aside })) notes.push(makeNote(text, about));
  const beside = await otherContainers(located);
  if (beside.length > 0) {
    const read = located.format === "folder" ? "files in folders" : `${located.format} files`;
    notes.push(makeNote(`${root}: using the ${read}; skipped: ${nameFew(beside)}`, about));
  }
  return { notes, likelySet };
}

/** Describes another benchmark that the images probably belong to: a 1000-way score of a 200-class set means little. */
async function describeLikelySet(benchmark: Benchmark, located: LocatedData): Promise<string | null> {
  const images = located.images.length;
  const known = await Promise.all((await listBenchmarks()).map(readBenchmark));
  if (located.layout.kind === "web-dataset") {
    const likely = likelyOtherSets(benchmark, { classFolders: [], images }, known);
    return likely === null ? null : describeCount(likely.ids, benchmark);
  }
  if (located.layout.kind !== "class-folders") return null;
  const isNumbered = located.numberedBy !== undefined && benchmark.classes.keys.has("wnid");
  const key = isNumbered ? "wnid" : located.layout.key;
  const keys = classKeys(benchmark.classes, key, benchmark.path);
  const labels = new Set<number>();
  for (let at = 0; at < located.images.length; at++) labels.add(located.images.label(at));
  const classFolders = [...labels].map((label) => keys[label] as string);
  const likely = likelyOtherSets(benchmark, { classFolders, images }, known);
  if (likely === null) return null;
  if (likely.by === "images") return describeCount(likely.ids, benchmark);
  return `its ${classFolders.length} class folders are exactly those of ${likely.ids.join(" or ")}, not of ${benchmark.id}; check that it is the right set`;
}

function describeCount(ids: readonly string[], { id }: Benchmark): string {
  return `its number of images is that of ${ids.join(" or ")}, not of ${id}; check that it is the right set`;
}
