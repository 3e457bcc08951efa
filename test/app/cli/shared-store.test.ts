import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../helpers.ts";
import { quickRun, shiftline, shiftlineProcess } from "./run-cli.ts";

const predictions = (out: string) => join(out, "vit-open-clip", "imagenet", "1000", "single-1", "predictions.csv");

function sharedRun(store: string, out: string): string[] {
  const args = quickRun(out, "vit-open-clip");
  return [...args, "--store", store, "--part-size", "8"];
}

it("two concurrent evaluations on one store both give correct results, and leave every part whole", async () => {
  const folder = temporaryFolder();
  const store = join(folder, "store");
  const alone = join(temporaryFolder(), "results");
  expect((await shiftline(sharedRun(join(folder, "other-store"), alone))).status).toBe(0);
  const outs = [join(folder, "a"), join(folder, "b")];
  const runs = await Promise.all(outs.map((out) => shiftlineProcess(sharedRun(store, out))));
  for (const [i, { status, stderr }] of runs.entries()) {
    expect(stderr).not.toMatch(/made again|defect/);
    expect(status).toBe(0);
    expect(readFileSync(predictions(outs[i] as string), "utf8")).toBe(readFileSync(predictions(alone), "utf8"));
  }
  const again = await shiftline(sharedRun(store, join(folder, "c")));
  expect(again.status).toBe(0);
  expect(again.stderr).not.toMatch(/images \d|prompts \d|made again/);
  const [images] = readdirSync(join(store, "images"));
  const names = readdirSync(join(store, "images", images as string));
  expect(names.filter((name) => /^part-\d+\.json$/.test(name)).length).toBe(Math.ceil(123 / 8));
  expect(names.filter((name) => /\.tmp-/.test(name))).toEqual([]);
}, 120_000);
