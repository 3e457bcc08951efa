import { join } from "node:path";
import { ROOT } from "./_child.ts";
import { NO_SAMPLES, samplePath } from "./_samples.ts";

export interface ImageSource {
  readonly folder: string;
  /** as BENCHMARKS.md names it */
  readonly title: string;
}

/** The pictures that are repeated: those given, else the 100 photos of the samples, else the demo's. Says which. */
export function findImages(given: string | undefined): ImageSource {
  if (given !== undefined) return { folder: given, title: "the images given" };
  const photos = samplePath("photos");
  if (photos !== null) return { folder: photos, title: "100 ImageNet photos" };
  console.error(`timing the 123 pictures of the demo, which are smaller than photos; ${NO_SAMPLES}`);
  return { folder: join(ROOT, "test", "fixtures", "demo", "imagenet", "val"), title: "123 pictures of the demo" };
}
