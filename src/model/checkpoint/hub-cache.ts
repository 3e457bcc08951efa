import { readdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { readTextIfThere } from "../../foundation/files/if-there.ts";

/*
 * The cache of the Hugging Face Hub: `models--<owner>--<name>/snapshots/<commit>/…` contains links into `blobs/`, and
 * `refs/<branch>` contains the commit of the branch at the last download.
 * https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
const REPOSITORY = /^models--(.+)$/;
const COMMIT = /^[0-9a-f]{40}$/;

/**
 * Derives a checkpoint's name from its folder: the folder's name, or, for a snapshot in the Hub's cache, the repository's
 * `owner--name` instead of the commit's 40 digits.
 */
export function checkpointName(folder: string): string {
  const absolute = resolve(folder);
  const name = basename(absolute);
  const isSnapshot = COMMIT.test(name) && basename(dirname(absolute)) === "snapshots";
  return (isSnapshot && repositoryName(dirname(dirname(absolute)))) || name;
}

/** `owner--name` of a repository's folder in the Hub's cache; null for a folder with another name. */
export function repositoryName(folder: string): string | null {
  return REPOSITORY.exec(basename(resolve(folder)))?.[1] ?? null;
}

/** The snapshot to use of a repository's folder in the Hub's cache, and how it was chosen. */
export interface HubSnapshot {
  readonly folder: string;
  readonly note: string;
}

/**
 * Finds the snapshot of a repository's folder: that of `refs/main`, otherwise the only one.
 *
 * @returns null if the folder is not a repository of the Hub's cache
 * @throws InputError if `refs/main` names a missing snapshot, or there are several snapshots and no `refs/main`
 */
export async function findHubSnapshot(path: string): Promise<HubSnapshot | null> {
  if (repositoryName(path) === null) return null;
  const snapshots = join(path, "snapshots");
  const commits = (await readdir(snapshots).catch(() => [] as string[])).filter((name) => COMMIT.test(name)).sort();
  if (commits.length === 0) return null;
  const main = (await readTextIfThere(join(path, "refs", "main")))?.trim();
  if (main === undefined && commits.length === 1) {
    return { folder: join(snapshots, commits[0] as string), note: `snapshot ${commits[0]} is used, the only one` };
  }
  if (main !== undefined && commits.includes(main)) {
    return { folder: join(snapshots, main), note: `snapshot ${main} is used, which refs/main names` };
  }
  const problem = main === undefined ? "several snapshots and no refs/main" : "refs/main names a missing snapshot";
  throw new InputError(`${path}: ${problem}; give one of snapshots/${commits.join(", snapshots/")}`);
}
