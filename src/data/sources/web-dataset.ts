import { stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { stateWithinRun } from "../../foundation/files/file-identity.ts";
import { readError } from "../../foundation/files/read-error.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { type ClutterCounts, countClutter } from "./clutter.ts";
import type { LabelNames } from "./image-source.ts";
import { indexTar } from "./tar-index.ts";
import { readTarIndex } from "./tar-index-cache.ts";
import { quote, type TarMember } from "./tar-member.ts";
import { findTarShards } from "./tar-shards.ts";

/** An image in a tar. Its path in predictions is `<tar>/<member>`. */
export interface TarImage {
  /** path of the tar below the set's root, "/" between */
  readonly tar: string;
  /** name of the member */
  readonly member: string;
  /** where its data begin in the tar, in bytes, and how many there are */
  readonly offset: number;
  readonly bytes: number;
  /** the set's own class index, from 0 */
  readonly label: number;
}

/** A WebDataset as the Hub's `clip-benchmark/wds_*` sets are laid out. */
export interface WebDataset {
  /** by shard, and within it in the tar's order */
  readonly images: readonly TarImage[];
  /** tar → the state it was in when its members were listed */
  readonly states: ReadonlyMap<string, string>;
  /** what classnames.txt calls the classes; null where there is none */
  readonly classNames: LabelNames | null;
  /** members that were passed over as clutter, by kind */
  readonly clutter: ClutterCounts;
  /** what a user should know of the shards, and what makes them doubtful */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

export interface WebDatasetOptions {
  /** classes of the benchmark that the set is read as; labels are below it. Default: as many as `classnames.txt` has */
  readonly classes?: number;
  /** where the tars' indexes are kept from run to run; default: nowhere, tars are indexed each time */
  readonly cacheFolder?: string | undefined;
}

const CLASS_NAMES = "classnames.txt";
const TYPE = "dataset_type.txt";

/** CLIP_benchmark's builder writes `s0000000..jpg`, two dots, where it copies files. */
const IMAGE_ENDING = /^\.?(?:webp|png|jpe?g)$/;
const LABEL_ENDING = "cls";

/** Digits of a label: more could not be one of the classes. */
const LABEL = /^\s*([0-9]{1,9})\s*$/;

/**
 * Lists a WebDataset for classification: `test/0.tar` … (or `0.tar` … in the root itself, see {@link findTarShards}),
 * in them a pair of members a sample, `s0000000.webp` (or .png, .jpg, .jpeg) and `s0000000.cls`, which holds the label
 * as a decimal number. Samples may bring other members; those, and clutter, are passed over. No image is read.
 *
 * Source of the layout: LAION-AI/CLIP_benchmark clip_benchmark/webdataset_builder.py and datasets/builder.py; what is one
 * sample: webdataset's tariterators, the name up to the first dot after the last "/".
 *
 * @returns null if the folder is not laid out so
 * @throws InputError naming tar and member: what {@link findTarShards} and {@link indexTar} refuse, a label that is no
 *   number or no class of the set, an image without label or a label without image; no image at all; a retrieval or
 *   multi-label set
 */
export async function listWebDataset(root: string, options: WebDatasetOptions = {}): Promise<WebDataset | null> {
  const found = await findTarShards(root);
  if (found === null) return null;
  const shards = found.paths;
  await checkType(root);
  const classNames = await readLines(join(root, CLASS_NAMES));
  const classes = options.classes ?? classNames?.length ?? null;
  if (classes !== null && classNames !== null && classNames.length !== classes) {
    throw new InputError(
      `${join(root, CLASS_NAMES)}: names ${classNames.length} classes, expected ${classes}; is this another benchmark?`,
    );
  }
  const images: TarImage[] = [];
  const states = new Map<string, string>();
  const clutter = new Map<string, number>();
  for (const tar of shards) {
    const path = join(root, tar);
    const state = await tarState(path);
    const members =
      options.cacheFolder === undefined ? await indexTar(path) : await readTarIndex(path, options.cacheFolder);
    if ((await tarState(path)) !== state) {
      throw new InputError(`${path}: changed while its members were listed; run again once it is complete`);
    }
    states.set(tar, state);
    for (const sample of listSamples(path, members, clutter)) images.push({ tar, ...sample });
  }
  if (images.length === 0)
    throw new InputError(`${join(root, shards[0] as string)}: holds no image (.webp, .png, .jpg)`);
  if (classes !== null) checkLabels(root, images, classes);
  const training = `${join(root, shards[0] as string)}: its name says that it is of a training set`;
  return {
    images,
    states,
    classNames: classNames === null ? null : { names: classNames, where: join(root, CLASS_NAMES) },
    clutter,
    notes: found.notes,
    warnings: found.isTraining ? [training] : [],
  };
}

async function tarState(path: string): Promise<string> {
  try {
    return stateWithinRun(path, await stat(path, { bigint: true }));
  } catch (cause) {
    throw readError(path, cause);
  }
}

interface Sample {
  image: TarMember | null;
  label: TarMember | null;
}

/** The images of one tar with their labels, in its order. */
function listSamples(
  path: string,
  members: readonly TarMember[],
  clutter: Map<string, number>,
): Omit<TarImage, "tar">[] {
  const samples = new Map<string, Sample>();
  for (const member of members) {
    if (member.type !== "file" || member.name.split("/").some((segment) => countClutter(clutter, segment))) continue;
    const parts = sampleParts(member.name);
    if (parts === null) continue;
    const sample = samples.get(parts.key) ?? { image: null, label: null };
    const twin = sample[parts.role];
    if (twin !== null) {
      throw new InputError(
        `${path}: member ${quote(member.name)}: a second ${parts.role} of its sample, after ${quote(twin.name)}`,
      );
    }
    sample[parts.role] = member;
    samples.set(parts.key, sample);
  }
  const images = [...samples.values()].map(({ image, label }) => {
    if (image === null) throw new InputError(`${path}: member ${quote(label?.name ?? "")}: a label without an image`);
    if (label === null) {
      throw new InputError(`${path}: member ${quote(image.name)}: an image without a .${LABEL_ENDING} beside it`);
    }
    return {
      member: image.name,
      offset: image.offset,
      bytes: image.bytes,
      label: parseLabel(path, label),
    };
  });
  return images.sort((a, b) => a.offset - b.offset);
}

/** The sample a member belongs to and what of it it is; null if it is neither image nor label. */
function sampleParts(name: string): { key: string; role: keyof Sample } | null {
  const dot = name.indexOf(".", name.lastIndexOf("/") + 1);
  if (dot <= name.lastIndexOf("/") + 1) return null; // no ending, or a hidden file
  const ending = name.slice(dot + 1).toLowerCase();
  const role = ending === LABEL_ENDING ? "label" : IMAGE_ENDING.test(ending) ? "image" : null;
  return role === null ? null : { key: name.slice(0, dot), role };
}

function parseLabel(path: string, member: TarMember): number {
  const digits = LABEL.exec(member.text ?? "")?.[1];
  if (digits !== undefined) return Number(digits);
  const got = member.text === null ? `${member.bytes} bytes` : quote(member.text);
  throw new InputError(`${path}: member ${quote(member.name)}: expected a class index from 0 on, got ${got}`);
}

function checkLabels(root: string, images: readonly TarImage[], classes: number): void {
  const outside = images.filter((image) => image.label >= classes);
  const first = outside[0];
  if (first === undefined) return;
  const name = `${sampleParts(first.member)?.key}.${LABEL_ENDING}`;
  throw new InputError(
    `${join(root, first.tar)}: member ${quote(name)}: label ${first.label}, but the set has ${classes} classes (0 to ${classes - 1}); ${outside.length} of ${images.length} labels are beyond, is this another set?`,
  );
}

async function checkType(root: string): Promise<void> {
  const path = join(root, TYPE);
  if (!(await isFile(path))) return;
  const type = (await readText(path)).trim();
  if (type !== "classification") {
    throw new InputError(`${path}: a set for ${quote(type)}, expected one for classification with one label an image`);
  }
}

/** The lines of a text file, white space around them dropped; null if there is no such file. */
async function readLines(path: string): Promise<string[] | null> {
  if (!(await isFile(path))) return null;
  const lines = (await readText(path))
    .trim()
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim());
  const empty = lines.indexOf("");
  if (empty >= 0) throw new InputError(`${path}: line ${empty + 1} is empty, expected one entry a line`);
  return lines;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
