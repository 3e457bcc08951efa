import type { Manifest } from "../../data/dataset/manifest.ts";
import { plural } from "../../foundation/number-text.ts";

/** Maximum number of images listed in a message. */
const MAX_NAMED = 3;

/** Formats a count: "1 image", "12 images". */
export function countImages(n: number): string {
  return plural(n, "image");
}

/** Lists the paths of the first images and the number of further ones. */
export function nameImages({ images }: Manifest, positions: readonly number[]): string {
  const named = positions.slice(0, MAX_NAMED).map((position) => images.at(position).path);
  const more = positions.length - named.length;
  return `${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
