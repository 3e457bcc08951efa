import type { ByteSource } from "./byte-source.ts";

/** What a container's members are listed and read with. */
export interface ContainerOptions {
  /** where indexes are kept from run to run; each is made anew where absent */
  readonly cacheFolder?: string | undefined;
  /** file whose first line is the password of encrypted members */
  readonly passwordFile?: string | undefined;
}

/** An image in a container, or a small file beside it. */
export interface ContainerMember {
  /** its name in the container, "/" between, unique there; of a row of a table without names, its number */
  readonly name: string;
  /** length of its data as they are read, 0 where that is not known before */
  readonly bytes: number;
  /** where it is, in the format's own count: a byte of a tar, a row of a table */
  readonly position: number;
  /** what a table's row says of its class: a number, or text such as a wnid; absent in archives */
  readonly label?: number | string;
  /** of a label that is a number: text beside it that may say the class too */
  readonly labelText?: string;
  /** data of a member that is small enough to be kept in the index, one character a byte (Latin-1) */
  readonly text?: string | null;
}

/** What a container holds. */
export interface ContainerIndex {
  /** files only, in the container's order, to be gone through once */
  readonly members: Iterable<ContainerMember>;
  /** names of the classes that numbers as labels stand for, where the container tells */
  readonly labelNames?: readonly string[] | undefined;
  /** what a user should know, sentences without a full stop */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  /** called where the file is chosen among others. @throws InputError for what keeps its images from being read */
  readonly check?: (() => Promise<void>) | undefined;
}

/** An open file of the container, and where it is, for messages. */
export interface ContainerFile {
  readonly path: string;
  readonly bytes: ByteSource;
}

/** Where a member is. */
export interface MemberPlace {
  readonly name: string;
  readonly position: number;
  readonly bytes: number;
}

/** Reads members. A thread opens its own, and closes it at its end. Reads may run side by side. */
export interface ContainerReader {
  /** Reads a member whole. @throws InputError naming file and member */
  read(file: ContainerFile, member: MemberPlace): Promise<Uint8Array>;
  /** Reads a member's first bytes, as many as there are or as `into` holds; a view on `into`. */
  readHead(file: ContainerFile, member: MemberPlace, into: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A kind of file that holds many images. */
export interface ContainerFormat {
  /** stays the same from version to version: "tar", "zip", "parquet" */
  readonly name: string;
  /** how the names of such files end, lower case: ".tar.gz", ".tgz" */
  readonly endings: readonly string[];
  /** whether a file is read from its beginning on: images out of order cost all that is before them */
  readonly isSequential?: boolean;
  /** Lists what a file holds, without reading an image. @throws InputError naming the file, and the member */
  index(path: string, options: ContainerOptions): Promise<ContainerIndex>;
  open(options: ContainerOptions): ContainerReader;
}
