import { describe, expect, it } from "vitest";
import { parseCorrectness } from "../../../src/report/html/correctness.ts";
import { describeImageSets } from "../../../src/report/html/image-set-details.ts";

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
    const numbers = (text: string, bytes: 2 | 4) => {
      const buffer = Buffer.from(text, "base64");
      return Array.from({ length: buffer.length / bytes }, (_, i) => buffer.readUIntLE(i * bytes, bytes));
    };
    expect(numbers(set?.correct as string, 2)).toEqual([2, 2, 2, 0, 1, 2]);
    expect(numbers(set?.both as string, 4)).toEqual([2, 3, 1]); // (4, 2), (4, 7), (2, 7)
  });

  it("pairs nobody with a checkpoint that saw other images", () => {
    const sets = describeImageSets(KEY, [member(0, 0, 1), member(1, 0, 1, 0), member(2, 1, 1)], () => null);
    expect(sets.map(({ checkpoints, n }) => [checkpoints, n])).toEqual([
      [[0, 2], 2],
      [[1], 3],
    ]);
  });
});
