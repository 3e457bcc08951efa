import type { Manifest } from "../../data/dataset/manifest.ts";
import { plural } from "../../foundation/number-text.ts";

/** Images named one by one in a message; of more, the number. */
const FEW = 3;

/** "1 image", "12 images". */
export function countImages(n: number): string {
  return plural(n, "image");
}

/** The first images of a list by their paths, and how many more there are. */
export function nameImages({ images }: Manifest, positions: readonly number[]): string {
  const named = positions.slice(0, FEW).map((position) => images.at(position).path);
  const more = positions.length - named.length;
  return `${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
