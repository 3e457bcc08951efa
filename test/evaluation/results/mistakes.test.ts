import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { surestMistakes } from "../../../src/evaluation/results/mistakes.ts";
import { thumbnail } from "../../../src/output/report/thumbnail.ts";

const HEAD = "image,label,top1,top2,top3,top4,top5,score1,score2,score3,score4,score5";
const bytes = (text: string) => new TextEncoder().encode(text);

describe("surestMistakes", () => {
  const text = [
    HEAD,
    "right.jpg,1,1,2,3,4,5,0.9,0.1,0.1,0.1,0.1",
    "sure.jpg,1,2,1,3,4,5,0.30,0.20,0.20,0.20,0.20",
    "unsure.jpg,1,2,1,3,4,5,0.30,0.30,0.29,0.20,0.20",
    "several.jpg,3;2,2,1,3,4,5,0.9,0.1,0.1,0.1,0.1",
    "surer.jpg,,7,1,3,4,5,0.30,0.10,0.10,0.10,0.10",
  ].join("\n");

  it("finds those of which the checkpoint was surest, the surest first", () => {
    const found = surestMistakes(bytes(text), 2, "p");
    expect(found.map(({ image }) => image)).toEqual(["surer.jpg", "sure.jpg"]);
    expect(found[1]).toMatchObject({ label: "1", predicted: "2" });
  });

  it("takes the share of the best in a softmax over five at a logit scale of 100 as confidence", () => {
    const [, , last] = surestMistakes(bytes(text), 3, "p");
    expect(last?.image).toBe("unsure.jpg");
    // e^0 / (e^0 + e^0 + e^−1 + 2 e^−10)
    expect(last?.confidence).closeTo(1 / (2 + Math.exp(-1) + 2 * Math.exp(-10)), 1e-12);
  });

  it("reads results of fewer than five classes", () => {
    const few = `${HEAD}\na.jpg,0,1,0,,,,0.3,0.2,,,\n`;
    expect(surestMistakes(bytes(few), 5, "p")[0]?.confidence).closeTo(1 / (1 + Math.exp(-10)), 1e-12);
  });

  it("names the row that has no scores to read", () => {
    expect(() => surestMistakes(bytes("image,label,top1,score1\na,1,2,high\n"), 1, "p.csv")).toThrow(
      /p\.csv: row 1: not as evaluate writes it/,
    );
    expect(() => surestMistakes(bytes('a,"b\n'), 1, "p.csv")).toThrow(/p\.csv: not a CSV file/);
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

  it("says which file is no image", async () => {
    await expect(thumbnail(Buffer.from("no image"), "x/y.jpeg")).rejects.toThrow(/x\/y\.jpeg: cannot be shown/);
  });
});
