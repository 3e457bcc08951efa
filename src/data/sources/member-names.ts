import { InputError } from "../../foundation/errors.ts";
import { plural } from "../../foundation/number-text.ts";
import { clutterKind } from "./clutter.ts";
import { splitOf } from "./container-files.ts";
import type { ContainerMember } from "./container-format.ts";
import { IMAGE_NAME } from "./folder-entry.ts";
import {
  type FileContents,
  isClutter,
  type LabeledMember,
  type MemberAside,
  type MemberListing,
  openAside,
  recordOther,
} from "./member-listing.ts";

/**
 * Lists the images of containers that are in class folders, at any depth: `imagenet-r/n01443537/a.jpg`. All class
 * folders must be in one folder; of a training and a validation set, the validation set is used.
 *
 * @param labelOf  returns the class of a folder's name, undefined for other names
 * @returns null where no folder is a class
 * @throws InputError for class folders in more than one place
 */
export function listClassMembers(
  files: readonly FileContents[],
  labelOf: (name: string) => number | undefined,
): MemberListing | null {
  const known = new Map<string, number | undefined>();
  const classOf = (segment: string) => {
    if (!known.has(segment)) known.set(segment, labelOf(segment));
    return known.get(segment);
  };
  const depthIn = (segments: readonly string[]) => {
    const depth = segments.findIndex((segment, at) => at < segments.length - 1 && classOf(segment) !== undefined);
    return depth < 0 ? null : depth;
  };
  const place = choosePlace(files, depthIn);
  if (place === null) return null;
  const aside = openAside();
  aside.notes.push(...place.notes);
  if (splitOf(place.segments.join("/")) === "train") {
    const path = [files[0]?.path, ...place.segments].join("/");
    aside.warnings.push(`${path}: its name indicates a training set`);
  }
  const folders = new Map<string, { readonly name: string; readonly label: number; images: number }>();
  const unknown = new Map<string, { readonly name: string; images: number }>();
  const images: LabeledMember[] = [];
  for (const { file, member, segments } of membersOf(files)) {
    if (!isBelow(segments, place.segments)) {
      if (!isClutter(aside, file.file, segments)) recordOther(aside, file.file, member.name);
      continue;
    }
    const depth = place.segments.length;
    const name = segments[depth] as string;
    const path = [file.file, ...segments.slice(0, depth + 1)].join("/");
    const label = depth < segments.length - 1 ? classOf(name) : undefined;
    if (isClutter(aside, file.file, segments, label === undefined ? depth : depth + 1)) continue;
    if (!IMAGE_NAME.test(member.name)) aside.strayFiles++;
    else if (label !== undefined) {
      images.push({ file, member, label });
      count(folders, name, () => ({ name, label, images: 0 }));
      recordMisplaced(aside, file.file, segments, depth, label, classOf);
    } else if (depth < segments.length - 1) count(unknown, path, () => ({ name: path, images: 0 }));
    else aside.looseImages.push(`${file.file}/${member.name}`);
  }
  return { images, aside, folders: [...folders.values()], unknownFolders: [...unknown.values()] };
}

function count<Count extends { images: number }>(counts: Map<string, Count>, key: string, make: () => Count): void {
  const counted = counts.get(key) ?? make();
  counted.images++;
  counts.set(key, counted);
}

function recordMisplaced(
  aside: MemberAside,
  file: string,
  segments: readonly string[],
  depth: number,
  label: number,
  classOf: (segment: string) => number | undefined,
): void {
  for (let at = depth + 1; at < segments.length - 1; at++) {
    const named = classOf(segments[at] as string);
    const path = [file, ...segments.slice(0, at + 1)].join("/");
    if (named !== undefined && named !== label && !aside.misplaced.includes(path)) aside.misplaced.push(path);
  }
}

/**
 * Lists the images of containers whose names have a number. All must be in one folder.
 *
 * @param numberOf  of a name without folders; undefined where it has none
 * @returns null where no name matches
 * @throws InputError for such images in more than one folder
 */
export function listNumberedMembers(
  files: readonly FileContents[],
  numberOf: (name: string) => number | undefined,
): MemberListing | null {
  const numberIn = (segments: readonly string[]) => numberOf(segments.at(-1) as string);
  const place = choosePlace(files, (segments) => (numberIn(segments) === undefined ? null : segments.length - 1));
  if (place === null) return null;
  const aside = openAside();
  aside.notes.push(...place.notes);
  const images: LabeledMember[] = [];
  for (const { file, member, segments } of membersOf(files)) {
    const isThere = isBelow(segments, place.segments) && segments.length === place.segments.length + 1;
    const number = isThere ? numberIn(segments) : undefined;
    if (number !== undefined) images.push({ file, member, label: number });
    else if (!isClutter(aside, file.file, segments)) recordOther(aside, file.file, member.name);
  }
  return { images, aside, folders: [], unknownFolders: [] };
}

interface Place {
  /** of the folder, starting at the container's root */
  readonly segments: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Chooses the folder that contains the relevant members.
 *
 * @param depthIn  the depth at which the relevant part of a member's path begins; null for other members
 */
function choosePlace(
  files: readonly FileContents[],
  depthIn: (segments: readonly string[]) => number | null,
): Place | null {
  const places = new Map<string, { readonly segments: readonly string[]; readonly path: string; images: number }>();
  for (const { file, member, segments } of membersOf(files)) {
    const depth = IMAGE_NAME.test(member.name) ? depthIn(segments) : null;
    if (depth === null || segments.slice(0, depth).some((segment) => clutterKind(segment) !== null)) continue;
    const above = segments.slice(0, depth);
    count(places, above.join("/"), () => ({ segments: above, path: [file.path, ...above].join("/"), images: 0 }));
  }
  const all = [...places.values()];
  const [first] = all;
  if (first === undefined) return null;
  if (all.length === 1) return { segments: first.segments, notes: [] };
  const ofSplit = (split: string) => all.filter(({ segments }) => splitOf(segments.join("/")) === split);
  const [held] = ofSplit("validation");
  if (held === undefined || ofSplit("validation").length > 1 || ofSplit("train").length < all.length - 1) {
    throw new InputError(
      `${first.path}: images with labels in more than one folder: ${all
        .map(({ path }) => path)
        .sort()
        .join(", ")}; make an archive of those to be scored`,
    );
  }
  const skippedPlaces = all.filter((place) => place !== held);
  const notes = skippedPlaces.map(
    ({ path, images }) => `${held.path}: read; skipped: ${plural(images, "image")} in ${path}`,
  );
  return { segments: held.segments, notes };
}

function isBelow(segments: readonly string[], place: readonly string[]): boolean {
  return segments.length > place.length && place.every((segment, at) => segments[at] === segment);
}

function* membersOf(
  files: readonly FileContents[],
): Iterable<{ readonly file: FileContents; readonly member: ContainerMember; readonly segments: readonly string[] }> {
  for (const file of files) {
    for (const member of file.members) yield { file, member, segments: member.name.split("/") };
  }
}
