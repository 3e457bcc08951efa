import { createRandomNumbers } from "../../foundation/statistics/random-numbers.ts";

const REPLICATES = 9999;

/**
 * Tests whether labels are taken for classes that differ from label to label, as labels in another order are. Where the images of a
 * class are alike, renderings of one drawing say, a checkpoint may take all of them for one other class; but then it does so
 * for each label as if there were no others, and several labels meet in one class.
 *
 * A label counts once, by the class that most of its images are taken for; labels that most are right of are left out.
 *
 * @param top1   (n,) predicted classes, in 0..classes−1
 * @param labels (n,) the class that is right for each, in 0..classes−1
 * Which classes drawings are taken for is not known but from themselves, so all are taken to be as likely: several meet most rarely then.
 * Few labels of many classes differ by chance alone.
 *
 * @returns the share of draws in which as many labels, each with a class at random, name as many classes or more; the labels at
 *   hand count as one draw
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

/** Of each label whose images are mostly taken for another class, that class. */
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
