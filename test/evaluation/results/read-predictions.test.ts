import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasResults, readCheckpointPredictions } from "../../../src/evaluation/results/read-predictions.ts";
import { temporaryFolder } from "../../helpers.ts";
import { sampleResult, writeSample } from "./sample-result.ts";

const HEADER = "image,label,top1,top2,top3,top4,top5,score1,score2,score3,score4,score5";
const PREDICTIONS = `${HEADER}\n"a, ""b"".jpg",3,3,1,2,4,5,0.3,0.2,0.1,0.05,0.01\n" c.jpg",3;5,4,,,,,0.3,,,,\nd.jpg,,0,,,,,0.3,,,,\n`;

async function written(checkpoint = "vit", recipe: object = { fingerprint: "f", benchmark_version: 2 }) {
  const out = temporaryFolder();
  const metrics = sampleResult({ checkpoint, templates: "t", n: 3, expectedN: 50_000 }, 1);
  return { out, folder: await writeSample(out, metrics, { recipe }, PREDICTIONS) };
}

describe("readCheckpointPredictions", () => {
  it("reads what evaluate wrote, with the parts of the recipe that must agree between checkpoints", async () => {
    const { out } = await written();
    const read = await readCheckpointPredictions(out, "vit");
    expect(read).toEqual({
      checkpoint: "vit",
      fingerprint: "f",
      textSha256: null,
      results: [
        {
          ...{
            benchmark: "imagenet",
            protocol: "1000",
            templates: "t",
            classNames: "imagenet-openai",
            expectedN: 50_000,
          },
          images: [
            { image: 'a, "b".jpg', classes: [3], predicted: 3 },
            { image: " c.jpg", classes: [3, 5], predicted: 4 },
            { image: "d.jpg", classes: [], predicted: 0 },
          ],
          recipe: { "version of the benchmark": 2 },
        },
      ],
    });
    expect(await hasResults(out, "vit")).toBe(true);
    expect(await hasResults(out, "")).toBe(false);
  });

  it("refuses predictions that contradict the stored accuracy", async () => {
    const { out, folder } = await written();
    const path = join(folder, "predictions.csv");
    writeFileSync(path, readFileSync(path, "utf8").replace(",3,3,1", ",3,7,1"));
    await expect(readCheckpointPredictions(out, "vit")).rejects.toThrow(
      /predictions\.csv: 0 of 3 images are right, but metrics\.json in the same folder states 1 of 3; evaluate again/,
    );
    writeFileSync(path, `${HEADER}\n`);
    await expect(readCheckpointPredictions(out, "vit")).rejects.toThrow(/0 of 0 images/);
    writeFileSync(join(folder, "metrics.json"), "{}");
    await expect(readCheckpointPredictions(out, "vit")).rejects.toThrow(/not a metrics file of schema 1/);
  });

  it("names the available checkpoints, and reports when there is none", async () => {
    const { out } = await written();
    await expect(readCheckpointPredictions(out, "resnet")).rejects.toThrow(
      /no result of a checkpoint named "resnet"; known: vit/,
    );
    await expect(readCheckpointPredictions(out, "vit", ["objectnet"])).rejects.toThrow(
      /no result of "vit" on objectnet; it has results on imagenet: evaluate it there/,
    );
    await expect(readCheckpointPredictions(temporaryFolder(), "vit")).rejects.toThrow(/no results here; evaluate/);
  });
});
