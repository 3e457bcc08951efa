import { InputError } from "../../foundation/errors.ts";
import type { DecodedImage } from "./decoded-image.ts";

/**
 * Cuts the same number of pixels off at each side, as `PIL.ImageOps.crop(image, border)` does.
 *
 * @param border  pixels, ≥ 0
 * @returns the image itself where border is 0, else a smaller copy
 * @throws InputError if nothing would be left
 */
export function cropBorder(image: DecodedImage, border: number): DecodedImage {
  if (border === 0) return image;
  const width = image.width - 2 * border;
  const height = image.height - 2 * border;
  if (width < 1 || height < 1) {
    throw new InputError(
      `${image.width}×${image.height} pixels, of which ${border} at each side are cut off: nothing is left`,
    );
  }
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((y + border) * image.width + border) * 3;
    data.set(image.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { data, width, height };
}
