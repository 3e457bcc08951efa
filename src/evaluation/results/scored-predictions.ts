import { InputError } from "../../foundation/errors.ts";
import { contentText, scanPredictions } from "./predictions-file.ts";

/** Predictions of a file with the checkpoint's confidence in each. */
export interface ScoredPredictions {
  /** (n,) names of the images */
  readonly images: readonly string[];
  /** (n,) contents of the images, see `shortContent`; null if the file does not have them */
  readonly contents: readonly string[] | null;
  /** labels as text, in the order of their first image, and the right classes of each */
  readonly labels: readonly string[];
  readonly classes: readonly (readonly number[])[];
  /** (n,) positions in `labels` */
  readonly imageLabels: Uint32Array;
  /** (n,) the best class */
  readonly predicted: Uint32Array;
  /** (n,) share of the best class, see `shareOfBest`; NaN without scores */
  readonly confidence: Float32Array;
}

/**
 * Reads a `predictions.csv` with its scores.
 *
 * @param where file name, for messages
 * @throws InputError if it is not a `predictions.csv`, see `scanPredictions`, or a score is not a number
 */
export function readScoredPredictions(bytes: Uint8Array, where: string): ScoredPredictions {
  const images: string[] = [];
  const contents: string[] = [];
  const imageLabels: number[] = [];
  const predicted: number[] = [];
  const confidence: number[] = [];
  const { labels, hasContent } = scanPredictions(bytes, where, (row) => {
    const scores = row.scores();
    if (!scores.every(Number.isFinite)) {
      throw new InputError(`${where}: row ${row.index + 1}: not in the form that evaluate writes; evaluate again`);
    }
    images.push(row.image());
    if (row.hasContent) contents.push(contentText(row));
    imageLabels.push(row.label.position);
    predicted.push(row.predicted);
    confidence.push(shareOfBest(scores));
  });
  return {
    images,
    contents: hasContent ? contents : null,
    labels: labels.map(({ text }) => text),
    classes: labels.map(({ classes }) => classes),
    imageLabels: Uint32Array.from(imageLabels),
    predicted: Uint32Array.from(predicted),
    confidence: Float32Array.from(confidence),
  };
}

/** CLIP's logit scale after training, by which cosines are multiplied. */
const LOGIT_SCALE = 100;

/**
 * Computes the share of the best class in a softmax over the five best at a logit scale of 100.
 *
 * @param scores cosines of the best classes, the best first
 * @returns NaN if there are none
 */
export function shareOfBest(scores: readonly number[]): number {
  if (scores.length === 0) return Number.NaN;
  const best = Math.max(...scores);
  const shares = scores.map((score) => Math.exp(LOGIT_SCALE * (score - best)));
  return (shares[0] as number) / shares.reduce((total, share) => total + share, 0);
}
