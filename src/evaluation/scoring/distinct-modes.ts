import { createRandomNumbers } from "../../foundation/statistics/random-numbers.ts";

const REPLICATES = 9999;

/**
 * Tests whether labels are predicted as distinct classes, as is the case for permuted labels. If the images of a class
 * are alike, such as renderings of one drawing, a checkpoint may predict all of them as one wrong class; but it does so
 * independently for each label, so several labels coincide in one class.
 *
 * A label counts once, by the class that most of its images are predicted as; labels that are mostly right are left
 * out.
 *
 * @param top1   (n,) predicted classes, in 0..classes−1
 * @param labels (n,) the class that is right for each, in 0..classes−1 The distribution of wrong classes is unknown, so
 *   all classes are assumed equally likely, which makes coincidences least likely. Few labels among many classes are
 *   distinct at random.
 *
 * @returns the share of draws in which as many labels, each with a random class, have at least as many distinct
 *   classes; the actual labels count as one draw
 */
export function distinctModesP(top1: Int32Array, labels: Int32Array, classes: number): number {
  const modes = modesOf(top1, labels, classes);
  const distinct = new Set(modes).size;
  const random = createRandomNumbers(1);
  const seenIn = new Int32Array(classes).fill(-1);
  let atLeast = 0;
  for (let draw = 0; draw < REPLICATES; draw++) {
    let named = 0;
    for (let k = 0; k < modes.length; k++) {
      const drawn = Math.floor(random.uniform() * classes);
      if (seenIn[drawn] === draw) continue;
      seenIn[drawn] = draw;
      named++;
    }
    if (named >= distinct) atLeast++;
  }
  return (1 + atLeast) / (1 + REPLICATES);
}

/** Returns, for each label whose images are mostly predicted as another class, that class. */
function modesOf(top1: Int32Array, labels: Int32Array, classes: number): number[] {
  const counts = new Map<number, number>();
  labels.forEach((label, i) => {
    const pair = label * classes + (top1[i] as number);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  });
  const best = new Map<number, { seenAs: number; images: number }>();
  for (const [pair, images] of counts) {
    const [label, seenAs] = [Math.floor(pair / classes), pair % classes];
    if (images > (best.get(label)?.images ?? 0)) best.set(label, { seenAs, images });
  }
  return [...best].filter(([label, { seenAs }]) => label !== seenAs).map(([, { seenAs }]) => seenAs);
}
