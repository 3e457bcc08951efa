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

/** Why a folder may not hold what it is read as, and what lies in it beside the images. */
export interface DataDoubts {
  readonly notes: readonly Note[];
  /** which other benchmark the images are likely of; null where none is */
  readonly likelySet: string | null;
}

/**
 * Looks for signs that a benchmark's folder holds other images than the benchmark's.
 *
 * @throws InputError where the class folders are below one that is called as a class too
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
    notes.push(warn(`${root}: its name says that it is a training set`));
  }
  if (aside.misplaced.length > countLabels(located.images).size) {
    throw new InputError(
      `${root}: ${aside.misplaced.length} folders named as classes (${nameFew(aside.misplaced)}) are inside folders that are named as a class too, whose images all would count for the outer one; give the folder that holds the classes`,
    );
  }
  if (aside.misplaced.length > 0) {
    const folders = "class folders inside the folder of another class; their images count for the outer class";
    notes.push(warn(`${root}: ${folders}: ${nameFew(aside.misplaced)}`));
  }
  const numbers = await checkOfficialNumbers(benchmark, located.images);
  if (numbers !== null && numbers.misplaced.length > 0) {
    const paths = numbers.misplaced.map(({ path }) => path);
    const images = `${plural(paths.length, "image")} in another class than that of the number in the name`;
    notes.push(warn(`${root}: ${images}: ${nameFew(paths)}; see shiftline verify`));
  }
  for (const text of aside.warnings) notes.push(warn(text));
  for (const text of describeAside({ root, aside })) notes.push(makeNote(text, about));
  const beside = await otherContainers(located);
  if (beside.length > 0) {
    const read = located.format === "folder" ? "files in folders" : `${located.format} files`;
    notes.push(makeNote(`${root}: read are the ${read}; passed over beside them: ${nameFew(beside)}`, about));
  }
  return { notes, likelySet };
}

/** Says which other benchmark the images are likely of: a 1000-way score of a 200-class set means little. */
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
  return `its ${classFolders.length} class folders are exactly those of ${likely.ids.join(" or ")}, and not of ${benchmark.id}; is it the right set?`;
}

function describeCount(ids: readonly string[], { id }: Benchmark): string {
  return `it has as many images as ${ids.join(" or ")}, and not of ${id}; is it the right set?`;
}
