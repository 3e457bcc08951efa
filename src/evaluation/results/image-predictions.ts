import type { TaskKey } from "../../foundation/evaluation-key.ts";
import { type IdentifiedImages, labelText } from "./image-pairing.ts";

/** A checkpoint's prediction of one image. */
export interface ImagePrediction {
  /** path below the benchmark's root */
  readonly image: string;
  /** the right classes, as rows of the protocol's class list; empty if the image is always wrong */
  readonly classes: readonly number[];
  /** the best class */
  readonly predicted: number;
  /** the first 32 digits of the SHA-256 of its file; if two results have it, their images are paired by it */
  readonly content?: string;
}

/** A checkpoint's predictions on one benchmark with one protocol and prompt set. */
export interface ResultPredictions extends TaskKey {
  /** number of images of the complete benchmark; null if unknown */
  readonly expectedN: number | null;
  /** predictions, one for each image, in the order of the file */
  readonly images: readonly ImagePrediction[];
  /** settings that produced it; results that differ in any are not compared, see `compareCheckpoints` */
  readonly recipe?: Readonly<Record<string, string | number>>;
}

/** All predictions of a checkpoint. */
export interface CheckpointPredictions {
  /** name of the checkpoint */
  readonly checkpoint: string;
  /** SHA-256 of the files that determine its numbers; null if unknown */
  readonly fingerprint?: string | null;
  /** SHA-256 of its text settings; null if unknown */
  readonly textSha256?: string | null;
  /** its results, one for each benchmark, protocol and set of prompts */
  readonly results: readonly ResultPredictions[];
}

/** Prefix of the recipe part for the content of all images. */
export const CONTENT_PART = "content of the images";

/** Whether the best class is right. */
export function isRight({ classes, predicted }: ImagePrediction): boolean {
  return classes.includes(predicted);
}

/** Whether every image has a content. */
export function haveContent(predictions: readonly ImagePrediction[]): boolean {
  return predictions.every(({ content }) => content !== undefined);
}

/** Returns the identification of predictions' images. */
export function identifyPredictions(predictions: readonly ImagePrediction[]): IdentifiedImages {
  const labels = new Map<readonly number[], string>();
  const at = (row: number) => predictions[row] as ImagePrediction;
  return {
    n: predictions.length,
    name: (row) => at(row).image,
    label: (row) => {
      const { classes } = at(row);
      const text = labels.get(classes) ?? labelText(classes);
      labels.set(classes, text);
      return text;
    },
    content: haveContent(predictions) ? (row) => at(row).content as string : null,
  };
}
