import { stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { isSettled, stateWithinRun } from "../../foundation/files/file-identity.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { MAX_BYTES } from "../../foundation/files/regular-file.ts";
import { type FileSet, findContainerFiles, splitOf } from "./container-files.ts";
import type { ContainerFormat, ContainerOptions, ContainerReader, MemberPlace } from "./container-format.ts";
import { hasRowLabels, hasSamples, listSamples } from "./container-samples.ts";
import { createFilePool, type FilePool } from "./file-pool.ts";
import { type ContainerPlace, fileOf, type ImageEntry, imageIdentity } from "./image-entry.ts";
import type { ImageBytes, LabelOrigin, ListOptions, SourceFormat, SourceListing, SourceRoot } from "./image-source.ts";
import { describeMembers, type FileContents, listEveryMember, type MemberListing } from "./member-listing.ts";
import { listClassMembers, listNumberedMembers } from "./member-names.ts";

/**
 * Creates the source of a container format: images are read in place from files that contain many. This is the part
 * that all such formats share.
 */
export function containerFormat(format: ContainerFormat): SourceFormat {
  return {
    name: format.name,
    endings: format.endings,
    open: (place) => {
      const pool = createFilePool();
      const reader = format.open({ passwordFile: place.passwordFile });
      let contents: Promise<Contents | null> | null = null; // the same for every origin of labels
      const contentsOf = ({ cacheFolder }: ListOptions) => {
        contents ??= readContents(format, place, { cacheFolder, passwordFile: place.passwordFile });
        return contents;
      };
      return {
        isSequential: format.isSequential ?? false,
        list: async (origin, options) => {
          const found = await contentsOf(options);
          return found === null ? null : listContents(place.root, found, origin);
        },
        describe: async (options) => {
          const found = await contentsOf(options);
          if (found === null) return null;
          const contents = describeMembers(found.sets.flatMap(({ files }) => files));
          return place.files === undefined ? `${nameFiles(found)}: ${contents}` : contents;
        },
        read: (image) => readMember(fileOf(place.root, image), image, pool, reader),
        readHead: (image, into) => {
          const path = fileOf(place.root, image);
          return pool.use(path, (bytes) => reader.readHead({ path, bytes }, memberOf(image), into));
        },
        close: async () => {
          await reader.close();
          await pool.close();
        },
      };
    },
  };
}

function nameFiles({ sets }: Contents): string {
  const [first = "", ...more] = sets.flatMap(({ set }) => set.files);
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}

interface SetContents {
  readonly set: FileSet;
  readonly files: readonly FileContents[];
}

interface Contents {
  readonly sets: readonly SetContents[];
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

async function readContents(
  format: ContainerFormat,
  { root, files: picked, allowIncomplete }: SourceRoot,
  options: ContainerOptions,
): Promise<Contents | null> {
  const found = await findContainerFiles(root, format.endings, { picked, allowIncomplete });
  if (found === null) return null;
  const notes = [...found.notes];
  const warnings = [...found.warnings];
  const sets: SetContents[] = [];
  for (const set of found.sets) {
    const files: FileContents[] = [];
    for (const file of set.files) files.push(await readFile(format, root, file, options, { notes, warnings }));
    sets.push({ set, files });
  }
  if (found.rival !== null) await checkRival(format, root, found.rival, found.sets, options);
  return { sets, notes, warnings };
}

async function readFile(
  format: ContainerFormat,
  root: string,
  file: string,
  options: ContainerOptions,
  collected: { readonly notes: string[]; readonly warnings: string[] },
): Promise<FileContents> {
  const path = join(root, file);
  const state = await stateOf(path);
  const index = await format.index(path, options);
  const members = [...index.members];
  if ((await stateOf(path)) !== state) {
    throw new InputError(`${path}: changed while its members were listed; run again once it is complete`);
  }
  for (const note of index.notes) if (!collected.notes.includes(note)) collected.notes.push(note); // notes of shards are alike
  collected.warnings.push(...index.warnings);
  return { file, path, state, members, labelNames: index.labelNames, check: index.check };
}

async function stateOf(path: string): Promise<string> {
  try {
    return stateWithinRun(path, await stat(path, { bigint: true }));
  } catch (cause) {
    throw readError(path, cause);
  }
}

/**
 * Checks a test split next to a validation split. It is skipped where it has no labels, as in ImageNet. @throws
 * InputError otherwise
 */
async function checkRival(
  format: ContainerFormat,
  root: string,
  rival: FileSet,
  sets: readonly FileSet[],
  options: ContainerOptions,
): Promise<void> {
  const [file = ""] = rival.files;
  const { members } = await readFile(format, root, file, options, { notes: [], warnings: [] });
  const unlabeled = members.length > 0 && members.every(({ label }) => label === -1);
  if (unlabeled) return;
  const names = [file, ...sets.map(({ files }) => files[0])].join(", ");
  throw new InputError(
    `${root}: shards of more than one set: ${names}; choose those to read with --data-dir ID=${join(root, "PREFIX*")}`,
  );
}

/** Chooses among several single files the one with labeled images. */
async function listContents(
  root: string,
  { sets, notes, warnings }: Contents,
  origin: LabelOrigin,
): Promise<SourceListing | null> {
  if (origin.from === "nothing") {
    const listing = listEveryMember(sets.flatMap(({ files }) => files));
    return { ...listing, images: entriesOf(listing) };
  }
  const fitting: (SetContents & { readonly listing: MemberListing })[] = [];
  for (const { set, files } of sets) {
    const listing = await listMembers(root, files, origin, set.isNumbered);
    if (listing !== null) fitting.push({ set, files, listing });
  }
  const held = fitting.filter(({ set }) => splitOf(set.files[0] as string) === "validation");
  const [chosen, second] = held.length > 0 ? held : fitting;
  if (chosen === undefined) return null;
  if (second !== undefined) {
    const names = [chosen, second].map(({ set }) => set.files[0]);
    throw new InputError(
      `${root}: images in more than one file: ${names.join(", ")}; choose the one to read with --data-dir ID=${join(root, names[0] as string)}`,
    );
  }
  const { set, files, listing } = chosen;
  for (const { check } of files) await check?.();
  const training = `${join(root, set.files[0] as string)}: its name indicates a training set`;
  const aside = {
    ...listing.aside,
    notes: [...notes, ...listing.aside.notes],
    warnings: [...warnings, ...listing.aside.warnings, ...(set.isTraining ? [training] : [])],
  };
  return { ...listing, aside, images: entriesOf(listing) };
}

async function listMembers(
  root: string,
  files: readonly FileContents[],
  origin: Exclude<LabelOrigin, { readonly from: "nothing" }>,
  isNumbered: boolean,
): Promise<MemberListing | null> {
  const hasLabels = hasRowLabels(files) || hasSamples(files);
  // labels stored with the images take precedence over names
  if (origin.from !== "sample") {
    if (hasLabels) return null;
    return origin.from === "folder name"
      ? listClassMembers(files, origin.labelOf)
      : listNumberedMembers(files, origin.numberOf);
  }
  return hasLabels || isNumbered ? listSamples(root, files, origin) : null;
}

function* entriesOf({ images }: MemberListing): Iterable<ImageEntry> {
  for (const { file, member, label } of images) {
    const container = { file: file.file, position: member.position, state: file.state };
    yield { path: `${file.file}/${member.name}`, bytes: member.bytes, label, container };
  }
}

/** Reads an image's bytes, with the state of the container before the read. */
async function readMember(
  path: string,
  image: ImageEntry,
  pool: FilePool,
  reader: ContainerReader,
): Promise<ImageBytes> {
  const now = Date.now();
  const { state } = containerOf(image);
  const member = memberOf(image);
  if (member.bytes > MAX_BYTES) {
    throw new InputError(
      `${path}: member ${member.name}: has ${member.bytes} bytes; the maximum for an image is ${MAX_BYTES}`,
    );
  }
  const { bytes, stats } = await pool.use(path, async (file) => {
    const stats = await file.stats();
    if (state !== undefined && stateWithinRun(path, stats) !== state) {
      throw new InputError(`${path}: changed during the run, after its members were listed`);
    }
    return { bytes: await reader.read({ path, bytes: file }, member), stats };
  });
  return { bytes, identity: isSettled(stats, now) ? imageIdentity(image, stats) : "" };
}

function memberOf(image: ImageEntry): MemberPlace {
  const { file, position } = containerOf(image);
  return { name: image.path.slice(file.length + 1), position, bytes: image.bytes };
}

function containerOf({ path, container }: ImageEntry): ContainerPlace {
  if (container === undefined) throw new Error(`${path}: listed without the file that contains it`);
  return container;
}
