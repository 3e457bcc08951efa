import { InputError } from "../../foundation/errors.ts";
import type { Preprocessing } from "./preprocessing.ts";

/** A size in pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/**
 * The source of the result's pixels. The image is resized to `resized`; the window of it that starts at (top, left)
 * with size `window` is placed in the result at (padTop, padLeft); the rest of the result is `fill`.
 */
export interface Geometry {
  readonly resized: Size;
  /** the filter the resize uses, see `planGeometry` */
  readonly interpolation: Preprocessing["interpolation"];
  readonly top: number;
  readonly left: number;
  readonly window: Size;
  readonly padTop: number;
  readonly padLeft: number;
  readonly fill: number;
}

/**
 * Plans resize, crop and padding as open_clip's evaluation transform does: torchvision's `Resize` and `CenterCrop`,
 * open_clip's `ResizeKeepRatio` and `CenterCropOrPad`.
 *
 * - A square `shortest` truncates the longer side: int(n · long / short).
 * - `longest`, and `shortest` to a rectangle, round both sides half to even.
 * - With a `resize` that differs from the size, `shortest` truncates in the same way for squares and rectangles, and
 *   the crop follows; a crop larger than the resized image is padded with 0, as by torchvision's `CenterCrop`.
 * - Otherwise `shortest` to a rectangle is bicubic regardless of the configuration, because open_clip does not pass
 *   its interpolation on in this case.
 *
 * @param image size of the decoded image
 * @throws InputError if a side of a very long image would round to zero pixels, which the reference refuses too
 * @see open_clip src/open_clip/transform.py (3.3.0), torchvision transforms/functional.py (0.28)
 */
export function planGeometry(image: Size, preprocessing: Preprocessing): Geometry {
  const { size: target, resizeMode, resize } = preprocessing;
  const rectangle = resize === undefined && target.height !== target.width;
  const resized = resizedSize(image, resize === undefined ? target : { height: resize, width: resize }, resizeMode);
  const interpolation = resizeMode === "shortest" && rectangle ? "bicubic" : preprocessing.interpolation;
  const fill = resizeMode === "longest" ? preprocessing.fillColor : 0;
  const vertical = placeWindow(resized.height, target.height);
  const horizontal = placeWindow(resized.width, target.width);
  return {
    resized,
    interpolation,
    top: vertical.start,
    left: horizontal.start,
    window: { height: vertical.length, width: horizontal.length },
    padTop: vertical.pad,
    padLeft: horizontal.pad,
    fill,
  };
}

function resizedSize(image: Size, target: Size, mode: Preprocessing["resizeMode"]): Size {
  if (mode === "squash") return target;
  if (mode === "shortest" && target.height === target.width) {
    const n = target.height;
    return image.width <= image.height
      ? { width: n, height: Math.trunc((n * image.height) / image.width) }
      : { height: n, width: Math.trunc((n * image.width) / image.height) };
  }
  const ratios = [image.height / target.height, image.width / target.width];
  const ratio = mode === "longest" ? Math.max(...ratios) : Math.min(...ratios);
  const resized = { height: roundHalfEven(image.height / ratio), width: roundHalfEven(image.width / ratio) };
  if (resized.height > 0 && resized.width > 0) return resized;
  throw new InputError(
    `an image of ${image.width} × ${image.height} pixels cannot be resized to fit ${target.width} × ${target.height}: ` +
      "its short side would have zero pixels; crop the image or use another resize mode",
  );
}

/**
 * Places one axis: a center crop where the image is longer than the target, padding on both sides where it is shorter.
 */
function placeWindow(length: number, target: number): { start: number; length: number; pad: number } {
  if (length < target) return { start: 0, length, pad: Math.floor((target - length) / 2) };
  return { start: roundHalfEven((length - target) / 2), length: target, pad: 0 };
}

/** Python's round(): halves go to the even neighbor. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return fraction < 0.5 ? floor : floor + 1;
}
