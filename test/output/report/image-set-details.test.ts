import { describe, expect, it } from "vitest";
import { parseCorrectness } from "../../../src/evaluation/results/correctness.ts";
import { describeImageSets } from "../../../src/output/report/image-set-details.ts";
import { classCounts, comparePair, openSet } from "../../../src/output/report/page/image-sets.ts";
import type { ImageSetDetails } from "../../../src/output/report/report-data.ts";

const KEY = { benchmark: "b", protocol: "p", templates: "t", classNames: "c", expectedN: 9 };

function member(checkpoint: number, ...tops: number[]) {
  const lines = tops.map((top, i) => `image-${i},${i % 2},${top},0`).join("\n");
  return { checkpoint, correctness: parseCorrectness(new TextEncoder().encode(`image,label,top1,x\n${lines}\n`), "p") };
}

describe("describeImageSets", () => {
  it("counts each class and each pair, the pairs by rows of the upper triangle", () => {
    const sets = describeImageSets(
      KEY,
      [member(4, 0, 1, 0, 1), member(2, 0, 0, 0, 0), member(7, 1, 1, 0, 1)],
      (label) => `class ${label}`,
    );
    expect(sets).toHaveLength(1);
    const [set] = sets;
    expect(set).toMatchObject({ ...KEY, n: 4, checkpoints: [4, 2, 7], labels: ["0", "1"], images: [2, 2] });
    expect(set?.names).toEqual(["class 0", "class 1"]);
    expect([...(set?.correct ?? [])]).toEqual([2, 2, 2, 0, 1, 2]);
    expect([...(set?.both ?? [])]).toEqual([2, 3, 1]); // (4, 2), (4, 7), (2, 7)
  });

  it("counts classes of more than 65,535 images, and the page pairs them", () => {
    const images = 70_000;
    const big = (checkpoint: number, right: number) => {
      const member_ = member(checkpoint, 0);
      const counts = { n: images, labels: ["0"], classImages: [images], classCorrect: [right], correct: right };
      const bits = new Uint32Array(Math.ceil(images / 32));
      for (let i = 0; i < right; i++) bits[i >>> 5] = (bits[i >>> 5] as number) | (1 << (i & 31));
      return { ...member_, correctness: { ...member_.correctness, ...counts, bits } };
    };
    const [about] = describeImageSets(KEY, [big(0, 69_000), big(1, 65_536), big(2, 66_000)], () => "class");
    const set = openSet(about as ImageSetDetails);
    expect(set.right).toEqual([69_000, 65_536, 66_000]);
    expect(classCounts(set, 1)).toEqual([{ label: "0", name: "class", n: images, correct: 65_536 }]);
    expect(comparePair(set, 0, 1)).toMatchObject({ both: 65_536, onlyFirst: 3464, onlySecond: 0, neither: 1000 });
  });

  it("pairs nobody with a checkpoint that saw other images", () => {
    const sets = describeImageSets(KEY, [member(0, 0, 1), member(1, 0, 1, 0), member(2, 1, 1)], () => null);
    expect(sets.map(({ checkpoints, n }) => [checkpoints, n])).toEqual([
      [[0, 2], 2],
      [[1], 3],
    ]);
  });
});
