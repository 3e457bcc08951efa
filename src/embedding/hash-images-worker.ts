import { workerData } from "node:worker_threads";
import type { ImageEntry } from "../dataset/image-list.ts";
import { createTarReader } from "../tar/tar-reader.ts";
import { hashImages, type ImageContent } from "./read-image.ts";
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
