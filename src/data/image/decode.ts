import type { OutputInfo, Sharp } from "sharp";
import { InputError } from "../../foundation/errors.ts";
import { cmykToRgb } from "./cmyk.ts";
import { checkSize, type DecodedImage, damaged, MAX_PIXELS, tooLarge } from "./decoded-image.ts";
import { decodeGif } from "./gif.ts";
import { type ImageFormat, recognizeFormat } from "./image-format.ts";
import { readJpegHeader } from "./jpeg-header.ts";
import { checkArithmeticScans, checkJpegTail } from "./jpeg-tail.ts";
import { loadSharp } from "./load-sharp.ts";
import { decodeIrregularPng } from "./png.ts";
import { openPng, type PngReader } from "./png-chunks.ts";
import { decodeFaxTiff, decodeRawTiff, openTiff, turnTiff } from "./tiff.ts";
import { checkTiffJpegs } from "./tiff-jpeg.ts";
import { tiffKind } from "./tiff-kind.ts";
import { TIFF_TAG, type TiffLayout } from "./tiff-layout.ts";
import { copyOnePage } from "./tiff-one-page.ts";

/**
 * Decodes an image to the bytes of `PIL.Image.open(file).convert("RGB")`: color profiles are ignored, alpha is dropped
 * without blending, the orientation in EXIF is not applied (the orientation tag of a TIFF is), an animation gives its
 * first frame, and 16-bit gray is clipped at 255, as by Pillow.
 *
 * @param bytes a JPEG, PNG, WebP, GIF or TIFF file
 * @throws InputError if the bytes are not such an image, are damaged or truncated, have more than `MAX_PIXELS` pixels,
 *   or cannot be decoded to Pillow's bytes; it describes the fault without the file's name
 */
export async function decodeImage(bytes: Uint8Array): Promise<DecodedImage> {
  const format = recognizeFormat(bytes);
  switch (format) {
    case "JPEG":
      return decodeJpeg(bytes);
    case "PNG":
      return decodePng(bytes);
    case "GIF":
      return decodeGif(bytes);
    case "TIFF":
      return decodeTiff(bytes);
    case "WebP":
      return decodeColor(open(bytes, format), format);
  }
}

async function decodeJpeg(bytes: Uint8Array): Promise<DecodedImage> {
  const header = readJpegHeader(bytes);
  if (typeof header === "string") throw damaged("JPEG", header);
  const { components, singleScan, arithmetic } = header;
  const wrong =
    (arithmetic ? checkArithmeticScans(bytes, header) : undefined) ??
    (singleScan ? checkJpegTail(bytes, header) : undefined);
  if (wrong !== undefined) throw damaged("JPEG", wrong);
  if (components === 4) return decodeCmyk(open(bytes, "JPEG"), "JPEG", 8);
  if (components === 1 || components === 3) return decodeColor(open(bytes, "JPEG"), "JPEG");
  throw new InputError(`a JPEG of ${components} components: expected 1 (gray), 3 (color) or 4 (CMYK)`);
}

async function decodePng(bytes: Uint8Array): Promise<DecodedImage> {
  const reader = openPng(bytes);
  if (typeof reader === "string") throw damaged("PNG", reader);
  const { state, isRegular } = reader;
  checkSize("PNG", state.width, state.height);
  if (isRegular && (reader.finish() ?? reader.checkConversion()) === undefined) {
    const deepGray = state.layout!.bitDepth === 16 && state.layout!.colorType === 0;
    try {
      return await (deepGray ? decodeDeepGray : decodeColor)(open(bytes, "PNG", "error"), "PNG");
    } catch (error) {
      if (!(error instanceof InputError)) throw error; // libpng is strict: Pillow may read a file that it refuses
    }
  }
  const image = decodeIrregularPng(isRegular ? (openPng(bytes) as PngReader) : reader);
  if (typeof image === "string") throw damaged("PNG", image);
  return image;
}

async function decodeTiff(bytes: Uint8Array): Promise<DecodedImage> {
  const tiff = openTiff(bytes);
  const { directory, layout } = tiff;
  if (layout.compression === 1) return decodeRawTiff(bytes, tiff);
  if (!directory.isWhole) throw damaged("TIFF", "its first directory is cut off");
  const page = copyOnePage(bytes, directory, layout);
  if (typeof page === "string") throw damaged("TIFF", page);
  if (layout.compression >= 2 && layout.compression <= 4) {
    checkTiffSize(await describe("TIFF", open(page, "TIFF", "error")), layout); // the checks that libtiff makes of the directory
    const fax = decodeFaxTiff(bytes, tiff);
    if (fax !== undefined) return fax;
  }
  const kind = tiffKind(layout);
  const wrong = layout.compression === 7 ? checkTiffJpegs(bytes, directory, layout) : undefined;
  if (wrong !== undefined) throw damaged("TIFF", wrong);
  // libvips reports a damaged tile only at "warning"; the copy contains nothing else that causes warnings
  const source = open(page, "TIFF", directory.tags.has(TIFF_TAG.tileOffsets) ? "warning" : "error");
  const decode = kind === "deep gray" ? decodeDeepGray : decodeColor;
  const image = await (kind === "cmyk" ? decodeCmyk(source, "TIFF", layout.bits[0]!) : decode(source, "TIFF"));
  checkTiffSize(image, layout);
  return turnTiff(image, layout);
}

function checkTiffSize(image: { readonly width: number; readonly height: number }, layout: TiffLayout): void {
  if (image.width !== layout.width || image.height !== layout.height) throw damaged("TIFF", "its size is stated twice");
}

async function decodeColor(source: Sharp, format: ImageFormat): Promise<DecodedImage> {
  const { data, info } = await run(format, source.removeAlpha().raw());
  if (info.channels !== 3) throw new InputError(`a ${format} image of ${info.channels} channels: expected 3`);
  return { data, width: info.width, height: info.height };
}

async function decodeCmyk(source: Sharp, format: ImageFormat, bits: number): Promise<DecodedImage> {
  const inks = source.pipelineColourspace("cmyk").toColourspace("cmyk");
  const deep = bits === 16;
  const { data, info } = await run(format, inks.raw({ depth: deep ? "ushort" : "uchar" }));
  if (info.channels !== 4) throw new InputError(`a CMYK ${format} of ${info.channels} channels: expected 4`);
  const rgb = deep ? cmykToRgb(words(data), 8) : cmykToRgb(data, 0);
  return { data: rgb, width: info.width, height: info.height };
}

/** Decodes 16-bit gray. Pillow clips each value at 255 when it converts to RGB, where other libraries scale. */
async function decodeDeepGray(source: Sharp, format: ImageFormat): Promise<DecodedImage> {
  const gray = source.removeAlpha().toColourspace("grey16").raw({ depth: "ushort" });
  const { data, info } = await run(format, gray);
  const values = words(data);
  if (info.channels !== 1) throw new InputError(`a 16-bit gray ${format} of ${info.channels} channels: expected 1`);
  const rgb = new Uint8Array(values.length * 3);
  for (let i = 0; i < values.length; i++) rgb.fill(Math.min(values[i]!, 255), i * 3, i * 3 + 3);
  return { data: rgb, width: info.width, height: info.height };
}

function words(data: Uint8Array): Uint16Array {
  return new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
}

/**
 * @param failOn what Pillow refuses. It accepts stray bytes in a JPEG, which "error" would refuse. It refuses a TIFF's
 *   damaged strips, which "truncated" would leave black. A PNG that "error" refuses is decoded by our decoder.
 */
function open(bytes: Uint8Array, format: ImageFormat, failOn: "truncated" | "error" | "warning" = "truncated"): Sharp {
  return loadSharp()(bytes, {
    failOn,
    limitInputPixels: MAX_PIXELS,
    unlimited: format === "JPEG", // regardless of the number of libjpeg's warnings
    ignoreIcc: true,
  });
}

async function run(format: ImageFormat, pipeline: Sharp): Promise<{ data: Buffer; info: OutputInfo }> {
  // toUint8Array of sharp 0.35.5 never frees the pixels
  return explain(format, pipeline.toBuffer({ resolveWithObject: true }));
}

async function describe(format: ImageFormat, image: Sharp): Promise<{ width: number; height: number }> {
  return explain(format, image.metadata());
}

async function explain<T>(format: ImageFormat, result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (cause) {
    const reason = [...new Set((cause as Error).message.split("\n"))]
      .filter((line) => line.trim() !== "")
      .join("; ")
      .replace(/[\s:]+$/, "");
    if (/exceeds pixel limit/.test(reason)) throw tooLarge(format, cause);
    throw damaged(format, reason, cause);
  }
}
