import { join } from "node:path";
import { ROOT } from "./_child.ts";
import { NO_SAMPLES, samplePath } from "./_samples.ts";

export interface ImageSource {
  readonly folder: string;
  /** name in BENCHMARKS.md */
  readonly title: string;
}

/** The images to repeat: the given ones, otherwise the 100 photos of the samples, otherwise those of the demo. Prints which. */
export function findImages(given: string | undefined): ImageSource {
  if (given !== undefined) return { folder: given, title: "the images given" };
  const photos = samplePath("photos");
  if (photos !== null) return { folder: photos, title: "100 ImageNet photos" };
  console.error(`timing the 123 images of the demo, which are smaller than photos; ${NO_SAMPLES}`);
  return { folder: join(ROOT, "test", "fixtures", "demo", "imagenet", "val"), title: "123 pictures of the demo" };
}
