import { type ImagePairing, pairImages } from "../../evaluation/results/image-pairing.ts";
import { type ImagePrediction, identifyPredictions, isRight } from "../../evaluation/results/image-predictions.ts";
import { InputError } from "../../foundation/errors.ts";
import type { NoteCollector } from "../../foundation/notes.ts";

/** An image that two checkpoints saw, and which of them got it right. */
export interface PairedImage {
  /** its path in the first checkpoint's predictions */
  readonly image: string;
  readonly classes: readonly number[];
  readonly first: boolean;
  readonly second: boolean;
}

/** Maximum number of images named in a message. */
const NAMED = 3;

/**
 * Pairs two checkpoints' predictions image by image, see `pairImages`; the order may differ.
 *
 * @param where  what is compared, for messages: "imagenet 1000: a and b"
 * @param notes  receives a warning if images are in the predictions of only one checkpoint: these are left out
 * @returns the images in the order of the first checkpoint
 * @throws InputError if none is in both, one path appears twice, or the right classes of an image differ, saying of how
 *   many
 */
export function pairOutcomes(
  first: readonly ImagePrediction[],
  second: readonly ImagePrediction[],
  where: string,
  notes: Pick<NoteCollector, "warn">,
): PairedImage[] {
  if (first.length === 0 || second.length === 0) throw new InputError(`${where}: no image to compare`);
  for (const predictions of [first, second]) checkPathsOnce(predictions, where);
  const pairs = pairImages(identifyPredictions(first), identifyPredictions(second));
  const [onlyFirst, onlySecond] = [named(first, pairs.onlyFirst), named(second, pairs.onlySecond)];
  const n = pairs.first.length;
  if (pairs.relabeled.length > 0) {
    const firstRows = pairs.relabeled.map(([row]) => row);
    throw new InputError(
      `${where}: ${named(first, firstRows)} of ${first.length} images have a different label in the second's predictions; evaluate both with one version of the benchmark, on data with the same labels`,
    );
  }
  if (n < Math.max(first.length, second.length)) {
    const why = pairs.by === "path" ? BY_PATH : changedContent(first, second, pairs);
    const text = `${where}: the images differ: ${n} in both, ${onlyFirst} only in the first's predictions, ${onlySecond} only in the second's${why}`;
    if (n === 0) throw new InputError(`${text}; evaluate both on the same images, with the same --limit`);
    notes.warn(`${text}; only those in both are compared`);
  }
  return Array.from(pairs.first, (row, i): PairedImage => {
    const prediction = first[row] as ImagePrediction;
    return {
      image: prediction.image,
      classes: prediction.classes,
      first: isRight(prediction),
      second: isRight(second[pairs.second[i] as number] as ImagePrediction),
    };
  });
}

function checkPathsOnce(predictions: readonly ImagePrediction[], where: string): void {
  const seen = new Set<string>();
  for (const { image } of predictions) {
    if (seen.has(image)) throw new InputError(`${where}: image ${image} appears twice`);
    seen.add(image);
  }
}

/** Explanation of different images if the content of some is not known. */
const BY_PATH =
  " (by their paths, because results of older versions do not have the contents of images; evaluate again)";

/** Explanation of different images if the content is known: images that changed. */
function changedContent(
  first: readonly ImagePrediction[],
  second: readonly ImagePrediction[],
  { onlyFirst, onlySecond }: ImagePairing,
): string {
  const paths = new Set(Array.from(onlySecond, (row) => second[row]?.image));
  const changed = onlyFirst.filter((row) => paths.has(first[row]?.image));
  return changed.length === 0 ? "" : `, ${named(first, changed)} with different content under the same path`;
}

function named(predictions: readonly ImagePrediction[], rows: ArrayLike<number>): string {
  if (rows.length === 0) return "0";
  const names = Array.from(rows)
    .slice(0, NAMED)
    .map((row) => predictions[row]?.image);
  return `${rows.length} (${names.join(", ")}${rows.length > NAMED ? ", …" : ""})`;
}
