import { type ImageOutcomes, makeOutcomes } from "../src/evaluation/results/image-outcomes.ts";
import { normalQuantile } from "../src/foundation/statistics/normal-distribution.ts";
import type { RandomNumbers } from "../src/foundation/statistics/random-numbers.ts";

/** Common difficulty of images for all checkpoints: shares of the variance of a latent normal variable. */
export interface Difficulty {
  /** images per cluster; 1: the images are independent */
  readonly perCluster: number;
  /** of an image, the same for all checkpoints */
  readonly image: number;
  /** of an image's cluster: half of it is common to all checkpoints, half belongs to the checkpoint */
  readonly cluster: number;
}

/** Draws which images of a new set each checkpoint classifies correctly, from a hierarchy of cluster, image and checkpoint. */
export function drawOutcomes(
  accuracies: readonly number[],
  images: number,
  { perCluster, image, cluster }: Difficulty,
  random: RandomNumbers,
  isClustered: boolean,
): ImageOutcomes[] {
  const name = `set ${random.uniform()}`;
  const cuts = accuracies.map(normalQuantile);
  const bits = accuracies.map(() => new Uint32Array(Math.ceil(images / 32)));
  const clusters = Math.ceil(images / perCluster);
  const sizes = new Int32Array(clusters);
  const right = accuracies.map(() => new Int32Array(clusters));
  const ofCheckpoint = new Float64Array(accuracies.length);
  const [ofImage, ofCluster, ofBoth] = [image, cluster / 2, 1 - image - cluster].map(Math.sqrt) as [
    number,
    number,
    number,
  ];
  for (let g = 0, k = 0; g < clusters; g++) {
    const shared = cluster === 0 ? 0 : ofCluster * random.normal();
    for (let c = 0; c < cuts.length; c++) ofCheckpoint[c] = cluster === 0 ? 0 : shared + ofCluster * random.normal();
    for (let j = 0; j < perCluster && k < images; j++, k++) {
      const hard = ofImage * random.normal();
      sizes[g] = (sizes[g] as number) + 1;
      for (let c = 0; c < cuts.length; c++) {
        if ((ofCheckpoint[c] as number) + hard + ofBoth * random.normal() >= (cuts[c] as number)) continue;
        const word = bits[c] as Uint32Array;
        word[k >>> 5] = (word[k >>> 5] as number) | (1 << (k & 31));
        const counts = right[c] as Int32Array;
        counts[g] = (counts[g] as number) + 1;
      }
    }
  }
  return accuracies.map((_, c) => {
    const counts = right[c] as Int32Array;
    const correct = counts.reduce((sum, count) => sum + count, 0);
    const counted = {
      n: images,
      correct,
      bits: bits[c] as Uint32Array,
      images: { n: images, names: name, contents: null },
    };
    return makeOutcomes(counted, isClustered ? { sha256: null, images: sizes, correct: counts } : null);
  });
}
