import { createHash } from "node:crypto";
import { type IdentifiedImages, orderByContent } from "./image-pairing.ts";
import type { ImageRowContents } from "./image-rows.ts";

/**
 * Builds the identification of a result's images by content.
 *
 * @param list digest of the contents and labels of the images, in order
 */
export function makeContents(images: IdentifiedImages, list: string): ImageRowContents {
  const order = orderByContent(images);
  const hash = createHash("sha256");
  for (const row of order) hash.update(`${images.content?.(row)} ${images.label(row)}\n`);
  return { list, set: hash.digest("hex"), order };
}
