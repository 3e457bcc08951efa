import { workerData } from "node:worker_threads";
import type { ImageEntry } from "../../data/sources/image-list.ts";
import { hashImages, type ImageContent } from "../../data/sources/read-image.ts";
import { createTarReader } from "../../data/sources/tar-reader.ts";
import { serveTasks } from "./worker-program.ts";

/** Hashes image files, off the main thread. */

export interface HashSetup {
  readonly root: string;
}

const tars = createTarReader();
const { root } = workerData as HashSetup;
serveTasks<readonly ImageEntry[], ImageContent[]>(
  (images) => hashImages(root, images, tars),
  () => [],
  () => tars.close(),
);
