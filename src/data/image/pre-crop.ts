import { InputError } from "../../foundation/errors.ts";
import type { DecodedImage } from "./decoded-image.ts";

/**
 * Removes the same number of pixels at each side, as `PIL.ImageOps.crop(image, border)` does.
 *
 * @param pixels  whole number, ≥ 0
 * @returns the image itself for 0 pixels, else a smaller copy
 * @throws InputError if no pixels would remain
 */
export function preCropImage(image: DecodedImage, pixels: number): DecodedImage {
  if (pixels === 0) return image;
  const width = image.width - 2 * pixels;
  const height = image.height - 2 * pixels;
  if (width < 1 || height < 1) {
    throw new InputError(
      `${image.width}×${image.height} pixels, and a pre-crop of ${pixels} at each side leaves no pixels`,
    );
  }
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((y + pixels) * image.width + pixels) * 3;
    data.set(image.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { data, width, height };
}
