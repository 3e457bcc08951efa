import type { TaskKey } from "../../foundation/evaluation-key.ts";
import { type IdentifiedImages, labelText } from "./image-pairing.ts";

/** What a checkpoint said of one image. */
export interface ImagePrediction {
  /** path below the benchmark's root */
  readonly image: string;
  /** the classes that are right: rows of the protocol's class list; none where such an image is always wrong */
  readonly classes: readonly number[];
  /** the best class */
  readonly predicted: number;
  /** the first 32 digits of the SHA-256 of its file: where two results have it, their images are paired by it */
  readonly content?: string;
}

/** A checkpoint's predictions of one benchmark by one protocol and one set of prompts. */
export interface ResultPredictions extends TaskKey {
  /** images of the complete benchmark; null: not known */
  readonly expectedN: number | null;
  /** predictions, one for each image, in the order of the file */
  readonly images: readonly ImagePrediction[];
  /** what made it, under any names: results of which a part differs are not compared, see `compareCheckpoints` */
  readonly recipe?: Readonly<Record<string, string | number>>;
}

/** All predictions of a checkpoint. */
export interface CheckpointPredictions {
  /** name of the checkpoint */
  readonly checkpoint: string;
  /** SHA-256 of the files that make its numbers; null: not known */
  readonly fingerprint?: string | null;
  /** SHA-256 of how its texts were tokenized; null: not known */
  readonly textSha256?: string | null;
  /** its results, one for each benchmark, protocol and set of prompts */
  readonly results: readonly ResultPredictions[];
}

/** How the part of a recipe begins that is of the content of all images. */
export const CONTENT_PART = "content of the images";

/** Whether the best class is one of those that are right. */
export function isRight({ classes, predicted }: ImagePrediction): boolean {
  return classes.includes(predicted);
}

/** Whether every image has its content. */
export function haveContent(predictions: readonly ImagePrediction[]): boolean {
  return predictions.every(({ content }) => content !== undefined);
}

/** What identifies the images of predictions. */
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
