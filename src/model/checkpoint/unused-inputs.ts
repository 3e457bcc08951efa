import type { ImageSize } from "../../data/image/preprocessing.ts";
import { InputError } from "../../foundation/errors.ts";
import type { Feed } from "../onnx/onnx-runtime.ts";
import type { TextSignature, VisionSignature } from "./encoder-signature.ts";
import { fixedAxis, pixelFeed, textFeeds } from "./graph-feeds.ts";

/** Both sides of a graph that holds both towers. */
export interface BothSides {
  readonly vision: VisionSignature;
  readonly text: TextSignature;
  readonly size: ImageSize;
  /** Tokens of a dummy text. */
  readonly contextLength: number;
}

/** Gives the feeds of the side that is not asked, for a batch of n on the side that is. */
export type UnusedInputs = (n: number) => Record<string, Feed>;

/** Texts that are fed beside images. */
export interface TextsBeside {
  /** token ids, at least one row */
  readonly rows: readonly Int32Array[];
  readonly padId: number;
  readonly attendPadding: boolean;
}

/** How the side that is not asked is fed. */
export interface DummyFeedOptions {
  /** whether the two batches must be of one size */
  readonly tied: boolean;
  /** other content, and more rows where the graph leaves their number open: for the proof that embeddings do not depend on it */
  readonly different?: TextsBeside | "image";
}

/**
 * A graph with both towers runs both whatever is asked of it, and wants all its inputs. The side that is not asked gets
 * as little as it takes: one black image, or one text of two tokens; as many as the other side where the graph ties the
 * two batches together, and its fixed sizes where it has them.
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

/** Whether the graph's metadata gives the batch axes of images and texts one name. */
export function sharesBatchName(sides: BothSides): boolean {
  const [images, texts] = [sides.vision.pixels.shape[0], sides.text.ids.shape[0]];
  return typeof images === "string" && images !== "" && images === texts;
}

/**
 * Chooses how the side that is not asked is fed: one dummy for any number of rows, unless the metadata ties the two
 * batches together and a trial shows that it means it.
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
 * Embeds beside other content than that of the plain dummy.
 *
 * @throws InputError if the graph does not take it, or gives another width beside it
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
    return await run(same); // a graph that pairs rows takes one for all, or as many as there are
  }
}
