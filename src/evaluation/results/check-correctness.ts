import { InputError } from "../../foundation/errors.ts";
import type { Correctness } from "./correctness.ts";
import { checkCounts, parsePredictions } from "./read-predictions.ts";
import type { ResultMetrics } from "./result-folder.ts";

const QUOTE = 34;
const FIRST_COLUMN = Buffer.from("image,");

/**
 * Compares what was counted in a `predictions.csv` with the `metrics.json` beside it: images, top-1, top-5 and, where every
 * image has a right class, mean per-class recall.
 *
 * @throws InputError naming what differs
 */
export function checkCorrectness(path: string, metrics: ResultMetrics, correctness: Correctness): void {
  const { n, correct, top5 } = correctness;
  checkCounts(path, metrics, { n, top1: correct, top5, recall: meanRecall(correctness) });
}

/** Over the classes, as `accuracyMetrics` takes them: of several right ones the first. Null where an image has none. */
function meanRecall({ labels, classImages, classCorrect }: Correctness): number | null {
  const classes = new Map<string, { n: number; correct: number }>();
  for (const [l, label] of labels.entries()) {
    if (label === "") return null; // such an image counts by its folder, which the file does not say
    const [first] = label.split(";") as [string];
    const { n, correct } = classes.get(first) ?? { n: 0, correct: 0 };
    classes.set(first, { n: n + (classImages[l] as number), correct: correct + (classCorrect[l] as number) });
  }
  const recalls = [...classes.values()].map(({ n, correct }) => correct / n);
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}

/**
 * Refuses predictions with an image that is there twice.
 *
 * @param bytes a `predictions.csv`
 * @throws InputError naming the image
 */
export function checkImagesOnce(bytes: Uint8Array, path: string): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seen = new Set<string>();
  if (!text.subarray(0, FIRST_COLUMN.length).equals(FIRST_COLUMN)) {
    const images = parsePredictions(text.toString("utf8"), path).map(({ image }) => image);
    const twice = images.find((image) => seen.has(image) || !seen.add(image));
    if (twice !== undefined) throw new InputError(`${path}: image ${twice} is there twice`);
    return;
  }
  for (let at = text.indexOf("\n") + 1; at > 0 && at < text.length; ) {
    const end = imageEnd(text, at);
    const image = text.toString("latin1", at, end);
    if (seen.has(image)) throw new InputError(`${path}: image ${text.toString("utf8", at, end)} is there twice`);
    seen.add(image);
    at = text.indexOf("\n", end) + 1;
  }
}

/** End of a row's first field; between quotation marks a line's end belongs to it. */
function imageEnd(text: Buffer, from: number): number {
  if (text[from] !== QUOTE) {
    const comma = text.indexOf(",", from);
    return comma === -1 ? text.length : comma;
  }
  let at = text.indexOf('"', from + 1) + 1;
  while (at > 0 && text[at] === QUOTE) at = text.indexOf('"', at + 1) + 1;
  return at === 0 ? text.length : at;
}
