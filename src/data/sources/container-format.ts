import type { ByteSource } from "./byte-source.ts";

/** The options for listing and reading a container's members. */
export interface ContainerOptions {
  /** where indexes are kept between runs; without it, each is made again */
  readonly cacheFolder?: string | undefined;
  /** file whose first line is the password of encrypted members */
  readonly passwordFile?: string | undefined;
}

/** An image in a container, or a small file stored with it. */
export interface ContainerMember {
  /** its unique name in the container, with "/" between folders; for a row of a table without names, its number */
  readonly name: string;
  /** length of its data when read, 0 where it is not known in advance */
  readonly bytes: number;
  /** its position, in the format's unit: a byte of a tar, a row of a table */
  readonly position: number;
  /** the class stated in a table's row: a number, or text such as a wnid; absent in archives */
  readonly label?: number | string;
  /** for a numeric label: text stored with it that may identify the class too */
  readonly labelText?: string;
  /** data of a member that is small enough to be kept in the index, one character per byte (Latin-1) */
  readonly text?: string | null;
}

/** The content of a container. */
export interface ContainerIndex {
  /** files only, in the container's order, for a single iteration */
  readonly members: Iterable<ContainerMember>;
  /** names of the classes that numeric labels represent, where the container states them */
  readonly labelNames?: readonly string[] | undefined;
  /** notes for the user, sentences without a full stop */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  /** called if the file is chosen among others. @throws InputError for what prevents reading its images */
  readonly check?: (() => Promise<void>) | undefined;
}

/** An open file of the container, and its path, for messages. */
export interface ContainerFile {
  readonly path: string;
  readonly bytes: ByteSource;
}

/** The position of a member. */
export interface MemberPlace {
  readonly name: string;
  readonly position: number;
  readonly bytes: number;
}

/** Reads members. Each thread opens one and closes it at its end. Reads may run in parallel. */
export interface ContainerReader {
  /** Reads a whole member. @throws InputError naming file and member */
  read(file: ContainerFile, member: MemberPlace): Promise<Uint8Array>;
  /** Reads a member's first bytes, up to the size of `into`; returns a view of `into`. */
  readHead(file: ContainerFile, member: MemberPlace, into: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A kind of file that contains many images. */
export interface ContainerFormat {
  /** permanent identifier: "tar", "zip", "parquet" */
  readonly name: string;
  /** lower-case extensions of such files: ".tar.gz", ".tgz" */
  readonly endings: readonly string[];
  /** whether a file is read sequentially: reading images out of order means reading all data before them */
  readonly isSequential?: boolean;
  /** Lists the content of a file, without reading an image. @throws InputError naming the file, and the member */
  index(path: string, options: ContainerOptions): Promise<ContainerIndex>;
  open(options: ContainerOptions): ContainerReader;
}
