import { join } from "node:path";
import { expect, it } from "vitest";
import { checkpoints, demo, root } from "../../app/cli/run-cli.ts";
import { temporaryFolder } from "../../helpers.ts";

// Threads run the built programs
const built = async (path: string) => await import(join(root, "dist", "evaluation", "evaluate", path));
const { planEvaluation } = (await built(
  "evaluation-plan.js",
)) as typeof import("../../../src/evaluation/evaluate/evaluation-plan.ts");
const { measureImages } = (await built(
  "measure-speed.js",
)) as typeof import("../../../src/evaluation/evaluate/measure-speed.ts");

it("measures the speed on images spread over the set, and on more if a few take no time", async () => {
  const folder = temporaryFolder();
  const plan = await planEvaluation(
    {
      checkpoints: [join(checkpoints, "vit-open-clip")],
      dataDirs: { imagenet: demo },
      templates: ["simple-7"],
      allowIncomplete: true,
      out: join(folder, "results"),
      store: join(folder, "store"),
      threads: 1,
      batchSize: 4,
    },
    { readOnly: true },
  );
  const [run] = plan.runs;
  if (run === undefined) throw new Error("no run is planned");
  const picks: number[][] = [];
  const { images } = run.manifest;
  const watched = Object.assign(Object.create(images), {
    pick(places: Int32Array) {
      picks.push([...places]);
      return images.pick(places);
    },
  });
  const perImage = await measureImages([{ ...run, manifest: { ...run.manifest, images: watched } }], plan);
  expect(perImage).toBeGreaterThan(0);
  expect(perImage).toBeLessThan(1);
  expect(picks.length).toBeGreaterThan(1);
  for (const places of picks) {
    const step = images.length / places.length;
    expect(places[0]).toBeLessThan(step);
    expect(images.length - (places.at(-1) as number)).toBeLessThanOrEqual(Math.ceil(step));
    for (let i = 1; i < places.length; i++) {
      expect((places[i] as number) - (places[i - 1] as number)).toBeGreaterThanOrEqual(Math.floor(step));
    }
  }
  expect((picks.at(-1) as number[]).length).toBeGreaterThan((picks[0] as number[]).length);
});
