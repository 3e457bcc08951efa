import { workerData } from "node:worker_threads";
import type { ImageEntry } from "../../data/sources/image-entry.ts";
import type { SourcePlace } from "../../data/sources/image-source.ts";
import { openSource } from "../../data/sources/source-formats.ts";
import { hashImages, type ImageContent } from "./hash-images.ts";
import { serveTasks } from "./worker-program.ts";

/** Hashes image files in a worker thread. */

const source = openSource(workerData as SourcePlace);
serveTasks<readonly ImageEntry[], ImageContent[]>(
  (images) => hashImages(source, images),
  () => [],
  () => source.close(),
);
