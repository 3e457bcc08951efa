import { readTiffValues, type TiffDirectory, type TiffValues } from "./tiff-directory.ts";

/** The layout of a TIFF's pixels, in Pillow's terms. */
export interface TiffLayout {
  readonly compression: number;
  readonly photometric: number;
  /** Pillow's mode and raw mode: the mode of the image, and how its samples are stored */
  readonly mode: string;
  readonly rawMode: string;
  readonly samples: number;
  readonly bits: readonly number[];
  readonly extraSamples: readonly number[];
  readonly sampleFormat: number;
  readonly planar: boolean;
  /** as stored, before rotation */
  readonly width: number;
  readonly height: number;
  /** 1 to 8; other numbers have no effect */
  readonly orientation: number;
  /** (256, 3) */
  readonly palette?: Uint8Array;
}

export const TIFF_TAG = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  planar: 284,
  colorMap: 320,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  extraSamples: 338,
  sampleFormat: 339,
  xmp: 700,
} as const;

const COMPRESSIONS = [1, 2, 3, 4, 5, 6, 7, 8, 32771, 32773, 32809, 32946, 34676, 34677, 34925, 50000, 50001];
const MAX_SAMPLES = 6;

/** Photometric interpretation, sample format, fill order, bits, extra samples: mode, raw mode. For both byte orders. */
const MODES = new Map<string, string>();
for (const [key, mode] of [
  ...[1, 2, 4, 8].flatMap((bits) =>
    [1, 2].flatMap((order) => {
      const name = bits === 1 ? "1" : "L";
      const size = bits === 2 || bits === 4 ? `${bits}` : "";
      const suffix = (flags: string): string => (size + flags === "" ? "" : `;${size}${flags}`);
      const reversed = order === 2 ? "R" : "";
      return [
        [`0 1 ${order} ${bits} `, `${name} ${name}${suffix(`I${reversed}`)}`],
        [`1 1 ${order} ${bits} `, `${name} ${name}${suffix(reversed)}`],
        [`3 1 ${order} ${bits} `, `P P${bits === 8 ? (reversed ? ";R" : "") : `;${bits}${reversed}`}`],
      ];
    }),
  ),
  ["1 2 1 8 ", "L L"],
  ["1 1 1 8,8 2", "LA LA"],
  ["2 1 1 8,8,8 ", "RGB RGB"],
  ["2 1 2 8,8,8 ", "RGB RGB;R"],
  ["2 1 1 8,8,8,8 ", "RGBA RGBA"],
  ["2 1 1 8,8,8,8 0", "RGB RGBX"],
  ["2 1 1 8,8,8,8,8 0,0", "RGB RGBXX"],
  ["2 1 1 8,8,8,8,8,8 0,0,0", "RGB RGBXXX"],
  ["2 1 1 8,8,8,8 1", "RGBA RGBa"],
  ["2 1 1 8,8,8,8,8 1,0", "RGBA RGBaX"],
  ["2 1 1 8,8,8,8,8,8 1,0,0", "RGBA RGBaXX"],
  ["2 1 1 8,8,8,8 2", "RGBA RGBA"],
  ["2 1 1 8,8,8,8,8 2,0", "RGBA RGBAX"],
  ["2 1 1 8,8,8,8,8,8 2,0,0", "RGBA RGBAXX"],
  ["2 1 1 8,8,8,8 999", "RGBA RGBA"],
  ["2 1 1 16,16,16 ", "RGB RGB;16"],
  ["2 1 1 16,16,16,16 ", "RGBA RGBA;16"],
  ["2 1 1 16,16,16,16 0", "RGB RGBX;16"],
  ["2 1 1 16,16,16,16 1", "RGBA RGBa;16"],
  ["2 1 1 16,16,16,16 2", "RGBA RGBA;16"],
  ["3 1 1 8,8 0", "P PX"],
  ["3 1 1 8,8 2", "PA PA"],
  ["5 1 1 8,8,8,8 ", "CMYK CMYK"],
  ["5 1 1 8,8,8,8,8 0", "CMYK CMYKX"],
  ["5 1 1 8,8,8,8,8,8 0,0", "CMYK CMYKXX"],
  ["5 1 1 16,16,16,16 ", "CMYK CMYK;16"],
  ["6 1 1 8 ", "L L"],
  ["6 1 1 8,8,8 ", "RGB RGBX"],
  ["8 1 1 8,8,8 ", "LAB LAB"],
  ["1 2 1 16 ", "I I;16S"],
  ["1 2 1 32 ", "I I;32S"],
  ["0 3 1 32 ", "F F;32F"],
  ["1 3 1 32 ", "F F;32F"],
  ["1 1 1 16 ", "I;16 I;16"],
] as [string, string][]) {
  MODES.set(key, mode);
}

/** Layouts that are valid only in little-endian files. */
const LITTLE_MODES = new Map([
  ["1 1 1 12 ", "I;16 I;12"],
  ["0 1 1 16 ", "I;16 I;16"],
  ["1 1 2 16 ", "I;16 I;16R"],
  ["1 1 1 32 ", "I I;32N"],
]);

/** Names of raw modes in big-endian files. */
const BIG_NAMES: Readonly<Record<string, string>> = {
  "I;16 I;16": "I;16B I;16B",
  "I I;16S": "I I;16BS",
  "I I;32S": "I I;32BS",
  "F F;32F": "F F;32BF",
};

/**
 * Determines how the pixels are laid out, as Pillow does.
 *
 * @returns the layout, or the reason why Pillow refuses the file
 * @see Pillow 12.3.0 src/PIL/TiffImagePlugin.py, OPEN_INFO and _setup
 */
export function readTiffLayout(directory: TiffDirectory): TiffLayout | string {
  const valuesOf = (tag: number): TiffValues | undefined => readTiffValues(directory, tag);
  const numberOf = (tag: number, otherwise: number): number => {
    const found = valuesOf(tag);
    return found === undefined ? otherwise : isNumber(found) ? found.values[0]! : Number.NaN;
  };
  if (directory.tags.has(0xbc01)) return "it is a Windows Media Photo";
  const compression = numberOf(TIFF_TAG.compression, 1);
  if (!COMPRESSIONS.includes(compression)) return `its compression ${compression} is unknown`;
  const planar = numberOf(TIFF_TAG.planar, 1) === 2;
  const photometric = compression === 6 ? 6 : numberOf(TIFF_TAG.photometric, 0);
  const fillOrder = numberOf(TIFF_TAG.fillOrder, 1);
  const [width, height] = [valuesOf(TIFF_TAG.width), valuesOf(TIFF_TAG.height)];
  if (width?.kind !== "whole" || height?.kind !== "whole") return "it does not state its size";

  let formats = valuesOf(TIFF_TAG.sampleFormat)?.values ?? [1];
  if (new Set(formats).size === 1 && formats.length > 1) formats = [formats[0]!];
  const bitsTag = valuesOf(TIFF_TAG.bits);
  const extraTag = valuesOf(TIFF_TAG.extraSamples);
  if ((bitsTag && !isNumber(bitsTag)) || (extraTag && !isNumber(extraTag))) return "its samples are of an unknown kind";
  let bits = bitsTag?.values ?? [1];
  let extraSamples = extraTag?.values ?? [];
  let samples = numberOf(TIFF_TAG.samples, compression === 6 ? 3 : 1);
  if (Number.isNaN(samples)) return "it has an unknown number of samples";
  if (planar && extraSamples.length > 0 && Math.max(...extraSamples) === 0) {
    bits = bits.slice(0, -extraSamples.length);
    samples -= extraSamples.length;
    extraSamples = [];
  }
  if (samples > MAX_SAMPLES) return `it has ${samples} samples`;
  if (samples < bits.length) bits = bits.slice(0, samples);
  else if (samples > bits.length && bits.length === 1) bits = Array<number>(samples).fill(bits[0]!);
  if (bits.length !== samples) return `it has ${samples} samples, but bits for ${bits.length}`;

  const mode = findMode(directory.little, [photometric, formats, fillOrder, bits, extraSamples]);
  if (mode === undefined) return describeSamples(photometric, formats, bits, extraSamples);
  const palette = mode[0] === "P" || mode[0] === "PA" ? readPalette(valuesOf(TIFF_TAG.colorMap)) : undefined;
  if (typeof palette === "string") return palette;
  const orientation = readOrientation(directory);
  if (typeof orientation === "string") return orientation;
  return {
    compression,
    photometric,
    mode: mode[0],
    rawMode: mode[1],
    samples,
    bits,
    extraSamples,
    sampleFormat: formats[0]!,
    planar,
    width: width.values[0]!,
    height: height.values[0]!,
    orientation,
    ...(palette && { palette }),
  };
}

const isNumber = ({ kind }: TiffValues): boolean => kind === "whole" || kind === "real";

function findMode(little: boolean, key: readonly (number | readonly number[])[]): [string, string] | undefined {
  const name = key.join(" ");
  const found = MODES.get(name) ?? (little ? LITTLE_MODES.get(name) : undefined);
  if (found === undefined) return undefined;
  const [mode, rawMode] = (little ? found : (BIG_NAMES[found] ?? found)).split(" ") as [string, string];
  const isDeepColor = rawMode.endsWith(";16") && mode !== "I;16";
  return [mode, isDeepColor ? `${rawMode}${little ? "L" : "B"}` : rawMode];
}

const COLORS = ["gray", "gray", "RGB", "palette", "mask", "CMYK", "YCbCr", "", "Lab"];

function describeSamples(
  photometric: number,
  formats: readonly number[],
  bits: readonly number[],
  extraSamples: readonly number[],
): string {
  const number = ["", "unsigned", "signed", "floating-point"][formats[0] ?? 1] ?? "unknown";
  const extra = extraSamples.length === 0 ? "" : `, extra samples ${extraSamples.join(", ")}`;
  const color = COLORS[photometric] || "unknown";
  return `its samples are not read by Pillow: ${number}, ${bits.join(", ")} bits, photometric interpretation ${photometric} (${color})${extra}`;
}

/** Reads Pillow's RGB;L: all reds, all greens, all blues, of which it uses the high bytes. */
function readPalette(map: TiffValues | undefined): Uint8Array | string {
  if (map?.kind !== "whole" && map?.kind !== "bytes") return "it has no palette";
  const colors = Math.floor(map.values.length / 3);
  if (colors > 256) return `its palette has ${colors} colors`;
  const palette = new Uint8Array(768);
  for (let i = 0; i < colors * 3; i++) {
    palette[(i % colors) * 3 + Math.floor(i / colors)] = Math.floor(map.values[i]! / 256) & 0xff;
  }
  return palette;
}

/** Reads the orientation tag or, without one, the orientation in the XMP packet. */
function readOrientation(directory: TiffDirectory): number | string {
  const found = readTiffValues(directory, TIFF_TAG.orientation);
  if (found !== undefined) return isNumber(found) ? found.values[0]! : 1;
  const xmp = directory.tags.get(TIFF_TAG.xmp);
  if (xmp === undefined) return 1;
  if (xmp.type !== 1 && xmp.type !== 7) return "its XMP packet is not read by Pillow";
  const text = Buffer.from(xmp.data).toString("latin1");
  return Number(/tiff:Orientation(?:="|>)([0-9])/.exec(text)?.[1] ?? 1);
}
