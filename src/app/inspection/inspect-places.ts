import { realpath } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import { classKeys } from "../../data/benchmark/class-list.ts";

import { endingOf, type NamedPlace, placeAt, placesNamed } from "../../data/dataset/data-place.ts";
import { describeContents } from "../../data/dataset/describe-contents.ts";
import { noImages } from "../../data/dataset/locate.ts";
import { type ImageSurvey, surveyImages } from "../../data/dataset/survey-images.ts";
import { describeUnrecognized, type UnrecognizedPlace } from "../../data/dataset/unrecognized-places.ts";
import type { ContainerOptions } from "../../data/sources/container-format.ts";
import { pathOfPlace, type SourceRoot } from "../../data/sources/image-source.ts";

import { InputError } from "../../foundation/errors.ts";

/** A folder or container that contains a benchmark. */
export interface Place {
  readonly benchmark: Benchmark;
  readonly survey: ImageSurvey;
  readonly real: string;
}

/** Places found below a root. */
export interface Places {
  readonly places: readonly Place[];
  /** folders named like a benchmark but without recognized content, with the benchmark's id */
  readonly unrecognized: readonly UnrecognizedPlace[];
}

export interface FindPlacesOptions extends ContainerOptions {
  /** benchmark id → its folder or files, which are not searched for */
  readonly dataDirs?: Readonly<Record<string, string>>;
}

/**
 * Finds every folder or container below a root that contains one of the benchmarks, by common names. If there is none,
 * checks whether the root is a benchmark: by its name, by the single requested benchmark, or by its class folders.
 *
 * @throws InputError if the root fits several benchmarks
 */
export async function findPlaces(
  benchmarks: readonly Benchmark[],
  root: string,
  options: FindPlacesOptions = {},
): Promise<Places> {
  const { cacheFolder, passwordFile, dataDirs = {} } = options;
  const places: Place[] = [];
  const passed: { place: NamedPlace; benchmark: Benchmark }[] = [];
  for (const benchmark of benchmarks) {
    const named = dataDirs[benchmark.id];
    if (named !== undefined) {
      places.push(await surveyNamed(benchmark, named, options));
      continue;
    }
    const { folders, files } = await placesNamed(benchmark.folders, root);
    const look = async (place: NamedPlace) => {
      const survey = await surveyImages(benchmark, { ...place, passwordFile }, cacheFolder);
      if (survey !== null) places.push({ benchmark, survey, real: place.real });
      return survey !== null;
    };
    const inFolders: boolean[] = [];
    for (const place of folders) {
      const isThere = await look(place);
      inFolders.push(isThere);
      if (!isThere) passed.push({ place, benchmark });
    }
    // an archive next to its unpacked folder is not a second copy
    if (!inFolders.includes(true)) for (const file of files) await look(file);
  }
  if (places.length === 0) {
    const place = await rootAsPlace(benchmarks, root, options);
    if (place !== null) return { places: [place], unrecognized: [] };
  }
  const taken = places.map(({ real }) => real);
  return { places, unrecognized: await describeUnrecognized(passed, taken, cacheFolder) };
}

async function surveyNamed(
  benchmark: Benchmark,
  path: string,
  { cacheFolder, passwordFile }: ContainerOptions,
): Promise<Place> {
  const place = { ...(await placeAt(path)), passwordFile };
  const survey = await surveyImages(benchmark, place, cacheFolder);
  if (survey !== null) return { benchmark, survey, real: await realpath(place.root) };
  throw new InputError(`${path}: ${noImages(benchmark.id, await describeContents([benchmark], place, cacheFolder))}`);
}

/**
 * Determines the benchmark of a folder, a container or the files of a pattern: by name, by the single requested
 * benchmark, or by class folders.
 *
 * @throws InputError if it fits several
 */
export async function rootAsPlace(
  benchmarks: readonly Benchmark[],
  root: string,
  { cacheFolder, passwordFile }: ContainerOptions,
): Promise<Place | null> {
  const place = { ...(await placeAt(root)), passwordFile };
  const [first, ...others] = narrow(await surveyEach(benchmarks, place, cacheFolder));
  if (first === undefined) return null;
  if (others.length === 0) return first;
  // data that no benchmark can list has a separate problem
  if ([first, ...others].every(({ survey }) => survey.problem !== null)) {
    throw new InputError(first.survey.problem as string);
  }
  const ids = [first, ...others].map(({ benchmark }) => benchmark.id);
  throw new InputError(
    `${root}: its layout fits ${ids.length} benchmarks (${ids.join(", ")}); select one with --benchmark ID`,
  );
}

/** Surveys a place as the benchmarks with its name, or as all benchmarks if there are none. */
async function surveyEach(
  benchmarks: readonly Benchmark[],
  place: SourceRoot,
  cacheFolder: string | undefined,
): Promise<Place[]> {
  const real = await realpath(resolve(pathOfPlace({ ...place, files: place.files?.slice(0, 1) })));
  const file = basename(real);
  const stem = file.slice(0, file.length - (place.files === undefined ? 0 : (endingOf(file)?.length ?? 0)));
  const isCalled = ({ folders }: Benchmark) =>
    folders.some((folder) => basename(folder) !== "data" && [file, stem].includes(basename(folder)));
  const named = benchmarks.filter(isCalled);
  for (const some of [named, benchmarks.filter((benchmark) => !named.includes(benchmark))]) {
    const candidates: Place[] = [];
    for (const benchmark of some) {
      const survey = await surveyImages(benchmark, place, cacheFolder);
      if (survey !== null) candidates.push({ benchmark, survey, real });
    }
    if (candidates.length > 0) return candidates;
  }
  return [];
}

/** Narrows down the benchmarks that a root may be: those whose images, then whose classes, match exactly. */
function narrow(candidates: readonly Place[]): readonly Place[] {
  const rules = [
    ({ benchmark, survey }: Place) => survey.problem === null && survey.images.length === benchmark.images,
    ({ benchmark, survey }: Place) => hasJustItsClasses(benchmark, survey),
    ({ survey }: Place) => survey.problem === null && survey.unknownFolders.length === 0,
  ];
  let left = candidates;
  for (const rule of rules) {
    const some = left.filter(rule);
    if (some.length > 0) left = some;
    if (left.length === 1) break;
  }
  return left;
}

function hasJustItsClasses(benchmark: Benchmark, survey: ImageSurvey): boolean {
  const { layout } = survey;
  if (layout.kind !== "class-folders" || survey.unknownFolders.length > 0) return false;
  const keys = classKeys(benchmark.classes, layout.key, benchmark.path).filter((key) => key !== "");
  return new Set(survey.folders.map(({ label }) => label)).size === keys.length;
}
