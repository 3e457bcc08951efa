import { InputError } from "../../foundation/errors.ts";
import type { TiffLayout } from "./tiff-layout.ts";

/** How a TIFF is decoded: directly, from 16-bit gray, or from inks. */
export type TiffKind = "color" | "deep gray" | "cmyk";

/**
 * The sample layouts that sharp reads as Pillow does, each compared with Pillow: photometric interpretation, then bits
 * × samples, then the meaning of the extra sample. Every layout that is missing here is refused, or read differently,
 * by one of the two.
 */
const KINDS = new Map<string, TiffKind>([
  ...["0", "1", "3"].flatMap((gray) =>
    ["1×1", "2×1", "4×1", "8×1"].map((layout) => [`${gray} ${layout}`, "color"] as const),
  ),
  ["1 8×2 2", "color"],
  ["1 16×1", "deep gray"],
  ...["8×3", "8×4", "8×4 0", "8×4 1", "8×4 2"].map((rgb) => [`2 ${rgb}`, "color"] as const),
  ...["16×3", "16×4", "16×4 0", "16×4 2"].map((rgb) => [`2 ${rgb}`, "color"] as const),
  ["5 8×4", "cmyk"],
  ["5 16×4", "cmyk"],
  ["6 8×3", "color"],
]);

const COLOR_SPACES = ["gray", "gray", "RGB", "palette", "mask", "CMYK", "YCbCr", "", "Lab"];
const JPEG_COMPRESSION = 7;

/**
 * Decides how to decode a TIFF.
 *
 * @throws InputError that describes a layout that is decoded differently than by Pillow
 */
export function tiffKind(layout: TiffLayout): TiffKind {
  const { photometric, samples, extraSamples, planar, compression, sampleFormat } = layout;
  const [bits = 1] = layout.bits;
  const kind = KINDS.get([photometric, `${bits}×${samples}`, ...extraSamples].join(" "));
  const known = kind !== undefined && sampleFormat === 1;
  const yCbCr = photometric === 6; // without JPEG compression, Pillow and libtiff convert differently
  const separate = planar && (bits !== 8 || extraSamples[0] === 0 || extraSamples[0] === 1 || yCbCr);
  if (known && !separate && (!yCbCr || compression === JPEG_COMPRESSION)) return kind;
  const number = ["", "unsigned", "signed", "floating-point"][sampleFormat] ?? "unknown";
  const extra = extraSamples.length === 0 ? "" : `, extra samples ${extraSamples.join(", ")}`;
  throw new InputError(
    `a TIFF of ${samples} ${number} ${bits}-bit sample${samples === 1 ? "" : "s"}, ` +
      `photometric interpretation ${photometric} (${COLOR_SPACES[photometric] || "unknown"}), compression ${compression}` +
      `${extra}${planar ? ", in planes" : ""} cannot be decoded as Pillow decodes it; convert it to 8-bit PNG`,
  );
}
