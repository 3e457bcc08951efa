import type { BigIntStats } from "node:fs";
import { join } from "node:path";
import { identityOf } from "../../foundation/files/file-identity.ts";
import type { FilePath } from "../../foundation/files/regular-file.ts";
import { isEscaped, memberNameBytes } from "./member-name.ts";

/** One image: path below the root with "/" between, size, and label. */
export interface ImageEntry {
  readonly path: string;
  readonly bytes: number;
  /** row of the benchmark's class list; as a source lists it, the source's own number (see `LabelOrigin`) */
  readonly label: number;
  /** the file that holds it among others; absent for an image that is a file itself */
  readonly container?: ContainerPlace;
}

/** Where an image is in a file that holds many. The image's path is then this file's, "/", its name in it. */
export interface ContainerPlace {
  /** the container's path below the root */
  readonly file: string;
  /** where in it, in the format's own count: in a tar, the byte at which the image begins */
  readonly position: number;
  /** of the container when its images were listed, where it is known */
  readonly state?: string;
}

/** Path of the file that an image is in, as messages name it. */
export function fileOf(root: string, { path, container }: ImageEntry): string {
  return join(root, container?.file ?? path);
}

/** The same as the system is given it. */
export function systemFileOf(root: string, { path, container }: ImageEntry): FilePath {
  return systemPath(root, container?.file ?? path);
}

/** What a path below a root is to the system, where names that are not UTF-8 stand in it (see `memberName`). */
export function systemPath(root: string, path: string): FilePath {
  if (!isEscaped(path)) return join(root, path);
  return Buffer.concat([Buffer.from(join(root, "/")), memberNameBytes(path)]);
}

/**
 * The state of an image in its file: for one in a container, the container's and its place in it.
 *
 * @param stats  of {@link fileOf}
 */
export function imageIdentity({ container }: ImageEntry, stats: BigIntStats): string {
  return container === undefined ? identityOf(stats) : `${identityOf(stats)} ${container.position}`;
}
