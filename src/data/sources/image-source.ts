import { join } from "node:path";
import type { Aside } from "./aside.ts";
import type { ImageEntry } from "./image-entry.ts";

/** A place where images are looked for, as plain data. */
export interface SourceRoot {
  /** the folder that all paths are relative to */
  readonly root: string;
  /** names of the chosen files in the root; default: all that are there */
  readonly files?: readonly string[] | undefined;
  /** file whose first line is the password of encrypted members */
  readonly passwordFile?: string | undefined;
  /** whether a set with missing shards is listed anyway */
  readonly allowIncomplete?: boolean | undefined;
}

/** The place and format of images, as plain data from which a thread can open the source again. */
export interface SourcePlace extends SourceRoot {
  /** name of a {@link SourceFormat} */
  readonly format: string;
}

/** Formats a place for messages: its folder, or the chosen files in it. */
export function pathOfPlace({ root, files }: SourceRoot): string {
  const [first] = files ?? [];
  if (files === undefined || first === undefined) return root;
  return files.length === 1 ? join(root, first) : `${join(root, first)} and ${files.length - 1} more`;
}

/** Reduces a place with more information to plain data, for a thread. */
export function placeOf({ format, root, files, passwordFile }: SourcePlace): SourcePlace {
  return { format, root, files, passwordFile };
}

/**
 * Where an image's label is read from. A source labels its images with numbers, and the benchmark defines which class
 * each number represents.
 */
export type LabelOrigin =
  /**
   * the folder below the root that contains it; `labelOf` returns the number of a folder's name, undefined if it is not
   * a class
   */
  | { readonly from: "folder name"; readonly labelOf: (name: string) => number | undefined }
  /** the file's name, without folders; `numberOf` returns its number, undefined for a name without one */
  | { readonly from: "file name"; readonly numberOf: (name: string) => number | undefined }
  /**
   * a value stored with the image: a number from 0 on, below `classes` where the set has no names for them, or text;
   * `labels` reads it
   */
  | { readonly from: "sample"; readonly classes: number; readonly labels: SampleLabels }
  /** nothing: every image, with the label 0 */
  | { readonly from: "nothing" };

/** Class names that a set contains, in the order of its numeric labels. */
export interface LabelNames {
  readonly names: readonly string[];
  /** file and position in it, for messages */
  readonly where: string;
}

/**
 * Makes the reader of labels that are stored with images; the same names give the same reader.
 *
 * @param names  absent where the set has none
 * @throws InputError where the names contradict the benchmark's classes or are unknown
 */
export type SampleLabels = (names?: LabelNames) => Promise<LabelReader>;

/** Reads labels that are stored with images. */
export interface LabelReader {
  /**
   * Returns the row of the class list.
   *
   * @param label  a number, -1 where the set states that there is none; or text: digits, a wnid, a folder's name, a
   *   class's name
   * @param where  the image, for messages
   * @param text   text stored with the label that may identify the class too
   * @throws InputError for a label that is not exactly one class of the benchmark, or a text that is the key of another
   *   class
   */
  rowOf(label: number | string, where: string, text?: string): number;
  /** what makes the labels doubtful, complete once all are read */
  readonly warnings: readonly string[];
}

/** An entry that is listed by name and cannot be read. */
export interface ListFault {
  /** below the root */
  readonly path: string;
  /** without the path */
  readonly reason: string;
  /** the error that stops a run; null for an image that a run lists, and reports when it reads it */
  readonly error: unknown;
}

export interface ListOptions {
  /** where indexes of containers are kept between runs; without it, each is made again */
  readonly cacheFolder?: string | undefined;
  /** called for entries that cannot be read; throws to stop there. @returns whether an image is listed anyway */
  readonly onFault: (fault: ListFault) => boolean;
}

/** A folder of one class, and the number of images listed in it. */
export interface ClassFolderCount {
  readonly name: string;
  readonly label: number;
  readonly images: number;
}

/** The content of a source for one origin of labels. */
export interface SourceListing {
  /** in canonical order, for a single iteration; the fields below are complete only after it */
  readonly images: Iterable<ImageEntry>;
  readonly aside: Aside;
  /** class folders; empty where labels have another origin */
  readonly folders: readonly ClassFolderCount[];
  /** folders that contain images and are not classes; complete before the first image */
  readonly unknownFolders: readonly { readonly name: string; readonly images: number }[];
}

/** An image as it was read. */
export interface ImageBytes {
  readonly bytes: Uint8Array;
  /** state of the file that was read, before its first byte; empty where a later change might not show in it */
  readonly identity: string;
}

/**
 * Images below a root, stored in one format. Each thread opens one and closes it at its end. Reads may run in parallel.
 */
export interface ImageSource {
  /** whether reading images out of order means reading all data before them */
  readonly isSequential?: boolean;
  /**
   * Lists the images, without reading any.
   *
   * @returns null where there are none of this format, or none with labels of this origin
   * @throws InputError for what makes a listing impossible
   */
  list(origin: LabelOrigin, options: ListOptions): Promise<SourceListing | null>;
  /**
   * Describes what is there, for the message where none of it can be listed; null where there is nothing of this
   * format.
   */
  describe?(options: ListOptions): Promise<string | null>;
  /** Reads a whole image. @throws InputError if it cannot be read, or differs from its listing */
  read(image: ImageEntry): Promise<ImageBytes>;
  /**
   * Reads an image's first bytes, up to the size of `into`; returns a view of `into`. Whether the file has changed
   * since it was listed is checked only when the image is read whole.
   *
   * @throws InputError if it cannot be read
   */
  readHead(image: ImageEntry, into: Uint8Array): Uint8Array | Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A format in which images are stored. */
export interface SourceFormat {
  /** permanent identifier */
  readonly name: string;
  /** lower-case extensions of its files, for files that have the name of a benchmark */
  readonly endings?: readonly string[];
  open(root: SourceRoot): ImageSource;
}
