import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Benchmark, readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { resolveClassSpace } from "../../../src/data/benchmark/class-space.ts";
import { labelImages, readLabelSets } from "../../../src/data/dataset/label-sets.ts";
import type { Manifest } from "../../../src/data/dataset/manifest.ts";
import { collectImages } from "../../../src/data/sources/image-list.ts";
import { formatPredictions } from "../../../src/evaluation/results/predictions-file.ts";
import { computeMetrics } from "../../../src/evaluation/scoring/compute-metrics.ts";
import { labelPredictions } from "../../../src/evaluation/scoring/label-predictions.ts";
import { packagePath } from "../../../src/foundation/files/package-root.ts";
import { fixtures, sharedFolder, temporaryFolder, writeTree } from "../../helpers.ts";

/** Results of ImageNet-ReaL's code and numpy for the predictions, from test/fixtures/class-names/make-expected.py. */
const EXPECTED: {
  readonly classes: number;
  readonly labels: readonly number[];
  readonly sets: readonly (readonly number[])[];
  readonly top: readonly (readonly number[])[];
  readonly expected: { readonly n: number; readonly top1: number; readonly top5: number; readonly accuracy: number };
} = JSON.parse(readFileSync(join(fixtures, "class-names", "real-labels.json"), "utf8"));

const rows = Array.from({ length: EXPECTED.classes }, (_, c) => c);
const folder = writeTree(sharedFolder(), {
  "numbered.json": JSON.stringify({
    ...{ id: "numbered", version: 1, title: "Numbered", images: EXPECTED.labels.length, classes: "classes.csv" },
    ...{ classNames: "names.csv", protocols: [{ id: "all" }] },
    layouts: [
      { kind: "class-folders", key: "folder" },
      { kind: "flat", pattern: "^val_(\\d{8})\\.JPEG$", labels: "labels.txt" },
    ],
  }),
  "classes.csv": `index,folder\n${rows.map((c) => `${c},class-${c}`).join("\n")}\n`,
  "names.csv": `index,name\n${rows.map((c) => `${c},name ${c}`).join("\n")}\n`,
  "labels.txt": EXPECTED.labels.join("\n"),
});
const benchmark = await readBenchmark(join(folder, "numbered.json"));

const nameOf = (at: number) => `class-${EXPECTED.labels[at]}/val_${String(at + 1).padStart(8, "0")}.JPEG`;
/** The images in another order than their numbers: by class. */
const order = EXPECTED.labels.map((_, at) => at).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
const listed = (paths: readonly { readonly path: string; readonly label: number }[]) =>
  collectImages(paths.map(({ path, label }) => ({ path, label, bytes: 1 })));
const images = listed(order.map((at) => ({ path: nameOf(at), label: EXPECTED.labels[at] as number })));

async function read(content: unknown, of: Benchmark = benchmark) {
  const where = writeTree(temporaryFolder(), { "real.json": JSON.stringify(content) });
  return await readLabelSets(join(where, "real.json"), of);
}

describe("labels of single images", () => {
  it("score like ImageNet-ReaL's code, by the numbers of the images, and only images that have labels", async () => {
    const sets = await read(EXPECTED.sets);
    expect([sets.id, sets.scored]).toEqual(["real", EXPECTED.expected.n]);
    const [protocol] = benchmark.protocols as [Benchmark["protocols"][number]];
    const imageLabels = await labelImages(sets, benchmark, images, folder);
    const space = { ...resolveClassSpace(benchmark, protocol, EXPECTED.classes), imageLabels };
    const scored = order.flatMap((at, position) => ((EXPECTED.sets[at] as number[]).length > 0 ? [position] : []));
    const predictions = {
      images: Int32Array.from(scored),
      k: 5,
      top: Int32Array.from(scored.flatMap((position) => EXPECTED.top[order[position] as number] as number[])),
      scores: new Float32Array(scored.length * 5),
    };
    const manifest = { images } as Manifest;
    const metrics = computeMetrics(labelPredictions(manifest, predictions, space));
    expect(metrics.map(({ metric, correct, n, value }) => [metric, correct, n, value])).toEqual([
      ["top1", EXPECTED.expected.top1, EXPECTED.expected.n, EXPECTED.expected.accuracy],
      ["top5", EXPECTED.expected.top5, EXPECTED.expected.n, EXPECTED.expected.top5 / EXPECTED.expected.n],
    ]);
    const [, ...lines] = [...formatPredictions(manifest, predictions, space, () => "0".repeat(64))]
      .join("")
      .trimEnd()
      .split("\n");
    const labels = scored.map((position) =>
      [...new Set(EXPECTED.sets[order[position] as number])].sort((a, b) => a - b),
    );
    expect(lines.map((line) => line.split(",")[1])).toEqual(labels.map((set) => set.join(";")));
  });

  it.each<[string, unknown, RegExp]>([
    [
      "in reverse",
      [...EXPECTED.sets].reverse(),
      /\d+ of its 364 labeled images include the label of numbered: .*not in the order/,
    ],
    ["by class", order.map((at) => EXPECTED.sets[at]), /the lists are not in the order of the images' numbers/],
    [
      "counted from 1",
      EXPECTED.sets.map((set) => set.map((c) => c + 1)),
      /expected a list of classes from 0 to 11, found|counted otherwise/,
    ],
    ["one short", EXPECTED.sets.slice(1), /expected lists for the 400 images of numbered, found 399/],
    ["single labels", EXPECTED.labels, /image 1: expected a list of classes from 0 to 11, found \d/],
    ["by name", { "val_00000001.JPEG": [1] }, /expected a list with a list of classes for each image/],
    ["all empty", EXPECTED.sets.map(() => []), /0 of its 0 labeled images/],
    ["strings", EXPECTED.sets.map((set) => set.map(String)), /expected a list of classes/],
  ])("%s are refused", async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  it("are refused if they are shifted by one from some image on, even if most are correct", async () => {
    const imagenet = await readBenchmark("imagenet");
    const path = packagePath("benchmarks/classes/imagenet-val-labels.txt");
    const labels = readFileSync(path, "utf8").trim().split("\n").map(Number);
    const off = [...labels.slice(0, 40_000), ...labels.slice(40_001), 0].map((label) => [label]);
    await expect(read(off, imagenet)).rejects.toThrow(
      /of the 500 labeled images from number 40001 to 40500 include the label of imagenet, but most of/,
    );
    expect(
      (
        await read(
          labels.map((label) => [label]),
          imagenet,
        )
      ).scored,
    ).toBe(50_000);
  });

  it("are refused if an image has no number, a duplicate one, or one of another class", async () => {
    const sets = await read(EXPECTED.sets);
    const [first, second] = EXPECTED.labels as [number, number];
    const label = (...some: Parameters<typeof listed>[0]) => labelImages(sets, benchmark, listed(some), "/data");
    await expect(label({ path: "class-1/photo.JPEG", label: 1 })).rejects.toThrow(
      /photo\.JPEG: has no number of numbered/,
    );
    await expect(label({ path: "a/val_00000401.JPEG", label: 1 })).rejects.toThrow(/has no number of numbered/);
    await expect(
      label({ path: "a/val_00000001.JPEG", label: first }, { path: "b/val_00000001.JPEG", label: first }),
    ).rejects.toThrow(/b\/val_00000001\.JPEG: a second image with number 1; the first is a\//);
    await expect(label({ path: "val_00000002.JPEG", label: (second + 1) % EXPECTED.classes })).rejects.toThrow(
      /its number belongs to an image of another class; were the files renamed or moved\?/,
    );
    const objectnet = await readBenchmark("objectnet");
    await expect(read(EXPECTED.sets, objectnet)).rejects.toThrow(/the images of objectnet have no numbers/);
  });
});
