import { InputError } from "../../foundation/errors.ts";
import { byteSize } from "../../foundation/number-text.ts";
import { fixedAxis, type ImageSize } from "./graph-feeds.ts";
import type { TextPorts, VisionPorts } from "./tower-ports.ts";

/** Bytes of one batch that is fed: 1,783 images of 224 × 224 pixels, of which exports with a fixed batch have at most 256. */
const MOST_PIXEL_BYTES = 2 ** 30;
/** Tokens of one batch that is fed: 512 texts of 8,192. */
const MOST_TOKENS = 2 ** 22;

/**
 * Refuses a graph whose fixed sizes would need more memory for one batch than any export has reason to.
 *
 * @param path what messages call the graph
 * @throws InputError naming the size
 */
export function checkFixedImages({ pixels }: VisionPorts, { height, width }: ImageSize, path: string): void {
  const batch = fixedAxis(pixels, 0) ?? 1;
  const bytes = batch * 3 * height * width * Float32Array.BYTES_PER_ELEMENT;
  if (bytes <= MOST_PIXEL_BYTES) return;
  throw new InputError(
    `${path}: takes ${batch} images of ${height} × ${width} at once, ${byteSize(bytes)}; export it with a dynamic batch, or a small one`,
  );
}

/** The same of texts. @throws InputError naming the size */
export function checkFixedTexts({ ids }: TextPorts, contextLength: number, path: string): void {
  const batch = fixedAxis(ids, 0) ?? 1;
  if (batch * contextLength <= MOST_TOKENS) return;
  throw new InputError(
    `${path}: takes ${batch} texts of ${contextLength} tokens at once; export it with a dynamic batch and token axis, or small ones`,
  );
}
