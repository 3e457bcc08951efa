import { type Aside, NOTHING_ASIDE } from "./aside.ts";
import { clutterKind, countClutter } from "./clutter.ts";
import type { ContainerMember } from "./container-format.ts";
import { IMAGE_NAME } from "./folder-entry.ts";
import type { SourceListing } from "./image-source.ts";

/** A container's file, and what is in it. */
export interface FileContents {
  /** its path below the root, "/" between */
  readonly file: string;
  readonly path: string;
  /** that it was in when its members were listed */
  readonly state: string;
  readonly members: readonly ContainerMember[];
  readonly labelNames: readonly string[] | undefined;
  readonly check: (() => Promise<void>) | undefined;
}

/** An image in a container, with the number that its class has by its origin. */
export interface LabelledMember {
  readonly file: FileContents;
  readonly member: ContainerMember;
  readonly label: number;
}

/** What a set of containers holds for one origin of labels. */
export interface MemberListing extends Pick<SourceListing, "aside" | "folders" | "unknownFolders"> {
  /** in the containers' order */
  readonly images: readonly LabelledMember[];
}

/** What lies beside the images of a container, as it is met. */
export interface MemberAside extends Aside {
  readonly clutter: Map<string, number>;
  readonly looseImages: string[];
  strayFiles: number;
  readonly notes: string[];
  readonly warnings: string[];
  readonly misplaced: string[];
  /** paths of clutter: a folder counts once, whatever is in it */
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

/** Whether a member is clutter or in a folder of it, below a class folder or elsewhere; such is counted. */
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

/** Notes a member that is no image of the set. */
export function noteOther(aside: MemberAside, file: string, name: string): void {
  if (IMAGE_NAME.test(name)) aside.looseImages.push(`${file}/${name}`);
  else aside.strayFiles++;
}

/** Every image of containers, whatever it is of: rows of a table, or members with an image's name. */
export function listEveryMember(files: readonly FileContents[]): MemberListing {
  const aside = openAside();
  const images = files.flatMap((file) =>
    file.members.flatMap((member): LabelledMember[] => {
      const isImage = member.label !== undefined || IMAGE_NAME.test(member.name) || /^\d{8}$/.test(member.name);
      return isImage && !isClutter(aside, file.file, member.name.split("/")) ? [{ file, member, label: 0 }] : [];
    }),
  );
  return { images, aside, folders: [], unknownFolders: [] };
}

/** Names that a message gives. */
const FEW = 3;

/** What containers hold, for the message where none of it can be labeled. */
export function describeMembers(files: readonly FileContents[]): string {
  const members = files.flatMap((file) => file.members);
  const images = members.filter(({ name, label }) => label !== undefined || IMAGE_NAME.test(name));
  if (images.length === 0) {
    return members.length === 0 ? "it is empty" : `it holds no image, but ${nameSome(members.map(({ name }) => name))}`;
  }
  const folders = [...new Set(images.map(({ name }) => name.split("/").slice(0, -1).join("/")))].filter(Boolean);
  const where = folders.length === 0 ? "in no folder" : `in folders called ${nameSome(folders)}`;
  return `it holds ${images.length} ${images.length === 1 ? "image" : "images"} ${where}, such as ${images[0]?.name}`;
}

function nameSome(names: readonly string[]): string {
  const named = names.slice(0, FEW).join(", ");
  return names.length > FEW ? `${named} and ${names.length - FEW} more` : named;
}
