import type { BigIntStats } from "node:fs";
import { join } from "node:path";
import { identityOf } from "../../foundation/files/file-identity.ts";
import type { FilePath } from "../../foundation/files/regular-file.ts";
import { isEscaped, memberNameBytes } from "./member-name.ts";

/** An image: path below the root with "/" between folders, size, and label. */
export interface ImageEntry {
  readonly path: string;
  readonly bytes: number;
  /** row of the benchmark's class list; when a source lists it, the source's number (see `LabelOrigin`) */
  readonly label: number;
  /** the file that contains it together with others; absent for an image that is a file */
  readonly container?: ContainerPlace;
}

/**
 * The position of an image in a file that contains many. The image's path is then this file's path, "/", and its name
 * in the file.
 */
export interface ContainerPlace {
  /** the container's path below the root */
  readonly file: string;
  /** its position, in the format's unit: in a tar, the byte at which the image begins */
  readonly position: number;
  /** state of the container when its images were listed, where it is known */
  readonly state?: string;
}

/** Returns the path of the file that contains an image, for messages. */
export function fileOf(root: string, { path, container }: ImageEntry): string {
  return join(root, container?.file ?? path);
}

/** Returns the same path for system calls. */
export function systemFileOf(root: string, { path, container }: ImageEntry): FilePath {
  return systemPath(root, container?.file ?? path);
}

/** Converts a path below a root for system calls; names that are not UTF-8 become bytes (see `memberName`). */
export function systemPath(root: string, path: string): FilePath {
  if (!isEscaped(path)) return join(root, path);
  return Buffer.concat([Buffer.from(join(root, "/")), memberNameBytes(path)]);
}

/**
 * Identifies the state of an image in its file; for one in a container, the container's state and the position in it.
 *
 * @param stats  of {@link fileOf}
 */
export function imageIdentity({ container }: ImageEntry, stats: BigIntStats): string {
  return container === undefined ? identityOf(stats) : `${identityOf(stats)} ${container.position}`;
}
