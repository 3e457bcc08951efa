import type { BigIntStats } from "node:fs";
import { join } from "node:path";
import { identityOf } from "../../foundation/files/file-identity.ts";

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

/** Path of the file that an image is in. */
export function fileOf(root: string, { path, container }: ImageEntry): string {
  return join(root, container?.file ?? path);
}

/**
 * The state of an image in its file: for one in a container, the container's and its place in it.
 *
 * @param stats  of {@link fileOf}
 */
export function imageIdentity({ container }: ImageEntry, stats: BigIntStats): string {
  return container === undefined ? identityOf(stats) : `${identityOf(stats)} ${container.position}`;
}
