import { InputError } from "../../foundation/errors.ts";
import { cmykToRgb } from "./cmyk.ts";
import { checkSize, type DecodedImage, damaged } from "./decoded-image.ts";
import { readTiffDirectory, type TiffDirectory } from "./tiff-directory.ts";
import { readFaxTiff } from "./tiff-fax.ts";
import { readTiffLayout, type TiffLayout } from "./tiff-layout.ts";
import { readRawTiff } from "./tiff-raw.ts";

/** A TIFF whose layout Pillow reads. */
export interface OpenTiff {
  readonly directory: TiffDirectory;
  readonly layout: TiffLayout;
}

/**
 * Reads the first directory of a TIFF.
 *
 * @throws InputError if Pillow refuses its content, or the image is too large
 */
export function openTiff(bytes: Uint8Array): OpenTiff {
  const directory = readTiffDirectory(bytes);
  if (directory === undefined) throw damaged("TIFF", "its first directory cannot be read");
  const layout = readTiffLayout(directory);
  if (typeof layout === "string") throw damaged("TIFF", layout);
  const { width, height, mode } = layout;
  if (width <= 0 || height <= 0) throw damaged("TIFF", `its size is ${width} × ${height} pixels`);
  checkSize("TIFF", width, height);
  if (mode === "LAB") {
    throw new InputError("a TIFF in CIE Lab cannot be decoded as Pillow decodes it; convert it to 8-bit RGB");
  }
  return { directory, layout };
}

/** Decodes an uncompressed TIFF. @throws InputError if Pillow refuses it */
export function decodeRawTiff(bytes: Uint8Array, { directory, layout }: OpenTiff): DecodedImage {
  return finish(readRawTiff(bytes, directory, layout), layout);
}

/**
 * Decodes a fax in strips.
 *
 * @returns undefined for other compressions and layouts
 * @throws InputError if Pillow refuses it
 */
export function decodeFaxTiff(bytes: Uint8Array, { directory, layout }: OpenTiff): DecodedImage | undefined {
  const samples = readFaxTiff(bytes, directory, layout);
  return samples === undefined ? undefined : finish(samples, layout);
}

function finish(samples: Uint8Array | string, layout: TiffLayout): DecodedImage {
  if (typeof samples === "string") throw damaged("TIFF", samples);
  return turnTiff({ data: toRgb(samples, layout), width: layout.width, height: layout.height }, layout);
}

function toRgb(samples: Uint8Array, { mode, palette }: TiffLayout): Uint8Array {
  if (mode === "CMYK") return cmykToRgb(samples, 0);
  if (mode === "RGB" || mode === "RGBA") return samples;
  const rgb = new Uint8Array(samples.length * 3);
  for (let i = 0, p = 0; i < samples.length; i++, p += 3) {
    const value = samples[i]!;
    rgb[p] = palette ? palette[value * 3]! : value;
    rgb[p + 1] = palette ? palette[value * 3 + 1]! : value;
    rgb[p + 2] = palette ? palette[value * 3 + 2]! : value;
  }
  return rgb;
}

/**
 * Rotates or mirrors an image by its orientation: 2 to 4 mirrored, upside down or both, 5 to 8 with rows and columns
 * exchanged.
 */
export function turnTiff(image: DecodedImage, { orientation }: TiffLayout): DecodedImage {
  if (![2, 3, 4, 5, 6, 7, 8].includes(orientation)) return image;
  const exchanged = orientation >= 5;
  const [width, height] = exchanged ? [image.height, image.width] : [image.width, image.height];
  const right = [2, 3, 7, 8].includes(orientation); // whether the first column is the last one of the source
  const bottom = [3, 4, 6, 7].includes(orientation);
  const data = new Uint8Array(image.data.length);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p += 3) {
      let [sx, sy] = exchanged ? [y, x] : [x, y];
      if (right) sx = image.width - 1 - sx;
      if (bottom) sy = image.height - 1 - sy;
      const q = (sy * image.width + sx) * 3;
      data[p] = image.data[q]!;
      data[p + 1] = image.data[q + 1]!;
      data[p + 2] = image.data[q + 2]!;
    }
  }
  return { data, width, height };
}
