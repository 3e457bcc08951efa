import { realpath } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import { classKeys } from "../../data/benchmark/class-list.ts";
import { type NamedPlace, placeAt, placesNamed } from "../../data/dataset/data-place.ts";
import { type ImageSurvey, surveyImages } from "../../data/dataset/survey-images.ts";
import { describeContents } from "../../data/dataset/what-lies-here.ts";
import type { ContainerOptions } from "../../data/sources/container-format.ts";
import { InputError } from "../../foundation/errors.ts";

/** A folder or container that holds a benchmark. */
export interface Place {
  readonly benchmark: Benchmark;
  readonly survey: ImageSurvey;
  readonly real: string;
}

export interface UnrecognisedFolder {
  readonly folder: string;
  readonly benchmark: string;
  /** what is in it instead, and the step that is missing */
  readonly contents: string;
}

/** What was found below a root. */
export interface Places {
  readonly places: readonly Place[];
  /** folders of a name that a benchmark is kept under, in which none was found; with that benchmark's id */
  readonly unrecognised: readonly UnrecognisedFolder[];
}

export interface FindPlacesOptions extends ContainerOptions {
  /** benchmark id → its folder or files, which are then not looked for */
  readonly dataDirs?: Readonly<Record<string, string>>;
}

/**
 * Finds every folder or container below a root that holds one of the benchmarks, by the names people keep them under; where there is
 * none, whether the root itself is one: by its own name, by the one benchmark asked for, or by its class folders.
 *
 * @throws InputError if the root could be several benchmarks
 */
export async function findPlaces(
  benchmarks: readonly Benchmark[],
  root: string,
  options: FindPlacesOptions = {},
): Promise<Places> {
  const { cacheFolder, passwordFile, dataDirs = {} } = options;
  const places: Place[] = [];
  const passed: { folder: string; real: string; benchmark: Benchmark }[] = [];
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
      if (!isThere) passed.push({ folder: place.path, real: place.real, benchmark });
    }
    // an archive beside the folder that it was unpacked to is no second copy
    if (!inFolders.includes(true)) for (const file of files) await look(file);
  }
  if (places.length === 0) {
    const place = await rootAsPlace(benchmarks, root, options);
    if (place !== null) return { places: [place], unrecognised: [] };
  }
  const taken = places.map(({ real }) => real);
  const unrecognised = new Map<string, UnrecognisedFolder>();
  for (const { folder, real, benchmark } of passed) {
    // imagenet/ is passed over where imagenet/val is found, and imagenet-v2/ where one of the three in it is
    if (!taken.some((path) => path === real || path.startsWith(join(real, "/")))) {
      if (unrecognised.has(real)) continue;
      unrecognised.set(real, { folder, benchmark: benchmark.id, contents: describeContents(benchmark, folder) });
    }
  }
  const outer = [...unrecognised].filter(
    ([real]) => ![...unrecognised.keys()].some((other) => other.startsWith(join(real, "/"))),
  );
  return { places, unrecognised: outer.map(([, one]) => one) };
}

async function surveyNamed(
  benchmark: Benchmark,
  path: string,
  { cacheFolder, passwordFile }: ContainerOptions,
): Promise<Place> {
  const place = { ...(await placeAt(path)), passwordFile };
  const survey = await surveyImages(benchmark, place, cacheFolder);
  if (survey !== null) return { benchmark, survey, real: await realpath(place.root) };
  const contents = place.files === undefined ? `: ${describeContents(benchmark, place.root)}` : "";
  throw new InputError(`${path}: no images of ${benchmark.id} here${contents}`);
}

async function rootAsPlace(
  benchmarks: readonly Benchmark[],
  root: string,
  { cacheFolder, passwordFile }: ContainerOptions,
): Promise<Place | null> {
  const candidates: Place[] = [];
  const real = await realpath(resolve(root));
  for (const benchmark of benchmarks) {
    const survey = await surveyImages(benchmark, { root, passwordFile }, cacheFolder);
    if (survey !== null) candidates.push({ benchmark, survey, real });
  }
  const [first, ...others] = await narrow(candidates, root);
  if (first === undefined) return null;
  if (others.length === 0) return first;
  const ids = [first, ...others].map(({ benchmark }) => benchmark.id);
  throw new InputError(
    `${root}: its layout fits ${ids.length} benchmarks (${ids.join(", ")}); say which with --benchmark ID`,
  );
}

/** Of the benchmarks that a root may be: those of its name; else those whose images, then whose classes, are just there. */
async function narrow(candidates: readonly Place[], root: string): Promise<readonly Place[]> {
  const name = basename(await realpath(resolve(root)));
  const rules = [
    ({ benchmark }: Place) => benchmark.folders.some((folder) => folder === name || folder.endsWith(`/${name}`)),
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
