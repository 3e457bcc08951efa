import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { chanceAccuracy, describeChance, findChanceAccuracy } from "../../../src/evaluation/scoring/chance.ts";
import { describePermutation, findLabelPermutation } from "../../../src/evaluation/scoring/label-permutation.ts";
import { fixtures } from "../../helpers.ts";
import { seededRandom } from "../../seeded-random.ts";

/** n images of some classes, equally many of each: truth, and predictions that are correct for a share of them. */
function run(n: number, classes: number, share: number, seed: number): { truth: Int32Array; top1: Int32Array } {
  const random = seededRandom(seed);
  const truth = Int32Array.from({ length: n }, (_, i) => i % classes);
  const top1 = truth.map((label) => (random() < share ? label : Math.floor(random() * classes)));
  return { truth, top1 };
}

/** A permutation without a fixed point, different from the known orders. */
function shuffled(classes: number, seed: number): Int32Array {
  const random = seededRandom(seed);
  const order = Int32Array.from({ length: classes }, (_, i) => i);
  for (let i = classes - 1; i > 0; i--) {
    const j = Math.floor(random() * i); // Sattolo: one cycle through all
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}

const asLists = (labels: Int32Array) => [...labels].map((label) => [label]);
const permutation = (top1: Int32Array, labels: Int32Array, classes: number) =>
  findLabelPermutation(top1, labels, classes, chanceAccuracy(top1, asLists(labels), classes));

describe("findLabelPermutation", () => {
  it.each([
    [1000, 50_000, 0.55],
    [1000, 10_000, 0.63],
    [200, 7500, 0.3],
    [113, 18_574, 0.44],
    [10, 400, 0.8],
    [2, 300, 0.95],
  ])("finds labels of %i classes in any order, from %i images with accuracy %f", (classes, n, share) => {
    const { truth, top1 } = run(n, classes, share, classes);
    const order = shuffled(classes, 5);
    const labels = truth.map((label) => order[label] as number);
    const found = permutation(top1, labels, classes);
    expect(found?.n).toBe(n);
    expect(found?.correct).toBeLessThan(0.05 * n + 3);
    // with fewer than 20 images per class, a few classes are missed, and randomly correct images are lost
    expect(found!.correctOtherwise / n).toBeGreaterThan(0.95 * share - 0.01);
    expect(found!.correctOtherwise / n).toBeLessThan(share + 0.05);
    for (const { label, seenAs } of found!.examples) expect(order[seenAs]).toBe(label);
  });

  it("finds nothing with correct labels, however poor the checkpoint", () => {
    for (const [seed, share] of [1, 0.6, 0.1, 0.02, 0].entries()) {
      for (const classes of [2, 10, 200, 1000]) {
        const { truth, top1 } = run(4000, classes, share, seed);
        expect(permutation(top1, truth, classes)).toBeNull();
      }
    }
  });

  it("finds nothing if labels and predictions are independent", () => {
    const unrelated = run(5000, 50, 0.7, 1);
    const random = seededRandom(9);
    const labels = unrelated.truth.map(() => Math.floor(random() * 50));
    expect(permutation(unrelated.top1, labels, 50)).toBeNull();
  });

  it("finds nothing in one image per class: a permutation is not tested on the image that suggests it", () => {
    const { truth, top1 } = run(1000, 1000, 1, 3);
    const order = shuffled(1000, 4);
    expect(
      permutation(
        top1,
        truth.map((label) => order[label] as number),
        1000,
      ),
    ).toBeNull();
  });

  it("finds nothing if a few classes are predicted as others", () => {
    const { truth, top1 } = run(2000, 100, 0, 3);
    const confused = top1.map((seen, i) => ((truth[i] as number) < 15 ? 99 - (truth[i] as number) : seen));
    expect(permutation(confused, truth, 100)).toBeNull();
  });

  it("finds labels that point to classes without images, if the checkpoint predicts different classes", () => {
    const { truth, top1 } = run(4000, 100, 0.6, 3);
    const elsewhere = top1.map((seen) => 160 - 1 - seen);
    const found = permutation(elsewhere, truth, 160);
    expect(found?.isDistinct).toBe(true);
    expect(found!.correctOtherwise / 4000).toBeGreaterThan(0.55);
  });

  it("finds ten classes of many whose labels are numbered 0 to 9: too few to tell from drawings, but most become right", () => {
    const random = seededRandom(5);
    const classes = [0, 217, 482, 491, 497, 566, 569, 571, 574, 701]; // those of Imagenette
    const truth = Int32Array.from({ length: 1000 }, (_, i) => i % 10);
    const top1 = truth.map((label) => (random() < 0.8 ? classes[label] : Math.floor(random() * 1000)) as number);
    const found = permutation(top1, truth, 1000);
    expect(found?.isDistinct).toBe(false);
    expect(found!.correctOtherwise / 1000).toBeGreaterThan(0.75);
  });

  it("is not misled by copies of few images, each always predicted as the same class", () => {
    const random = seededRandom(4);
    const takenFor = Int32Array.from({ length: 30 }, () => Math.floor(random() * 1000));
    const truth = Int32Array.from({ length: 900 }, (_, i) => (i % 30) * 20);
    const top1 = truth.map((label) => takenFor[label / 20] as number);
    expect(permutation(top1, truth, 1000)).toBeNull();
  });

  it("is not misled by similar images within a class: each drawing predicted as one class, several as the same", () => {
    const random = seededRandom(2);
    const classes = 160;
    const takenFor = Int32Array.from({ length: classes }, () => Math.floor(random() * classes));
    const truth = Int32Array.from({ length: 32 * 35 }, (_, i) => i % 35);
    const noisy = (label: number) => (random() < 0.4 ? takenFor[label] : Math.floor(random() * classes)) as number;
    expect(permutation(truth.map(noisy), truth, classes)).toBeNull();
    // Where all classes have images nothing else tells them from labels in a wrong order: it is said that there are two reasons
    const every = Int32Array.from({ length: 32 * classes }, (_, i) => i % classes);
    const found = permutation(every.map(noisy), every, classes);
    expect(found?.isDistinct).toBe(false);
    expect(describePermutation("x", found!, String)).toMatch(
      /^x: the labels may be in a wrong order: .*, unless the images of a class are very similar/,
    );
  });

  it("reports nothing for EmojiShift's second drawings, 32 renderings each, and finds permuted labels of its reference", async () => {
    const script = join(fixtures, "..", "..", "examples", "emojishift", "study", "read-study.mjs");
    const { checkpoints, benchmarks } = (await import(pathToFileURL(script).href)).readTop1();
    const read = (id: string) => {
      const { top1, pictures, things } = benchmarks.get(id);
      const labels = Int32Array.from({ length: pictures }, (_, k) => things[k % things.length] as number);
      const runs = (checkpoints as string[]).map((_, row) =>
        Int32Array.from(top1.subarray(row * pictures, (row + 1) * pictures) as Uint8Array),
      );
      return { labels, runs, things: things as number[] };
    };
    const second = read("emoji-twemoji-second");
    for (const classes of second.runs) expect(permutation(classes, second.labels, 160)).toBeNull();
    const { labels, runs, things } = read("emoji-fluent-emoji-flat");
    const order = shuffled(things.length, 3);
    const mixedUp = labels.map((label) => things[order[things.indexOf(label)] as number] as number);
    const clear = runs.filter((run) => run.filter((seen, i) => seen === labels[i]).length > 0.24 * labels.length);
    expect(clear.length).toBeGreaterThan(1);
    for (const classes of clear) {
      expect(permutation(classes, labels, 160)).toBeNull();
      expect(permutation(classes, mixedUp, 160)).not.toBeNull();
    }
  });

  it("refuses predictions of other images", () => {
    expect(() => findLabelPermutation(new Int32Array(2), new Int32Array(3), 5, 0.2)).toThrow(RangeError);
  });
});

describe("findChanceAccuracy", () => {
  it("warns about labels in any order, also if one image per class shows no order", () => {
    const { truth, top1 } = run(1000, 1000, 0.55, 3);
    const order = shuffled(1000, 4);
    const found = findChanceAccuracy(top1, asLists(truth.map((label) => order[label] as number)), 1000);
    expect(found?.isCollapsed).toBe(false);
    expect(describeChance("x", found!)).toMatch(/^x: accuracy is not above chance: .*may be in another order/);
  });

  it("reports nothing for a poor checkpoint above chance level", () => {
    const { truth, top1 } = run(10_000, 1000, 0.003, 3);
    expect(findChanceAccuracy(top1, asLists(truth), 1000)).toBeNull();
  });

  it("reports nothing for few images, or images of few classes", () => {
    const none = (n: number, classes: number) =>
      findChanceAccuracy(
        Int32Array.from({ length: n }, (_, i) => (i + 1) % classes),
        Array.from({ length: n }, (_, i) => [i % classes]),
        1000,
      );
    expect(none(15, 15)).toBeNull();
    expect(none(500, 9)).toBeNull();
    expect(none(500, 10)).not.toBeNull();
  });

  it("computes the chance level from the predictions: a single class for all images is correct as often as its share", () => {
    const labels = Int32Array.from({ length: 1000 }, (_, i) => (i % 10 < 7 ? 0 : 1));
    expect(chanceAccuracy(new Int32Array(1000), asLists(labels), 2)).toBe(0.7);
    const found = findChanceAccuracy(new Int32Array(5000), asLists(run(5000, 2, 1, 1).truth), 2);
    expect(found).toMatchObject({ correct: 2500, chance: 0.5, isCollapsed: true });
    expect(describeChance("x", found!)).toContain("predicted as the same few classes");
  });

  it("reports accuracy far below chance level, as for images chosen against a similar model", () => {
    const { truth } = run(7500, 200, 1, 1);
    const found = findChanceAccuracy(
      truth.map((label) => (label * 7 + 1) % 200),
      asLists(truth),
      200,
    );
    expect(found).toMatchObject({ correct: expect.any(Number), isBelow: true });
    expect(describeChance("x", found!)).toContain("below chance: ");
    expect(describeChance("x", found!)).toContain("selected because a similar model fails on them");
  });

  it("counts an image as correct if any of several classes is", () => {
    const labels = Array.from({ length: 500 }, (_, i) => [i % 20, (i + 1) % 20]);
    expect(
      findChanceAccuracy(
        Int32Array.from(labels, ([, second]) => second as number),
        labels,
        20,
      ),
    ).toBeNull();
  });

  it("finds the two results at chance level among EmojiShift's 252, and no order", () => {
    const base = join(fixtures, "..", "..", "results", "emojishift");
    const paths = readdirSync(base, { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith("predictions.csv"),
    );
    const found = paths.filter((path) => {
      const rows = readFileSync(join(base, path), "utf8").trim().split("\n").slice(1);
      const labels = Int32Array.from(rows, (row) => Number(row.split(",")[1]));
      const top1 = Int32Array.from(rows, (row) => Number(row.split(",")[2]));
      expect(permutation(top1, labels, 160)).toBeNull();
      return findChanceAccuracy(top1, asLists(labels), 160) !== null;
    });
    expect(paths).toHaveLength(252);
    // 5 and 8 of 640 right, where chance gives 4: p = 0.37 and 0.0506 (scipy)
    expect(found.map((path) => path.split("/").slice(0, 2).join(" ")).sort()).toEqual([
      "noto25-emojione75-640 emoji-fluent-emoji-high-contrast",
      "noto75-emojione25-160 emoji-fluent-emoji-high-contrast",
    ]);
  });
});

describe("describePermutation", () => {
  it("gives both accuracies and the clearest pairs by name", () => {
    const text = describePermutation(
      "x",
      {
        n: 1000,
        correct: 1,
        correctOtherwise: 549,
        p: 0,
        isDistinct: true,
        examples: [{ label: 0, seenAs: 1, images: 9 }],
      },
      (label) => ["tench", "goldfish"][label] as string,
    );
    expect(text).toMatch(/^x: the labels are probably in a wrong order: .*; check the labels against the class list$/);
    expect(text).toContain("accuracy is 0.10 %, but 54.9 % under a permutation of the labels");
    expect(text).toContain('"tench" looks like "goldfish"');
  });
});
