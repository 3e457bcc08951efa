import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { readScoredPredictions, shareOfBest } from "../../../src/evaluation/results/scored-predictions.ts";
import { thumbnail } from "../../../src/output/report/thumbnail.ts";

const HEAD = "image,label,top1,top2,top3,top4,top5,score1,score2,score3,score4,score5";
const bytes = (text: string) => new TextEncoder().encode(text);

describe("readScoredPredictions", () => {
  const text = [
    HEAD,
    "right.jpg,1,1,2,3,4,5,0.9,0.1,0.1,0.1,0.1",
    "unsure.jpg,1,2,1,3,4,5,0.30,0.30,0.29,0.20,0.20",
    "several.jpg,3;2,2,1,3,4,5,0.9,0.1,0.1,0.1,0.1",
    "none.jpg,,7,1,3,4,5,0.30,0.10,0.10,0.10,0.10",
  ].join("\n");

  it("gives image, label, best class and confidence of each row", () => {
    const found = readScoredPredictions(bytes(text), "p");
    expect(found.images).toEqual(["right.jpg", "unsure.jpg", "several.jpg", "none.jpg"]);
    expect(found.labels).toEqual(["1", "3;2", ""]);
    expect(found.classes).toEqual([[1], [3, 2], []]);
    expect([...found.imageLabels]).toEqual([0, 0, 1, 2]);
    expect([...found.predicted]).toEqual([1, 2, 2, 7]);
  });

  it("computes confidence as the softmax over five classes at a logit scale of 100", () => {
    // e^0 / (e^0 + e^0 + e^−1 + 2 e^−10)
    const unsure = 1 / (2 + Math.exp(-1) + 2 * Math.exp(-10));
    expect(shareOfBest([0.3, 0.3, 0.29, 0.2, 0.2])).closeTo(unsure, 1e-12);
    expect(readScoredPredictions(bytes(text), "p").confidence[1]).closeTo(unsure, 1e-6);
  });

  it("reads results of fewer than five classes, and without scores", () => {
    const few = `${HEAD}\na.jpg,0,1,0,,,,0.3,0.2,,,\n`;
    expect(readScoredPredictions(bytes(few), "p").confidence[0]).closeTo(1 / (1 + Math.exp(-10)), 1e-6);
    expect(readScoredPredictions(bytes("image,label,top1\na,1,2\n"), "p").confidence[0]).toBeNaN();
  });

  it("names the row without readable scores", () => {
    expect(() => readScoredPredictions(bytes("image,label,top1,score1\na,1,2,high\n"), "p.csv")).toThrow(
      /p\.csv: row 1: not in the form that evaluate writes/,
    );
    expect(() => readScoredPredictions(bytes('a,"b\n'), "p.csv")).toThrow(/p\.csv: not a CSV file/);
  });
});

describe("thumbnail", () => {
  it("is a small WebP image that keeps the image's shape", async () => {
    const image = await sharp({ create: { width: 800, height: 400, channels: 3, background: "#336699" } })
      .png()
      .toBuffer();
    const uri = await thumbnail(image, "wide.png");
    const [head, data] = uri.split(",") as [string, string];
    expect(head).toBe("data:image/webp;base64");
    expect(await sharp(Buffer.from(data, "base64")).metadata()).toMatchObject({
      format: "webp",
      width: 192,
      height: 96,
    });
  });

  it("names a file that is not an image", async () => {
    await expect(thumbnail(Buffer.from("no image"), "x/y.jpeg")).rejects.toThrow(/x\/y\.jpeg: cannot be shown/);
  });
});
