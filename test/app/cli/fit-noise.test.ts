import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { createRandomNumbers } from "../../../src/foundation/statistics/random-numbers.ts";
import { sampleResult, writeSample } from "../../evaluation/results/sample-result.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { shiftline } from "./run-cli.ts";

const CHECKPOINTS = ["a", "b", "c", "d", "e"];
const CLASSES = 20;
const PER_CLASS = 8;

interface Folder {
  readonly out: string;
  /** checkpoint and benchmark → folder of the result */
  readonly at: ReadonlyMap<string, string>;
}

/** Checkpoints on images of shared difficulty, more so within a class. */
async function resultsFolder(): Promise<Folder> {
  const out = temporaryFolder();
  const random = createRandomNumbers(3);
  const at = new Map<string, string>();
  for (const benchmark of ["imagenet", "imagenet-v2"]) {
    const ofClass = Array.from({ length: CLASSES }, () => random.normal());
    const images = Array.from({ length: CLASSES * PER_CLASS }, (_, i) => ({
      name: `${i % CLASSES}/${i}.png`,
      label: i % CLASSES,
      difficulty: (ofClass[i % CLASSES] as number) + 0.5 * random.normal(),
    }));
    for (const [c, checkpoint] of CHECKPOINTS.entries()) {
      const right = images.map(({ difficulty }) => difficulty + 0.7 * random.normal() < 0.4 * c - 0.8);
      const rows = images.map(({ name, label }, i) => `${name},${label},${right[i] ? label : CLASSES}`);
      const correct = right.filter(Boolean).length;
      const metrics = sampleResult({ checkpoint, benchmark, n: images.length }, correct);
      const text = `image,label,top1\n${rows.join("\n")}\n`;
      at.set(`${checkpoint} ${benchmark}`, await writeSample(out, metrics, {}, text));
    }
  }
  return { out, at };
}

async function fitRows(out: string, ...options: string[]) {
  const run = await shiftline(["fit", out, "--baseline", out, "--out", out, ...options]);
  expect(run.status, run.stderr).toBe(0);
  const rows: Record<string, string>[] = parse(readFileSync(join(out, "robustness.csv")), { columns: true });
  const widths = rows.map((row) => Number(row.high) - Number(row.low));
  return { rows, stderr: run.stderr, noise: new Set(rows.map((row) => row.noise)), width: Math.max(...widths) };
}

describe("the noise of images in shiftline fit", () => {
  it("is that of shared images if all checkpoints have predictions, and that of clusters if they are given", async () => {
    const { out } = await resultsFolder();
    const shared = await fitRows(out);
    expect(shared.noise).toEqual(new Set(["shared-images"]));
    expect(shared.stderr).not.toContain("independent");
    const byClass = await fitRows(out, "--cluster", "class");
    expect(byClass.noise).toEqual(new Set(["shared-clusters"]));
    expect(byClass.width).toBeGreaterThan(1.1 * shared.width);
    const file = join(out, "..", "clusters.csv");
    const names = Array.from({ length: CLASSES * PER_CLASS }, (_, i) => `${i % CLASSES}/${i}.png,${i % CLASSES}`);
    writeFileSync(file, `image,cluster\n${names.join("\n")}\n`);
    const byFile = await fitRows(out, "--cluster", file);
    expect(byFile.rows).toEqual(byClass.rows);
    rmSync(file);
  });

  it("is independent, with the reason, if a checkpoint has no predictions or they contradict its metrics", async () => {
    const { out, at } = await resultsFolder();
    const path = join(at.get("b imagenet-v2") as string, "predictions.csv");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/^([^,]+),(\d+),20$/m, "$1,$2,$2"));
    const torn = await fitRows(out);
    expect(torn.noise).toEqual(new Set(["independent"]));
    expect(torn.stderr).toMatch(/warning: .*imagenet-v2.*images are right.*independent/);
    rmSync(path);
    const missing = await fitRows(out);
    expect(missing.noise).toEqual(new Set(["independent"]));
    expect(missing.stderr).toContain("has no predictions.csv for some results");
  });

  it("is independent with a published baseline, whose correct images are unknown", async () => {
    const { out } = await resultsFolder();
    const run = await shiftline(["fit", out, "--out", out]);
    expect(run.status, run.stderr).toBe(0);
    const rows: Record<string, string>[] = parse(readFileSync(join(out, "robustness.csv")), { columns: true });
    expect(new Set(rows.map(({ noise }) => noise))).toEqual(new Set(["independent"]));
  });

  it("warns about a checkpoint under two names, and about no other", async () => {
    const { out, at } = await resultsFolder();
    expect((await fitRows(out)).stderr).not.toContain("under two names");
    for (const benchmark of ["imagenet", "imagenet-v2"]) {
      const folder = at.get(`c ${benchmark}`) as string;
      const predictions = readFileSync(join(folder, "predictions.csv"), "utf8");
      const correct = predictions.split("\n").filter((row) => /,(\d+),\1$/.test(row)).length;
      const metrics = sampleResult({ checkpoint: "copy", benchmark, n: CLASSES * PER_CLASS }, correct);
      await writeSample(out, metrics, {}, predictions);
    }
    expect((await fitRows(out)).stderr).toMatch(
      /^warning: exactly the same images are right: a model under two names counts twice in lines and tests: c and copy$/m,
    );
  });

  it("refuses clusters if no input has predictions", async () => {
    const run = await shiftline(["fit", "openclip", "--cluster", "class"]);
    expect([run.status, run.stderr]).toEqual([1, expect.stringContaining("no input has one; give results folders")]);
  });

  it("refuses a clusters file that lacks an image, repeats one, or has none of a benchmark", async () => {
    const { out } = await resultsFolder();
    const folder = temporaryFolder();
    for (const [text, message] of [
      ["image,cluster\n0/0.png,1\n", "image 1/1.png has no cluster"],
      ["image,cluster\n0/0.png,1\n0/0.png,2\n", "image 0/0.png is in two clusters, 1 and 2"],
      ["image,cluster,benchmark\n0/0.png,1,objectnet\n", "no image of imagenet; available benchmarks: objectnet"],
      ["image,thing\n0/0.png,1\n", "missing: cluster"],
    ] as const) {
      writeTree(folder, { "clusters.csv": text });
      const run = await shiftline(["fit", out, "--baseline", out, "--cluster", join(folder, "clusters.csv")]);
      expect([run.status, run.stderr]).toEqual([1, expect.stringContaining(message)]);
    }
  });
});
