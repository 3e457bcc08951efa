import type { TaskKey } from "../../foundation/evaluation-key.ts";

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
  readonly images: readonly ImagePrediction[];
  /** what made it, under any names: results of which a part differs are not compared, see `compareCheckpoints` */
  readonly recipe?: Readonly<Record<string, string | number>>;
}

/** All predictions of a checkpoint. */
export interface CheckpointPredictions {
  readonly checkpoint: string;
  /** SHA-256 of the files that make its numbers; null: not known */
  readonly fingerprint?: string | null;
  /** SHA-256 of how its texts were tokenized; null: not known */
  readonly textSha256?: string | null;
  readonly results: readonly ResultPredictions[];
}

/** How the part of a recipe begins that is of the content of all images. */
export const CONTENT_PART = "content of the images";

/** Whether the best class is one of those that are right. */
export function isRight({ classes, predicted }: ImagePrediction): boolean {
  return classes.includes(predicted);
}
