import { type Aside, NOTHING_ASIDE } from "./aside.ts";
import { clutterKind, countClutter } from "./clutter.ts";
import type { ContainerMember } from "./container-format.ts";
import { IMAGE_NAME } from "./folder-entry.ts";
import type { SourceListing } from "./image-source.ts";

/** A file of a container, and its content. */
export interface FileContents {
  /** its path below the root, with "/" between folders */
  readonly file: string;
  readonly path: string;
  /** its state when its members were listed */
  readonly state: string;
  readonly members: readonly ContainerMember[];
  readonly labelNames: readonly string[] | undefined;
  readonly check: (() => Promise<void>) | undefined;
}

/** An image in a container, with the number of its class. */
export interface LabeledMember {
  readonly file: FileContents;
  readonly member: ContainerMember;
  readonly label: number;
}

/** The content of a set of containers for one origin of labels. */
export interface MemberListing extends Pick<SourceListing, "aside" | "folders" | "unknownFolders"> {
  /** in the containers' order */
  readonly images: readonly LabeledMember[];
}

/** What containers contain apart from images, collected during listing. */
export interface MemberAside extends Aside {
  readonly clutter: Map<string, number>;
  readonly looseImages: string[];
  strayFiles: number;
  readonly notes: string[];
  readonly warnings: string[];
  readonly misplaced: string[];
  /** paths of clutter: a folder counts once, with all its content */
  readonly known: Set<string>;
}

export function openAside(): MemberAside {
  return {
    ...NOTHING_ASIDE,
    clutter: new Map(),
    looseImages: [],
    strayFiles: 0,
    notes: [],
    warnings: [],
    misplaced: [],
    known: new Set(),
  };
}

/** Whether a member is clutter or inside a folder of clutter, below a class folder or elsewhere; clutter is counted. */
export function isClutter(aside: MemberAside, file: string, segments: readonly string[], from = 0): boolean {
  for (let at = from; at < segments.length; at++) {
    if (clutterKind(segments[at] as string) === null) continue;
    const path = [file, ...segments.slice(0, at + 1)].join("/");
    if (!aside.known.has(path)) countClutter(aside.clutter, segments[at] as string);
    aside.known.add(path);
    return true;
  }
  return false;
}

/** Records a member that is not an image of the set. */
export function recordOther(aside: MemberAside, file: string, name: string): void {
  if (IMAGE_NAME.test(name)) aside.looseImages.push(`${file}/${name}`);
  else aside.strayFiles++;
}

/** Lists every image of containers, of any class: rows of a table, or members with an image's name. */
export function listEveryMember(files: readonly FileContents[]): MemberListing {
  const aside = openAside();
  const images = files.flatMap((file) =>
    file.members.flatMap((member): LabeledMember[] => {
      const isImage = member.label !== undefined || IMAGE_NAME.test(member.name) || /^\d{8}$/.test(member.name);
      return isImage && !isClutter(aside, file.file, member.name.split("/")) ? [{ file, member, label: 0 }] : [];
    }),
  );
  return { images, aside, folders: [], unknownFolders: [] };
}

/** Maximum number of names in a message. */
const FEW = 3;

/** Describes the content of containers, for the message where none of it can be labeled. */
export function describeMembers(files: readonly FileContents[]): string {
  const members = files.flatMap((file) => file.members);
  const images = members.filter(({ name, label }) => label !== undefined || IMAGE_NAME.test(name));
  if (images.length === 0) {
    return members.length === 0
      ? "it is empty"
      : `it contains no images, but ${nameSome(members.map(({ name }) => name))}`;
  }
  const folders = [...new Set(images.map(({ name }) => name.split("/").slice(0, -1).join("/")))].filter(Boolean);
  const where = folders.length === 0 ? "in no folder" : `in folders named ${nameSome(folders)}`;
  return `it contains ${images.length} ${images.length === 1 ? "image" : "images"} ${where}, such as ${images[0]?.name}`;
}

function nameSome(names: readonly string[]): string {
  const named = names.slice(0, FEW).join(", ");
  return names.length > FEW ? `${named} and ${names.length - FEW} more` : named;
}
