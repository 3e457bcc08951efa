import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./_child.ts";

export interface ImageSource {
  readonly folder: string;
  /** as BENCHMARKS.md names it */
  readonly title: string;
}

/** The pictures that are repeated: those given, else the 100 photos beside the checkout, else the demo's. Says which. */
export function findImages(given: string | undefined): ImageSource {
  if (given !== undefined) return { folder: given, title: "the images given" };
  const photos = join(ROOT, "..", "shared", "samples", "photos");
  if (existsSync(photos)) return { folder: photos, title: "100 ImageNet photos" };
  console.error(
    "../shared/samples/photos is not there: timing the 123 pictures of the demo, which are smaller than photos",
  );
  return { folder: join(ROOT, "test", "fixtures", "demo", "imagenet", "val"), title: "123 pictures of the demo" };
}
