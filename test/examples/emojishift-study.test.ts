import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { readStudy } from "../../src/analysis/robustness/read-study.ts";
import { root } from "../app/cli/run-cli.ts";

const EXAMPLE = join(root, "examples", "emojishift");
const STUDY = join(EXAMPLE, "study");

const script = (...path: string[]) => import(pathToFileURL(join(EXAMPLE, ...path)).href);
const table = (path: string) => parse(readFileSync(path, "utf8"), { columns: true }) as Record<string, string>[];
const plan = JSON.parse(readFileSync(join(STUDY, "plan.json"), "utf8"));

describe("EmojiShift's full study", () => {
  it("has the runs of its plan: every source, number of samples, number of steps and seed once", () => {
    const rows = table(join(STUDY, "checkpoints.csv"));
    const planned = plan.seeds.flatMap((seed: number) =>
      plan.samples.flatMap((samples: number) =>
        plan.steps.flatMap((steps: number) =>
          plan.sources.map((source: string) => `${source}-${samples}-steps${steps}-seed${seed}`),
        ),
      ),
    );
    expect(rows.map(({ checkpoint }) => checkpoint).sort()).toEqual(planned.sort());
    for (const row of rows) {
      expect(row.checkpoint).toBe(`${row.source}-${row.samples}-steps${row.steps}-seed${row.seed}`);
      expect(row.checkpoint).toBe(`${row.cell}-seed${row.seed}`);
      expect(Number(row.noto) + Number(row.twemoji) + Number(row.emojione)).toBe(1);
      const [, share = "100"] = /^noto(\d*)(?:-|$)/.exec(row.source as string) ?? [null, "0"];
      expect(100 * Number(row.noto), row.source).toBe(Number(share || 100));
    }
  });

  it("has the benchmarks of its plan, with as many pictures as are rendered", async () => {
    const study = await readStudy(join(STUDY, "study.json"));
    const { SECOND_DRAWINGS, STUDY_PICTURES, STYLES } = await script("make", "styles.mjs");
    expect(study.axes.inDistribution.map(({ benchmark }) => benchmark)).toEqual([plan.idBenchmark]);
    expect(study.axes.shifts).toEqual(plan.shifts);
    const ids = [plan.idBenchmark, ...plan.shifts, ...plan.trainedDrawings, ...plan.secondDrawings];
    expect(study.benchmarks.map(({ id }) => id).sort()).toEqual(ids.sort());
    const second = Object.keys(SECOND_DRAWINGS);
    const shown = table(join(STUDY, "classes.csv")).filter((row) => row.second !== "");
    expect(shown.map(({ icon }) => icon)).toEqual(second);
    for (const { index, second: label } of shown) expect(label).toBe(index);
    for (const { id, images, protocols, folders } of study.benchmarks) {
      const style = STYLES.find((one: { id: string }) => id === `emoji-${one.id}` || id === `emoji-${one.id}-second`);
      const [things, renderings] = id.endsWith("-second")
        ? [second.length, STUDY_PICTURES.second]
        : [160, STUDY_PICTURES[style.role]];
      expect(images, id).toBe(things * renderings);
      expect(folders).toEqual([id.slice("emoji-".length)]);
      // The reference on the things that have second drawings: the x axis of these
      const subsets = id === plan.idBenchmark ? plan.secondDrawings : [];
      expect(protocols.map((protocol) => protocol.id)).toEqual(["160", ...subsets]);
      for (const protocol of protocols.slice(1)) expect(protocol.images).toBe(second.length * renderings);
    }
    expect(readdirSync(join(STUDY, "benchmarks"))).toHaveLength(ids.length);
  });

  it("stores top-1 classes as numpy.save does, and takes a file of another shape for none", async () => {
    const { decodeTop1, encodeTop1 } = await script("study", "top1-file.mjs");
    // np.save(f, np.arange(6, dtype=np.uint8).reshape(2, 3)) with NumPy 2.4, header without its spaces
    const bytes = encodeTop1(Uint8Array.of(0, 1, 2, 3, 4, 5), 2, 3);
    expect(bytes.length).toBe(128 + 6);
    expect(bytes.toString("latin1", 0, 10)).toBe("\x93NUMPY\x01\x00v\x00");
    expect(bytes.toString("latin1", 10, 128).trimEnd()).toBe(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }",
    );
    expect([...decodeTop1(bytes, 2, 3, "x")]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(() => decodeTop1(bytes, 3, 2, "x")).toThrow("x: expected a .npy file of uint8 and shape (3, 2)");
    expect(() => decodeTop1(bytes.subarray(0, -1), 2, 3, "x")).toThrow("expected a .npy file");
  });

  it("takes drawings for what is independent: the covariance of accuracies is that of the drawings' means", async () => {
    const { correctnessOf, meanOfRenderings, accuraciesOf } = await script("study", "correctness.mjs");
    const { drawingCovariance, pictureCovariance, worth } = await script("study", "noise.mjs");
    // Two checkpoints, two things, two renderings: the first gets thing 7 right twice, the second each thing once
    const benchmark = { top1: Uint8Array.of(7, 0, 7, 0, 7, 9, 0, 0), pictures: 4, things: [7, 9] };
    const part = correctnessOf(benchmark, [[0], [1]]);
    expect([...part.values]).toEqual([1, 1, 0, 0, 1, 0, 1, 0]);
    expect(accuraciesOf(part)).toEqual([0.5, 0.5]);
    // Drawings' means 1, 0 and 0.5, 0.5: variances (0.5² + 0.5²) / (2 · 1) and 0
    expect([...drawingCovariance(meanOfRenderings(part))]).toEqual([0.25, 0, 0, 0]);
    // Within drawings the first never varies; the second has (0.25 + 0.25) / (2 · 1) / 2² in each of two
    expect([...pictureCovariance(part)]).toEqual([0, 0, 0, 0.125]);
    const { images, correlations } = worth([0.5, 0.5], drawingCovariance(meanOfRenderings(part)), 2);
    expect(images).toEqual([1, 2]);
    expect([...correlations]).toEqual([1, 0, 0, 1]);
    // A cell is the mean of its checkpoints
    expect([...correctnessOf(benchmark, [[0, 1]]).values]).toEqual([1, 0.5, 0.5, 0]);
    expect([...correctnessOf(benchmark, [[0], [1]], [9]).values]).toEqual([0, 0, 1, 0]);
  });
});
