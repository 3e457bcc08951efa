import { stat } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { quote } from "./archive-members.ts";
import type { ContainerMember } from "./container-format.ts";
import type { LabelNames, LabelOrigin } from "./image-source.ts";
import {
  type FileContents,
  isClutter,
  type LabeledMember,
  type MemberAside,
  type MemberListing,
  openAside,
} from "./member-listing.ts";

const CLASS_NAMES = "classnames.txt";
const TYPE = "dataset_type.txt";

/** CLIP_benchmark's builder writes `s0000000..jpg`, with two dots, where it copies files. */
const IMAGE_ENDING = /^\.?(?:webp|png|jpe?g)$/;
const LABEL_ENDING = "cls";

/** Maximum number of digits of a label: a longer number could not be a class. */
const LABEL = /^\s*([0-9]{1,9})\s*$/;

/** Whether an archive contains labels for its images. */
export function hasSamples(files: readonly FileContents[]): boolean {
  return files.some(({ members }) => members.some(({ name }) => sampleParts(name)?.role === "label"));
}

/** Whether the containers are tables, whose rows have labels. */
export function hasRowLabels(files: readonly FileContents[]): boolean {
  return files.some(({ members }) => members.some(({ label }) => label !== undefined));
}

/**
 * Lists the images of containers that include labels. In a WebDataset, a sample is a pair of members in one file:
 * `s0000000.webp` (or .png, .jpg, .jpeg), and `s0000000.cls` with the label as a decimal number. In a table, a sample
 * is a row. Samples may have other members, which are skipped, as is clutter.
 *
 * Source of the layout: LAION-AI/CLIP_benchmark clip_benchmark/webdataset_builder.py and datasets/builder.py.
 * Definition of a sample: webdataset's tariterators, the name up to the first dot after the last "/".
 *
 * @throws InputError naming file and member: a label that is not a number or not a class of the set, an image without a
 *   label or a label without an image; no images at all; a retrieval or multi-label set
 */
export async function listSamples(
  root: string,
  files: readonly FileContents[],
  { classes, labels }: SampleOrigin,
): Promise<MemberListing> {
  await checkType(root);
  const setNames = await readClassNames(root, classes);
  const aside = openAside();
  const given = files.map((file) => (hasRowLabels([file]) ? rowsOf(file) : pairsOf(file, aside)));
  checkNumbers(files, given, classes);
  const images: LabeledMember[] = [];
  for (const [i, file] of files.entries()) {
    const reader = await labels(
      file.labelNames === undefined ? setNames : { names: file.labelNames, where: file.path },
    );
    for (const { member, label } of given[i] as GivenLabel[]) {
      images.push({ file, member, label: reader.rowOf(label, join(file.path, member.name), member.labelText) });
    }
    for (const warning of reader.warnings) if (!aside.warnings.includes(warning)) aside.warnings.push(warning);
  }
  if (images.length === 0) throw new InputError(`${files[0]?.path}: contains no images (.webp, .png, .jpg)`);
  return { images, aside, folders: [], unknownFolders: [] };
}

type SampleOrigin = LabelOrigin & { readonly from: "sample" };

interface GivenLabel {
  readonly member: ContainerMember;
  readonly label: number | string;
}

function rowsOf(file: FileContents): GivenLabel[] {
  return file.members.map((member) => {
    if (member.label === undefined) throw new InputError(`${file.path}: row ${quote(member.name)}: has no label`);
    return { member, label: member.label };
  });
}

interface Sample {
  image: ContainerMember | null;
  label: ContainerMember | null;
}

/** Lists the images of one archive with their labels, in its order. */
function pairsOf(file: FileContents, aside: MemberAside): GivenLabel[] {
  const samples = new Map<string, Sample>();
  for (const member of file.members) {
    if (isClutter(aside, file.file, member.name.split("/"))) continue;
    const parts = sampleParts(member.name);
    if (parts === null) continue;
    const sample = samples.get(parts.key) ?? { image: null, label: null };
    const duplicate = sample[parts.role];
    if (duplicate !== null) {
      throw new InputError(
        `${file.path}: member ${quote(member.name)}: a second ${parts.role} of the same sample; the first is ${quote(duplicate.name)}`,
      );
    }
    sample[parts.role] = member;
    samples.set(parts.key, sample);
  }
  const images = [...samples.values()].map(({ image, label }) => {
    if (image === null) {
      throw new InputError(`${file.path}: member ${quote(label?.name ?? "")}: a label without an image`);
    }
    if (label === null) {
      throw new InputError(`${file.path}: member ${quote(image.name)}: an image without a .${LABEL_ENDING} file`);
    }
    return { member: image, label: parseLabel(file.path, label) };
  });
  return images.sort((a, b) => a.member.position - b.member.position);
}

/** Returns the sample that a member belongs to, and its role; null if it is neither image nor label. */
function sampleParts(name: string): { key: string; role: keyof Sample } | null {
  const dot = name.indexOf(".", name.lastIndexOf("/") + 1);
  if (dot <= name.lastIndexOf("/") + 1) return null; // no extension, or a hidden file
  const ending = name.slice(dot + 1).toLowerCase();
  const role = ending === LABEL_ENDING ? "label" : IMAGE_ENDING.test(ending) ? "image" : null;
  return role === null ? null : { key: name.slice(0, dot), role };
}

function parseLabel(path: string, member: ContainerMember): number {
  const text = member.text ?? null;
  const digits = LABEL.exec(text ?? "")?.[1];
  if (digits !== undefined) return Number(digits);
  const got = text === null ? `${member.bytes} bytes` : quote(text);
  throw new InputError(`${path}: member ${quote(member.name)}: expected a class index from 0 on, got ${got}`);
}

/** Checks labels stored next to images in archives. Labels beyond the classes are counted in all files. */
function checkNumbers(
  files: readonly FileContents[],
  given: readonly (readonly GivenLabel[])[],
  classes: number,
): void {
  const all = given.flatMap((labels, i) => labels.map(({ member, label }) => ({ file: files[i], member, label })));
  const outside = all.filter(({ member, label }) => member.label === undefined && Number(label) >= classes);
  const [first] = outside;
  if (first === undefined) return;
  const name = `${sampleParts(first.member.name)?.key}.${LABEL_ENDING}`;
  throw new InputError(
    `${first.file?.path}: member ${quote(name)}: label ${first.label}, but the set has ${classes} classes (0 to ${classes - 1}); ${outside.length} of ${all.length} labels are out of range; is this another set?`,
  );
}

async function checkType(root: string): Promise<void> {
  const path = join(root, TYPE);
  if (!(await isFile(path))) return;
  const type = (await readText(path)).trim();
  if (type !== "classification") {
    throw new InputError(`${path}: a set for ${quote(type)}, expected one for classification with one label per image`);
  }
}

async function readClassNames(root: string, classes: number): Promise<LabelNames | undefined> {
  const path = join(root, CLASS_NAMES);
  const names = await readLines(path);
  if (names === null) return undefined;
  if (names.length === classes) return { names, where: path };
  throw new InputError(`${path}: names ${names.length} classes, expected ${classes}; is this another benchmark?`);
}

/** Returns the lines of a text file without surrounding white space; null if there is no such file. */
async function readLines(path: string): Promise<string[] | null> {
  if (!(await isFile(path))) return null;
  const lines = (await readText(path))
    .trim()
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim());
  const empty = lines.indexOf("");
  if (empty >= 0) throw new InputError(`${path}: line ${empty + 1} is empty, expected one entry per line`);
  return lines;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
