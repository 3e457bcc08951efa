import { realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Benchmark, isBenchmarkFile, listBenchmarks, readBenchmark } from "../../data/benchmark/benchmark.ts";
import { checkFolderNames, withFolderNames } from "../../data/benchmark/folder-names.ts";
import { type NamedPlace, placesNamed } from "../../data/dataset/data-place.ts";
import { describeContents } from "../../data/dataset/describe-contents.ts";
import { likelyBenchmarks } from "../../data/dataset/likely-place.ts";
import { findData, type LocatedData, noImages, openDataFolder } from "../../data/dataset/locate.ts";
import { describeUnrecognized } from "../../data/dataset/unrecognized-places.ts";
import { statOf } from "../../data/sources/folder-entry.ts";
import { pathOfPlace } from "../../data/sources/image-source.ts";
import { InputError } from "../../foundation/errors.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import { checkVariants } from "./check-variants.ts";

export interface LocateOptions {
  /** folder that contains the benchmarks' folders */
  readonly data?: string | undefined;
  /** benchmark id → its folder, its container, or a pattern of containers in one folder */
  readonly dataDirs?: Readonly<Record<string, string>> | undefined;
  /** benchmark id → column of the class list that contains the names of its class folders */
  readonly folderNames?: Readonly<Record<string, string>> | undefined;
  /** ids or paths of definitions; default: every benchmark found below `data` */
  readonly benchmarks?: readonly string[] | undefined;
  /** ids or paths of candidate definitions if `benchmarks` is undefined; default: the shipped ones */
  readonly known?: readonly string[] | undefined;
  /** file whose first line is the password of encrypted archives */
  readonly passwordFile?: string | undefined;
  /** whether to score a set with missing shards */
  readonly allowIncomplete?: boolean | undefined;
  /** folder of container indexes */
  readonly storeRoot: string;
}

/** A benchmark and its images. */
export interface LocatedBenchmark {
  readonly benchmark: Benchmark;
  readonly located: LocatedData;
  /** its definition is the user's, not a shipped one */
  readonly isUserDefined: boolean;
}

export interface LocatedBenchmarks {
  readonly benchmarks: readonly LocatedBenchmark[];
  /** doubts whether a folder contains what it is read as */
  readonly notes: readonly Note[];
}

/**
 * Finds the folders of the requested benchmarks, or of all below the data root. Without a data root, a user-defined
 * benchmark is searched for in the folder of its definition.
 *
 * @throws InputError if a requested benchmark or all are missing, or a folder belongs to another benchmark
 */
export async function locateBenchmarks(options: LocateOptions): Promise<LocatedBenchmarks> {
  const { data, dataDirs = {}, folderNames = {}, storeRoot } = options;
  const how = {
    cacheFolder: join(storeRoot, "tars"),
    passwordFile: options.passwordFile,
    allowIncomplete: options.allowIncomplete,
  };
  const there = data === undefined ? null : statOf(data);
  if (there === undefined) throw new InputError(`${data}: no such folder`);
  if (there?.isDirectory() === false) {
    throw new InputError(`${data}: is a file; specify its folder as --data, or the file as --data-dir ID=${data}`);
  }
  const wanted = await wantedBenchmarks(options);
  const found: LocatedBenchmark[] = [];
  for (const { benchmark, isUserDefined } of wanted) {
    const folder = dataDirs[benchmark.id];
    const root = data ?? (isUserDefined ? dirname(benchmark.path) : undefined);
    let located: LocatedData | null = null;
    if (folder !== undefined) located = await openDataFolder(benchmark, folder, how);
    else if (root !== undefined) located = await findData(benchmark, root, wanted.length === 1, how);
    const column = folderNames[benchmark.id];
    if (located !== null && column !== undefined) checkFolderNames(located.root, located.layout.kind, column);
    if (located !== null) found.push({ benchmark, located, isUserDefined });
    else if (options.benchmarks !== undefined || column !== undefined)
      throw await notFound(benchmark, root, how.cacheFolder);
  }
  if (found.length > 0) {
    const absent = wanted.filter(({ benchmark }) => found.every((located) => located.benchmark !== benchmark));
    const passed = data === undefined ? [] : await notePassed(absent, found, data, how.cacheFolder);
    return { benchmarks: found, notes: [...(await checkVariants(found, data)), ...passed] };
  }
  throw await nothingFound(
    wanted.map(({ benchmark }) => benchmark),
    data as string,
    how.cacheFolder,
  );
}

/** Notes places named like benchmarks that were not recognized, so that an unreadable set is not left out silently. */
async function notePassed(
  absent: readonly WantedBenchmark[],
  found: readonly LocatedBenchmark[],
  data: string,
  cacheFolder: string,
): Promise<Note[]> {
  const passed: { place: NamedPlace; benchmark: Benchmark }[] = [];
  for (const { benchmark } of absent) {
    const { folders, files } = await placesNamed(benchmark.folders, data);
    for (const place of [...folders, ...files]) passed.push({ place, benchmark });
  }
  const taken = await Promise.all(found.map(({ located }) => realpath(pathOfPlace(located)).catch(() => located.root)));
  const unrecognized = await describeUnrecognized(passed, taken, cacheFolder);
  return unrecognized.map(({ path, benchmark, contents }) => makeNote(`${path}: ${noImages(benchmark, contents)}`));
}

/** Builds the error for a data root without benchmarks: whether it is a benchmark itself, or what else it contains. */
async function nothingFound(benchmarks: readonly Benchmark[], data: string, cacheFolder: string): Promise<InputError> {
  const likely = await likelyBenchmarks(benchmarks, { root: data }, cacheFolder);
  if (likely !== null) {
    const ids = likely.ids.join(" or ");
    return new InputError(
      `${data}: contains no folder of a benchmark, but looks like ${ids} itself; specify it as --data-dir ${likely.ids[0]}=${data}, or its parent folder as --data`,
    );
  }
  const contents = await describeContents(benchmarks, { root: data }, cacheFolder);
  return new InputError(`${data}: no benchmark found: ${contents}; specify one with --data-dir ID=PATH`, {
    detail: `searched for ${benchmarks.map(({ id }) => id).join(", ")}`,
  });
}

type WantedBenchmark = Omit<LocatedBenchmark, "located">;

async function wantedBenchmarks(options: LocateOptions): Promise<WantedBenchmark[]> {
  const { data, dataDirs = {}, folderNames = {}, benchmarks, known } = options;
  const asked = benchmarks ?? known ?? (data === undefined ? [] : await listBenchmarks());
  const isAsked = (id: string) => benchmarks !== undefined || data !== undefined || Object.hasOwn(dataDirs, id);
  const wanted: WantedBenchmark[] = [];
  for (const idOrPath of asked) {
    const benchmark = await readBenchmark(idOrPath);
    if (isAsked(benchmark.id)) wanted.push({ benchmark, isUserDefined: isBenchmarkFile(idOrPath) });
  }
  const isKnown = (id: string) => wanted.some(({ benchmark }) => benchmark.id === id);
  for (const id of Object.keys(dataDirs)) {
    if (!isKnown(id)) wanted.push({ benchmark: await readBenchmark(id), isUserDefined: false });
  }
  const ids = wanted.map(({ benchmark }) => benchmark.id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) throw new InputError(`two benchmarks have the name "${twice}"`);
  const idle = Object.keys(folderNames).find((id) => !isKnown(id));
  if (idle !== undefined)
    throw new InputError(`--folder-names ${idle}=…: ${idle} is not among the benchmarks to evaluate`);
  if (wanted.length > 0) {
    return wanted.map(({ benchmark, isUserDefined }) => {
      const column = folderNames[benchmark.id];
      return { benchmark: column === undefined ? benchmark : withFolderNames(benchmark, column), isUserDefined };
    });
  }
  throw new InputError(
    "no images: specify the folder that contains the benchmarks with --data ROOT, or a benchmark with --data-dir ID=PATH",
  );
}

async function notFound(benchmark: Benchmark, root: string | undefined, cacheFolder: string): Promise<InputError> {
  const { id, folders } = benchmark;
  if (root === undefined) return new InputError(`${id}: no folder found; specify one with --data-dir ${id}=PATH`);
  // describe the first place with one of its names
  const [there] = (await placesNamed(folders, root)).folders;
  const place = { root: there?.path ?? root };
  const contents = await describeContents([benchmark], place, cacheFolder);
  return new InputError(
    `${place.root}: ${noImages(id, contents)}; specify its folder or archive with --data-dir ${id}=PATH`,
    { detail: `searched for ${folders.join(", ")}` },
  );
}
