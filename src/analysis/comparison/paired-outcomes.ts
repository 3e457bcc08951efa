import { type ImagePrediction, isRight } from "../../evaluation/results/image-predictions.ts";
import { InputError } from "../../foundation/errors.ts";

/** An image that two checkpoints saw, and which of them got it right. */
export interface PairedImage {
  readonly image: string;
  readonly classes: readonly number[];
  readonly first: boolean;
  readonly second: boolean;
}

/** Images named in a message. */
const NAMED = 3;

/**
 * Pairs two checkpoints' predictions image by image; their order need not be the same.
 *
 * @param where  what is compared, for messages: "imagenet 1000: a and b"
 * @returns the images in the first's order
 * @throws InputError if there is none, one is there twice, the two did not see the same images, or an image's right
 *   classes differ, saying how many
 */
export function pairImages(
  first: readonly ImagePrediction[],
  second: readonly ImagePrediction[],
  where: string,
): PairedImage[] {
  if (first.length === 0 || second.length === 0) throw new InputError(`${where}: no image to compare`);
  const [ofFirst, ofSecond] = [byImage(first, where), byImage(second, where)];
  const onlyFirst = first.filter(({ image }) => !ofSecond.has(image));
  const onlySecond = second.filter(({ image }) => !ofFirst.has(image));
  if (onlyFirst.length > 0 || onlySecond.length > 0) {
    const shared = first.length - onlyFirst.length;
    throw new InputError(
      `${where}: the images differ: ${shared} in both, ${only(onlyFirst)} only in the first's predictions, ${only(onlySecond)} only in the second's; evaluate both on the same copy of the data, with the same --limit`,
    );
  }
  const relabelled = first.filter(({ image, classes }) => !isSame(classes, ofSecond.get(image)?.classes ?? []));
  if (relabelled.length > 0) {
    throw new InputError(
      `${where}: ${only(relabelled)} of ${first.length} images have another label in the second's predictions; evaluate both with one version of the benchmark`,
    );
  }
  return first.map((prediction) => ({
    image: prediction.image,
    classes: prediction.classes,
    first: isRight(prediction),
    second: isRight(ofSecond.get(prediction.image) as ImagePrediction),
  }));
}

function byImage(predictions: readonly ImagePrediction[], where: string): Map<string, ImagePrediction> {
  const found = new Map<string, ImagePrediction>();
  for (const prediction of predictions) {
    if (found.has(prediction.image)) throw new InputError(`${where}: image ${prediction.image} is there twice`);
    found.set(prediction.image, prediction);
  }
  return found;
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((value) => b.includes(value)));
}

function only(images: readonly ImagePrediction[]): string {
  if (images.length === 0) return "0";
  const names = images.slice(0, NAMED).map(({ image }) => image);
  return `${images.length} (${names.join(", ")}${images.length > NAMED ? ", …" : ""})`;
}
