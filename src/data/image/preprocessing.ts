import { InputError } from "../../foundation/errors.ts";

/**
 * How an image is brought to the size that the model needs, by the names of open_clip's evaluation transform:
 * - `shortest`: the shorter side to the target, then a center crop
 * - `squash`: both sides to the target; the aspect ratio is lost
 * - `longest`: the longer side to the target, then padding with the fill color
 */
export type ResizeMode = "shortest" | "squash" | "longest";

/**
 * Pillow's resampling filter: bicubic with a = -0.5, bilinear, or Lanczos with a = 3; all are widened when an image
 * shrinks (antialiasing).
 */
export type Interpolation = "bicubic" | "bilinear" | "lanczos";

/** Height and width of an image. */
export interface ImageSize {
  /** pixels */
  readonly height: number;
  /** pixels */
  readonly width: number;
}

/** The settings that turn a decoded image into the model's input. */
export interface Preprocessing {
  /** size of the model's input */
  readonly size: ImageSize;
  /** how the image is brought to `size` */
  readonly resizeMode: ResizeMode;
  /**
   * The size that the image is resized to before the center crop to `size`, in pixels: `shortest` resizes the shorter
   * side to it, `squash` both. Absent where the two are equal, and for `longest`.
   */
  readonly resize?: number;
  /** resampling filter of the resize */
  readonly interpolation: Interpolation;
  /** of channel values in [0, 1], red, green, blue */
  readonly mean: readonly [number, number, number];
  /** divides channel values after `mean` is subtracted; red, green, blue */
  readonly std: readonly [number, number, number];
  /** 0 to 255, in all three channels; the padding of `longest` (open_clip's fill_color) */
  readonly fillColor: number;
}

/** The preprocessing options of a caller; only the size has no default. */
export interface PreprocessOptions {
  /** size of the model's input; a number means a square of that many pixels */
  readonly size: number | ImageSize;
  /** how the image is brought to `size`; `shortest` where absent */
  readonly resizeMode?: ResizeMode;
  /** pixels; what `shortest` or `squash` resize to before the crop to `size` */
  readonly resize?: number;
  /** resampling filter of the resize; `bicubic` where absent */
  readonly interpolation?: Interpolation;
  /** subtracted from channel values in [0, 1], red, green, blue; OpenAI's where absent */
  readonly mean?: readonly [number, number, number];
  /** divides channel values after `mean` is subtracted; OpenAI's where absent */
  readonly std?: readonly [number, number, number];
  /** 0 to 255; what `longest` pads with; 0 where absent */
  readonly fillColor?: number;
}

/** Channel means and standard deviations of CLIP's training images (open_clip constants.py, OPENAI_DATASET_*). */
export const OPENAI_MEAN: readonly [number, number, number] = [0.48145466, 0.4578275, 0.40821073];
export const OPENAI_STD: readonly [number, number, number] = [0.26862954, 0.26130258, 0.27577711];

const LARGEST_SIDE = 4096; // pixels; current models have at most about 1000, and a tensor with this side takes 200 MB

/**
 * Fills in open_clip's defaults (shortest, bicubic, OpenAI's mean and std, fill 0) and checks every value.
 *
 * @throws InputError if a value is out of range, with the expected range
 */
export function createPreprocessing(options: PreprocessOptions): Preprocessing {
  const size = typeof options.size === "number" ? { height: options.size, width: options.size } : options.size;
  for (const side of ["height", "width"] as const) {
    if (!Number.isInteger(size[side]) || size[side] < 1 || size[side] > LARGEST_SIDE) {
      throw new InputError(
        `preprocessing: expected a ${side} of 1 to ${LARGEST_SIDE} whole pixels, got ${String(size[side])}`,
      );
    }
  }
  const resizeMode = oneOf("resize mode", options.resizeMode ?? "shortest", ["shortest", "squash", "longest"]);
  const interpolation = oneOf("interpolation", options.interpolation ?? "bicubic", ["bicubic", "bilinear", "lanczos"]);
  const mean = threeNumbers("mean", options.mean ?? OPENAI_MEAN);
  const std = threeNumbers("std", options.std ?? OPENAI_STD);
  if (std.some((value) => Math.fround(value) === 0)) {
    throw new InputError(`preprocessing: std is a divisor and must not be 0, got ${std.join(", ")}`);
  }
  const fillColor = options.fillColor ?? 0;
  if (!Number.isInteger(fillColor) || fillColor < 0 || fillColor > 255) {
    throw new InputError(`preprocessing: expected a fill color of 0 to 255, got ${String(fillColor)}`);
  }
  const { resize } = options;
  if (resize !== undefined && (!Number.isInteger(resize) || resize < 1 || resize > LARGEST_SIDE)) {
    throw new InputError(
      `preprocessing: expected a resize to 1 to ${LARGEST_SIDE} whole pixels, got ${String(resize)}`,
    );
  }
  if (resize !== undefined && resizeMode === "longest") {
    throw new InputError('preprocessing: resize mode "longest" pads to the size and cannot be combined with resize');
  }
  return {
    size: { height: size.height, width: size.width },
    resizeMode,
    ...(isPlainResize(resize, size) ? {} : { resize }),
    interpolation,
    mean,
    std,
    fillColor,
  };
}

/** Whether resize and size are equal: the image is resized to a square, and only the rest of one side is cropped. */
function isPlainResize(resize: number | undefined, size: { height: number; width: number }): resize is undefined {
  return resize === undefined || (resize === size.height && resize === size.width);
}

function oneOf<T extends string>(name: string, value: T, known: readonly T[]): T {
  if (known.includes(value)) return value;
  throw new InputError(`preprocessing: unknown ${name} "${String(value)}"; known: ${known.join(", ")}`);
}

function threeNumbers(name: string, values: readonly number[]): readonly [number, number, number] {
  const [red, green, blue] = values;
  if (values.length === 3 && values.every((value) => Number.isFinite(value))) return [red!, green!, blue!];
  throw new InputError(`preprocessing: expected ${name} as three numbers, got ${values.join(", ")}`);
}
