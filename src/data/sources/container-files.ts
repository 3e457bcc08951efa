import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { noShards, parseShard, SHARD_COUNT_FILE, type Shard, sortShards } from "./numbered-shards.ts";

/** Files that together contain a set of images. */
export interface FileSet {
  /** paths below the root, with "/" between folders, in order */
  readonly files: readonly string[];
  /** whether they are named like the shards of a set; a single file may be anything */
  readonly isNumbered: boolean;
  /** whether their names indicate a training set */
  readonly isTraining: boolean;
}

/** The files of a format below a root. */
export interface FoundFiles {
  /** the shards of one set; or single files, of which those with labeled images are read */
  readonly sets: readonly FileSet[];
  /** a test split next to the set, which is a doubt if its images have labels too */
  readonly rival: FileSet | null;
  /** how the files were chosen, each without a full stop */
  readonly notes: readonly string[];
  /** what makes the set doubtful, such as missing shards */
  readonly warnings: readonly string[];
}

/** The options of a search for files. */
export interface FindFilesOptions {
  /** names of the files in the root to consider; default: all */
  readonly picked?: readonly string[] | undefined;
  /** whether a set with missing shards is accepted, with a warning */
  readonly allowIncomplete?: boolean | undefined;
}

/** Words in file names that indicate a split. */
const WORDS = {
  validation: /(?:^|[^a-z])(?:val|valid|validation|dev)(?![a-z])/i,
  test: /(?:^|[^a-z])test(?![a-z])/i,
  train: /(?:^|[^a-z])(?:train|training)(?![a-z])/i,
};

export type Split = keyof typeof WORDS;

/** Returns the split that a name indicates; of several, the one that is held out. Null where it indicates none. */
export function splitOf(name: string): Split | null {
  const splits: readonly Split[] = ["validation", "test", "train"];
  return splits.find((split) => WORDS[split].test(name)) ?? null;
}

/**
 * Folders below the root in which files are looked for, each with its split. The first one that contains any is used.
 */
const FOLDERS = ["", "data/", "default/"];
const SPLITS = ["", "test/", "val/", "valid/", "validation/"];

/** Files whose names differ only in their number, or a single file. */
interface NamedFiles {
  readonly folder: string;
  /** the name before the number; for a single file its whole name */
  readonly prefix: string;
  readonly shards: readonly Shard[];
  readonly isNumbered: boolean;
}

/**
 * Finds the files of a container format below a root: shards numbered from 0 or 1, in `root` or in the folder of a
 * split (`test/`, `validation/`), optionally below `data/` or `default/`, as on the Hub; or single files. The number of
 * shards comes from `nshards.txt`, or from the shards' names; otherwise it is the number of shards found. If there are
 * several sets, the one named validation is used, or test if all others are named train or test. Other files are
 * skipped.
 *
 * @param endings  lower-case extensions of the files
 * @returns null if there are none
 * @throws InputError naming a shard that is missing, one too many, two with the same number, or shards of two sets
 */
export async function findContainerFiles(
  root: string,
  endings: readonly string[],
  { picked, allowIncomplete = false }: FindFilesOptions = {},
): Promise<FoundFiles | null> {
  const missingShards = openMissing(allowIncomplete);
  if (picked !== undefined) return pickedFiles(root, endings, picked, missingShards);
  let training: readonly NamedFiles[] | null = null;
  for (const folder of FOLDERS) {
    const named: NamedFiles[] = [];
    let missing: InputError | null = null;
    for (const split of SPLITS) {
      const found = await namedFiles(root, `${folder}${split}`, endings);
      if (found instanceof InputError) missing ??= found;
      else named.push(...found);
    }
    const isTraining = named.length > 0 && named.every(({ folder, prefix }) => splitOf(folder + prefix) === "train");
    if (isTraining)
      training ??= named; // the validation set may be in the next folder
    else if (named.length > 0) return chooseSets(root, named, missingShards);
    if (missing !== null) throw missing;
  }
  return training === null ? null : chooseSets(root, training, missingShards);
}

/** The handling of missing shards. */
interface MissingShards {
  readonly warnings: readonly string[];
  readonly report: (error: InputError) => void;
}

function openMissing(isAllowed: boolean): MissingShards {
  const warnings: string[] = [];
  const report = (error: InputError) => {
    if (!isAllowed)
      throw new InputError(`${error.message}; fetch the rest, or score the available images with --allow-incomplete`);
    warnings.push(error.message);
  };
  return { warnings, report };
}

/**
 * Returns the files that a user named: numbered ones with the same prefix are a set; otherwise all of them, by name.
 */
function pickedFiles(
  root: string,
  endings: readonly string[],
  picked: readonly string[],
  missing: MissingShards,
): FoundFiles | null {
  const shards = picked.flatMap((name) => parseShard(name, endings) ?? []);
  if (shards.length === 0) return null;
  const prefixes = new Set(shards.map(({ prefix, number }) => (number === null ? null : prefix)));
  const isSet = shards.length > 1 && prefixes.size === 1 && !prefixes.has(null);
  const ordered = isSet
    ? sortShards(root, shards, null, missing.report)
    : [...shards].sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = ordered.map(({ name }) => name);
  const otherSplit = files.find((name) => splitOf(name) !== splitOf(files[0] as string));
  if (otherSplit !== undefined) {
    throw new InputError(
      `${join(root, files[0] as string)}: its name indicates another split than that of ${otherSplit}; name the files of one split`,
    );
  }
  const isTraining = splitOf(files[0] as string) === "train";
  return { sets: [{ files, isNumbered: isSet, isTraining }], rival: null, notes: [], warnings: missing.warnings };
}

/** @returns an error where the number of shards is stated and there are none */
async function namedFiles(
  root: string,
  folder: string,
  endings: readonly string[],
): Promise<NamedFiles[] | InputError> {
  const path = join(root, folder);
  const names = fileNames(path);
  const count = names.includes(SHARD_COUNT_FILE) ? await readCount(join(path, SHARD_COUNT_FILE)) : null;
  const byPrefix = new Map<string, Shard[]>();
  const single: Shard[] = [];
  for (const name of names) {
    const shard = parseShard(name, endings);
    if (shard === null) continue;
    if (shard.number === null) single.push(shard);
    else byPrefix.set(shard.prefix, [...(byPrefix.get(shard.prefix) ?? []), shard]);
  }
  const named: NamedFiles[] = [];
  // without a stated number, files with a number at the end (imagenet-2012.tar) may be downloads
  const areShards = count !== null || [...byPrefix.values()].some(looksLikeSet);
  for (const [prefix, shards] of byPrefix) {
    if (areShards) named.push({ folder, prefix, shards, isNumbered: true });
    else single.push(...shards);
  }
  if (named.length === 0 && count !== null && endings.includes(".tar")) return noShards(path, count);
  return [...named, ...single.map((shard) => ({ folder, prefix: shard.name, shards: [shard], isNumbered: false }))];
}

function looksLikeSet(shards: readonly Shard[]): boolean {
  const [first] = shards as [Shard, ...Shard[]];
  if (first.prefix === "" || first.of !== null || shards.some(({ number }) => number === 0)) return true;
  return shards.length > 1 && shards.some(({ number }) => number === 1);
}

/** Chooses the sets to read. @throws InputError where the choice is not clear */
async function chooseSets(root: string, named: readonly NamedFiles[], missing: MissingShards): Promise<FoundFiles> {
  const numbered = named.filter(({ isNumbered }) => isNumbered);
  const isShard = ({ folder, prefix, isNumbered }: NamedFiles) => isNumbered || splitOf(folder + prefix) !== null;
  // next to shards, a single file is a set if it is named like a split, else a download
  const sets = numbered.length > 0 ? named.filter(isShard) : named;
  const ofSplit = (split: Split) => sets.filter(({ folder, prefix }) => splitOf(folder + prefix) === split);
  const [held, rivals] =
    ofSplit("validation").length > 0 ? [ofSplit("validation"), ofSplit("test")] : [ofSplit("test"), []];
  const [chosen] = held;
  const isClear = held.length === 1 && rivals.length < 2 && sets.length === 1 + rivals.length + ofSplit("train").length;
  if (sets.length === 1 || (isClear && chosen !== undefined)) {
    const set = chosen ?? (sets[0] as NamedFiles);
    const skippedSets = sets.filter((candidate) => candidate !== set);
    const notes = skippedSets.map(
      (skipped) =>
        `${root}: reading the ${set.isNumbered ? "shards" : "files"} named ${pattern(set)}; skipped: ${skipped.shards.length} named ${pattern(skipped)}`,
    );
    const ordered = await orderSet(root, set, notes, missing);
    const rival = rivals[0] === undefined ? null : fileSet(rivals[0]);
    return { sets: [ordered], rival, notes, warnings: missing.warnings };
  }
  if (numbered.length > 0) {
    const names = sets.map(({ folder, shards }) => folder + (shards[0] as Shard).name).sort();
    throw new InputError(
      `${root}: shards of more than one set: ${names.join(", ")}; choose those to read with --data-dir ID=${join(root, "PREFIX*")}`,
    );
  }
  return {
    sets: sets.filter((set) => !ofSplit("train").includes(set)).map(fileSet),
    rival: null,
    notes: [],
    warnings: [],
  };
}

function pattern({ folder, prefix, shards, isNumbered }: NamedFiles): string {
  return folder + (isNumbered ? `${prefix}*${(shards[0] as Shard).ending}` : prefix);
}

async function orderSet(root: string, set: NamedFiles, notes: string[], missing: MissingShards): Promise<FileSet> {
  if (!set.isNumbered) return fileSet(set);
  const path = join(root, set.folder);
  const hasCount = fileNames(path).includes(SHARD_COUNT_FILE);
  const count = hasCount ? await readCount(join(path, SHARD_COUNT_FILE)) : null;
  const ordered = sortShards(path, set.shards, count, missing.report);
  if (ordered[0]?.number === 1) notes.push(`${path}: the shards are numbered from 1`);
  return fileSet({ ...set, shards: ordered });
}

function fileSet({ folder, prefix, shards, isNumbered }: NamedFiles): FileSet {
  return {
    files: shards.map(({ name }) => folder + name),
    isNumbered,
    isTraining: splitOf(folder + prefix) === "train",
  };
}

async function readCount(path: string): Promise<number> {
  const text = (await readText(path)).trim();
  if (!/^[1-9][0-9]{0,6}$/.test(text)) {
    throw new InputError(`${path}: expected the number of shards, got "${text.slice(0, 40)}"`);
  }
  return Number(text);
}

/** Files that `map` and `filter` leave in the cache of `datasets`; they are not part of a published set. */
const MAPPED = /^cache-[0-9a-f]{16}(?:_[0-9]{5}_of_[0-9]{5})?\.arrow$/;

/** Returns the names of the files in a folder, without hidden ones and results of `map`; empty if it does not exist. */
function fileNames(folder: string): string[] {
  let entries: Dirent[];
  try {
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    throw readError(folder, cause);
  }
  return entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith(".") && !MAPPED.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}
