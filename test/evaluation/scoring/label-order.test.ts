import { describe, expect, it } from "vitest";
import type { Manifest } from "../../../src/data/dataset/manifest.ts";
import { collectImages } from "../../../src/data/sources/image-list.ts";
import {
  describeLabelOrder,
  findLabelOrder,
  type LabelOrder,
  readLabelOrders,
} from "../../../src/evaluation/scoring/label-order.ts";
import { warnOfLabelOrder } from "../../../src/evaluation/scoring/label-order-warning.ts";
import { seededRandom } from "../../seeded-random.ts";

/** Images of n spread classes: truth, and predictions that are correct for a share of them. */
function run(n: number, share: number, seed: number): { truth: Int32Array; top1: Int32Array } {
  const random = seededRandom(seed);
  const truth = Int32Array.from({ length: n }, (_, i) => (i * 37 + 11) % 1000);
  const top1 = truth.map((label) => (random() < share ? label : Math.floor(random() * 1000)));
  return { truth, top1 };
}

describe("readLabelOrders", async () => {
  const orders = await readLabelOrders();

  it("holds permutations of the 1000 classes, and two shifts that lose one class each", () => {
    expect(orders.map(({ toIndex }) => new Set(toIndex).size)).toEqual([1000, 1000, 1000, 1000, 1000, 1000]);
    expect(orders.map(({ toIndex }) => toIndex.includes(-1))).toEqual([false, false, false, false, true, true]);
  });

  it("sorts as text as Python does: 0, 1, 10, 100, 101", () => {
    expect([...(orders[0] as LabelOrder).toIndex.slice(0, 5)]).toEqual([0, 1, 10, 100, 101]);
    expect((orders[0] as LabelOrder).toIndex.at(-1)).toBe(999);
  });

  it("turns the devkit's first ground-truth numbers into the ImageNet indices of the first validation images", () => {
    const devkit = [490, 361, 171, 822, 297, 482, 13, 704, 599, 164];
    const indices = devkit.map((id) => (orders[2] as LabelOrder).toIndex[id - 1]);
    expect(indices).toEqual([65, 970, 230, 809, 516, 57, 334, 415, 674, 332]);
  });
});

describe("findLabelOrder", async () => {
  const orders = await readLabelOrders();

  it("names each order in which labels were given to images", () => {
    const { truth, top1 } = run(400, 0.6, 1);
    for (const order of orders) {
      const labels = truth.map((index) => order.toIndex.indexOf(index));
      expect(findLabelOrder(top1, labels, orders)?.description).toBe(order.description);
    }
  });

  it("finds nothing with correct labels, however good or poor the model", () => {
    for (const share of [1, 0.6, 0.1, 0.01, 0]) {
      const { truth, top1 } = run(2000, share, 2);
      expect(findLabelOrder(top1, truth, orders)).toBeNull();
    }
  });

  it("needs 30 images", () => {
    const { truth, top1 } = run(30, 1, 3);
    const labels = truth.map((index) => (orders[0] as LabelOrder).toIndex.indexOf(index));
    expect(findLabelOrder(top1, labels, orders)?.correctOtherwise).toBe(30);
    expect(findLabelOrder(top1.slice(1), labels.slice(1), orders)).toBeNull();
  });

  it("needs images of five classes: a class that is always predicted as another is not an order", () => {
    const order = orders[0] as LabelOrder;
    const labels = Int32Array.from({ length: 200 }, (_, i) => 300 + (i % 4));
    const top1 = labels.map((label) => order.toIndex[label] as number);
    expect(findLabelOrder(top1, labels, orders)).toBeNull();
    const five = labels.map((_, i) => 300 + (i % 5));
    expect(
      findLabelOrder(
        five.map((label) => order.toIndex[label] as number),
        five,
        orders,
      )?.correct,
    ).toBe(0);
  });

  it("requires five times the accuracy", () => {
    const shift = orders[5] as LabelOrder;
    const labels = Int32Array.from({ length: 600 }, (_, i) => i);
    const right = (count: number) => labels.map((label) => (label < count ? label : (shift.toIndex[label] as number)));
    expect(findLabelOrder(right(100), labels, orders)).toMatchObject({ correct: 100, correctOtherwise: 500 });
    expect(findLabelOrder(right(101), labels, orders)).toBeNull();
  });

  it("refuses predictions of other images", () => {
    expect(() => findLabelOrder(new Int32Array(2), new Int32Array(3), orders)).toThrow(
      "expected predictions of 3 images",
    );
  });
});

describe("describeLabelOrder", () => {
  it("gives both accuracies and the likely cause", () => {
    const text = describeLabelOrder("imagenet-v2, protocol 1000", {
      description: "counted from 1, not from 0",
      n: 1000,
      correct: 2,
      correctOtherwise: 631,
      p: 1e-99,
    });
    expect(text).toContain("imagenet-v2, protocol 1000: the labels are probably in a wrong order");
    expect(text).toContain("accuracy is 0.20 %, but would be 63.1 % if the labels were counted from 1, not from 0");
  });
});

describe("warnOfLabelOrder", async () => {
  const orders = await readLabelOrders();
  const names = (count: number) => Array.from({ length: count }, (_, i) => `class ${i}`);

  it("reads predictions of a class subset as ImageNet indices, and skips protocols of other names", () => {
    const order = orders[0] as LabelOrder;
    // 200 classes: every fifth. An image's row r of the class list is labeled as class r, its truth is another
    const rows = Array.from({ length: 200 }, (_, c) => Int32Array.of(c * 5));
    const accepted = rows.map((_, c) => [c]);
    const members = rows.map((_, c) => c).filter((c) => (order.toIndex[c * 5] as number) % 5 === 0);
    const images = collectImages(members.map((c, i) => ({ path: `${i}.jpg`, bytes: 1, label: c })));
    const manifest: Manifest = {
      benchmark: "x",
      format: "folder",
      root: "",
      layout: "class-folders",
      images,
      sha256: "",
    };
    const predictions = {
      images: Int32Array.from(members.keys()),
      k: 1,
      top: Int32Array.from(members, (c) => (order.toIndex[c * 5] as number) / 5),
      scores: new Float32Array(images.length),
    };
    expect(members.length).toBeGreaterThan(29);
    const labeled = { names: names(1000), manifest, predictions, space: { rows, accepted } };
    expect(warnOfLabelOrder("x", labeled, orders)).toMatchObject({
      text: expect.stringContaining("sorted as text"),
      isOrder: true,
    });
    expect(warnOfLabelOrder("x", { ...labeled, names: names(113) }, orders)).toBeNull();
    const grouped = { rows: rows.map((row) => Int32Array.of(...row, 1)), accepted };
    expect(warnOfLabelOrder("x", { ...labeled, space: grouped }, orders)).toBeNull();
  });
});
