import { join } from "node:path";
import type { Aside } from "./aside.ts";
import type { ImageEntry } from "./image-entry.ts";

/** Where images are looked for, as plain data. */
export interface SourceRoot {
  /** the folder that all paths are below */
  readonly root: string;
  /** names of the files in the root that were picked; all that lie there where absent */
  readonly files?: readonly string[] | undefined;
  /** file whose first line is the password of encrypted members */
  readonly passwordFile?: string | undefined;
  /** whether a set of which shards are missing is listed nonetheless */
  readonly allowIncomplete?: boolean | undefined;
}

/** Where images are and how they are kept, as plain data: a thread opens the source anew from it. */
export interface SourcePlace extends SourceRoot {
  /** name of a {@link SourceFormat} */
  readonly format: string;
}

/** A place as messages name it: its folder, or the files that were picked in it. */
export function pathOfPlace({ root, files }: SourceRoot): string {
  const [first] = files ?? [];
  if (files === undefined || first === undefined) return root;
  return files.length === 1 ? join(root, first) : `${join(root, first)} and ${files.length - 1} more`;
}

/** The plain data of a place that more is known of, for a thread. */
export function placeOf({ format, root, files, passwordFile }: SourcePlace): SourcePlace {
  return { format, root, files, passwordFile };
}

/**
 * What an image's label is read from. A source labels its images with numbers of its own; which class each stands for, the
 * benchmark says.
 */
export type LabelOrigin =
  /** the folder below the root that holds it; `labelOf` gives the number of a folder's name, undefined where it is no class */
  | { readonly from: "folder name"; readonly labelOf: (name: string) => number | undefined }
  /** the file's name, without folders; `numberOf` gives its number, undefined for a name that has none */
  | { readonly from: "file name"; readonly numberOf: (name: string) => number | undefined }
  /** what comes with the image: a number from 0 on and below `classes` where the set names none, or text; `labels` reads it */
  | { readonly from: "sample"; readonly classes: number; readonly labels: SampleLabels }
  /** nothing: every image there is, with the label 0 */
  | { readonly from: "nothing" };

/** Names of classes that a set brings, in the order of the numbers that are its labels. */
export interface LabelNames {
  readonly names: readonly string[];
  /** file, and place in it, for messages */
  readonly where: string;
}

/**
 * Makes the reader of labels that come with images; of the same names it is the same one.
 *
 * @param names  absent where the set brings none
 * @throws InputError where the names contradict the benchmark's classes, or are not known
 */
export type SampleLabels = (names?: LabelNames) => Promise<LabelReader>;

/** Reads labels that come with images. */
export interface LabelReader {
  /**
   * Row of the class list.
   *
   * @param label  a number, -1 where the set says that it has none; or text: digits, a wnid, a folder's name, a class's name
   * @param where  the image, for messages
   * @param text   what stands beside it and may say the class too
   * @throws InputError for what is no class of the benchmark, or more than one, or where the text is the key of another class
   */
  rowOf(label: number | string, where: string, text?: string): number;
  /** what makes the labels doubtful, complete once all are read */
  readonly warnings: readonly string[];
}

/** Something that is listed by name and cannot be read. */
export interface ListFault {
  /** below the root */
  readonly path: string;
  /** in words, without the path */
  readonly reason: string;
  /** what stops a run; null for an image that a run lists, and is told of when it reads it */
  readonly error: unknown;
}

export interface ListOptions {
  /** where indexes of containers are kept from run to run; each is made anew where absent */
  readonly cacheFolder?: string | undefined;
  /** told of what cannot be read; throws to stop there. @returns whether an image is listed nonetheless */
  readonly onFault: (fault: ListFault) => boolean;
}

/** A folder of one class, and the images listed in it. */
export interface ClassFolderCount {
  readonly name: string;
  readonly label: number;
  readonly images: number;
}

/** What a source holds for one origin of labels. */
export interface SourceListing {
  /** in canonical order, to be gone through once; the fields below are complete only then */
  readonly images: Iterable<ImageEntry>;
  readonly aside: Aside;
  /** class folders; none where labels come from elsewhere */
  readonly folders: readonly ClassFolderCount[];
  /** folders that hold images and are no class; complete before the first image */
  readonly unknownFolders: readonly { readonly name: string; readonly images: number }[];
}

/** An image as it was read. */
export interface ImageBytes {
  readonly bytes: Uint8Array;
  /** state of the file that was read, before its first byte; empty where a later change might not show in it */
  readonly identity: string;
}

/** Images below a root, kept in one format. A thread opens its own, and closes it at its end. Reads may run side by side. */
export interface ImageSource {
  /** whether images out of order cost all that is before them */
  readonly isSequential?: boolean;
  /**
   * Lists the images, without reading any.
   *
   * @returns null where there are none of this format, or none whose labels come from there
   * @throws InputError for what makes a listing impossible
   */
  list(origin: LabelOrigin, options: ListOptions): Promise<SourceListing | null>;
  /** What is there, for the message where none of it can be listed; null where there is nothing of this format. */
  describe?(options: ListOptions): Promise<string | null>;
  /** Reads an image whole. @throws InputError if it cannot be read, or is not as it was listed */
  read(image: ImageEntry): Promise<ImageBytes>;
  /**
   * Reads an image's first bytes, as many as there are or as `into` holds; a view on `into`. What became of its file since it
   * was listed is asked when it is read whole.
   *
   * @throws InputError if it cannot be read
   */
  readHead(image: ImageEntry, into: Uint8Array): Uint8Array | Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A way to keep images. */
export interface SourceFormat {
  /** stays the same from version to version */
  readonly name: string;
  /** how the names of its files end, lower case, where a file that is called as a benchmark is taken for it */
  readonly endings?: readonly string[];
  open(root: SourceRoot): ImageSource;
}
