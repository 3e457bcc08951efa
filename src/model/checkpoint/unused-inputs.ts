import type { ImageSize } from "../../data/image/preprocessing.ts";
import { InputError } from "../../foundation/errors.ts";
import type { Feed } from "../onnx/onnx-runtime.ts";
import type { TextSignature, VisionSignature } from "./encoder-signature.ts";
import { fixedAxis, pixelFeed, textFeeds } from "./graph-feeds.ts";

/** The signatures of a graph that contains both towers. */
export interface BothSides {
  readonly vision: VisionSignature;
  readonly text: TextSignature;
  readonly size: ImageSize;
  /** Number of tokens of a dummy text. */
  readonly contextLength: number;
}

/** Returns the feeds of the unused tower for a batch of n inputs of the other tower. */
export type UnusedInputs = (n: number) => Record<string, Feed>;

/** Texts that are fed together with images. */
export interface TextsBeside {
  /** token ids, at least one row */
  readonly rows: readonly Int32Array[];
  readonly padId: number;
  readonly attendPadding: boolean;
}

/** How the unused tower is fed. */
export interface DummyFeedOptions {
  /** whether both batches must have the same size */
  readonly tied: boolean;
  /** feed different content, and more rows if the graph allows it, to test that embeddings do not depend on it */
  readonly different?: TextsBeside | "image";
}

/**
 * Creates minimal feeds for the unused tower, because a graph with both towers always runs both and requires all inputs: one
 * black image, or one text of two tokens; as many as the other batch if the graph ties the two batches, and with the fixed sizes
 * of the graph.
 */
export function dummyFeeds(
  sides: BothSides,
  asked: "images" | "texts",
  { tied, different }: DummyFeedOptions,
): UnusedInputs {
  const input = asked === "images" ? sides.text.ids : sides.vision.pixels;
  const fixed = fixedAxis(input, 0);
  const several = asked === "images" && typeof different === "object" ? different.rows.length : 2;
  return (n) => {
    const batch = fixed ?? (tied ? n : different ? several : 1);
    if (asked === "texts") {
      const { height, width } = sides.size;
      const pixels = new Float32Array(batch * 3 * height * width);
      if (different) for (let i = 0; i < pixels.length; i++) pixels[i] = Math.sin(i);
      return { [sides.vision.pixels.name]: pixelFeed(sides.vision.pixels, pixels, batch, sides.size) };
    }
    const fixedLength = fixedAxis(sides.text.ids, 1);
    if (typeof different === "object") {
      const rows = Array.from({ length: batch }, (_, i) => different.rows[i % different.rows.length] as Int32Array);
      const length = fixedLength ?? Math.max(...rows.map((row) => row.length));
      return textFeeds(sides.text, { ...different, rows, length });
    }
    const length = fixedLength ?? Math.min(2, sides.contextLength);
    const rows = Array.from({ length: batch }, () => new Int32Array(length));
    return textFeeds(sides.text, { rows, length, padId: 0, attendPadding: true });
  };
}

/** Whether the batch axes of images and texts have the same name in the graph's metadata. */
export function sharesBatchName(sides: BothSides): boolean {
  const [images, texts] = [sides.vision.pixels.shape[0], sides.text.ids.shape[0]];
  return typeof images === "string" && images !== "" && images === texts;
}

/**
 * Chooses how the unused tower is fed: one dummy for any number of rows, unless the metadata ties the two batches and a test run
 * confirms it.
 *
 * @param run embeds a few inputs, at least two, with these feeds
 */
export async function chooseDummyFeeds(
  sides: BothSides,
  asked: "images" | "texts",
  run: (unused: UnusedInputs) => Promise<Float32Array>,
): Promise<{ readonly plain: UnusedInputs; readonly tied: boolean }> {
  const tied = sharesBatchName(sides) && (await needsTie(sides, asked, run));
  return { plain: dummyFeeds(sides, asked, { tied }), tied };
}

async function needsTie(
  sides: BothSides,
  asked: "images" | "texts",
  run: (unused: UnusedInputs) => Promise<Float32Array>,
): Promise<boolean> {
  const expected = await run(dummyFeeds(sides, asked, { tied: true }));
  try {
    const found = await run(dummyFeeds(sides, asked, { tied: false }));
    return !found.every((value, i) => value === expected[i]);
  } catch (cause) {
    if (cause instanceof InputError) return true;
    throw cause;
  }
}

/**
 * Embeds inputs together with content that differs from the plain dummy's.
 *
 * @throws InputError if the graph rejects it, or returns another width with it
 */
export async function runBeside(
  sides: BothSides,
  asked: "images" | "texts",
  { tied, different }: Required<DummyFeedOptions>,
  run: (unused: UnusedInputs) => Promise<Float32Array>,
): Promise<Float32Array> {
  const same = dummyFeeds(sides, asked, { tied: true, different });
  if (tied) return await run(same);
  try {
    return await run(dummyFeeds(sides, asked, { tied, different }));
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    return await run(same); // a graph that pairs rows takes one row for all, or as many as there are
  }
}
