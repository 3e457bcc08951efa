import type { Feed } from "../onnx/session.ts";
import { fixedAxis, type ImageSize, pixelFeed, textFeeds } from "./graph-feeds.ts";
import type { TextPorts, VisionPorts } from "./tower-ports.ts";

/** Both sides of a graph that holds both towers. */
export interface BothSides {
  readonly vision: VisionPorts;
  readonly text: TextPorts;
  readonly size: ImageSize;
  /** Tokens of a stand-in text. */
  readonly contextLength: number;
}

/** Gives the feeds of the side that is not asked, for a batch of n on the side that is. */
export type OtherSide = (n: number) => Record<string, Feed>;

/**
 * A graph with both towers runs both whatever is asked of it, and wants all its inputs. The side that is not asked gets
 * as little as it takes: one black image, or one text of two tokens; as many as the other side where the graph ties the
 * two batches together, and its fixed sizes where it has them.
 *
 * @param tied whether the two batches must be of one size
 */
export function standIn(sides: BothSides, asked: "images" | "texts", tied: boolean): OtherSide {
  const port = asked === "images" ? sides.text.ids : sides.vision.pixels;
  const fixed = fixedAxis(port, 0);
  return (n) => {
    const batch = fixed ?? (tied ? n : 1);
    if (asked === "texts") {
      const { height, width } = sides.size;
      const pixels = new Float32Array(batch * 3 * height * width);
      return { [sides.vision.pixels.name]: pixelFeed(sides.vision.pixels, pixels, batch, sides.size) };
    }
    const length = fixedAxis(sides.text.ids, 1) ?? Math.min(2, sides.contextLength);
    const rows = Array.from({ length: batch }, () => new Int32Array(length));
    return textFeeds(sides.text, { rows, length, padId: 0, attendPadding: true });
  };
}

/** Whether the graph's metadata gives the batch axes of images and texts one name. */
export function sharesBatchName(sides: BothSides): boolean {
  const [images, texts] = [sides.vision.pixels.shape[0], sides.text.ids.shape[0]];
  return typeof images === "string" && images !== "" && images === texts;
}
