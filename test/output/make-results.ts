import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binomialInterval } from "../../src/foundation/statistics/binomial-interval.ts";
import { mulberry32 } from "../seeded-random.ts";

/** What a made-up results folder holds. Nothing in it was evaluated: it is for looking at reports of many checkpoints. */
export interface MadeResults {
  readonly checkpoints: readonly string[];
  /** images of each class; the benchmarks have their true numbers of classes */
  readonly imagesPerClass: number;
  readonly benchmarks?: readonly string[];
  readonly seed?: number;
}

interface MadeBenchmark {
  readonly id: string;
  readonly protocol: string;
  readonly classNames: string;
  readonly classes: number;
  /** how much harder than ImageNet, on the logit scale */
  readonly harder: number;
  readonly images: number;
}

const BENCHMARKS: readonly MadeBenchmark[] = [
  { id: "imagenet", protocol: "1000", classNames: "imagenet-openai", classes: 1000, harder: 0, images: 50_000 },
  { id: "imagenet-v2", protocol: "1000", classNames: "imagenet-openai", classes: 1000, harder: 0.4, images: 10_000 },
  { id: "imagenet-r", protocol: "200", classNames: "imagenet-openai", classes: 200, harder: -0.3, images: 30_000 },
  { id: "imagenet-sketch", protocol: "1000", classNames: "imagenet-openai", classes: 1000, harder: 1, images: 50_889 },
  { id: "imagenet-a", protocol: "200", classNames: "imagenet-openai", classes: 200, harder: 1.2, images: 7500 },
  { id: "objectnet", protocol: "objectnet-names", classNames: "objectnet", classes: 113, harder: 0.9, images: 18_574 },
];

/** Writes the folder: `metrics.json`, `run.json` and `predictions.csv` of every checkpoint and benchmark. */
export function makeResults(folder: string, made: MadeResults): string {
  const wanted = BENCHMARKS.filter(({ id }) => made.benchmarks?.includes(id) ?? true);
  for (const [b, benchmark] of wanted.entries()) {
    const n = benchmark.classes * made.imagesPerClass;
    const difficulty = randomNumbers((made.seed ?? 1) * 1000 + b);
    const hard = Float64Array.from({ length: n }, () => 2.2 * normal(difficulty));
    for (const [i, name] of made.checkpoints.entries()) {
      const own = randomNumbers((made.seed ?? 1) * 7919 + i * 31 + b);
      const ability = 0.2 + (1.6 * i) / Math.max(1, made.checkpoints.length - 1) + 0.35 * normal(randomNumbers(i + 17));
      writeResult(
        folder,
        name,
        benchmark,
        (image) => (hard[image] as number) + benchmark.harder + normal(own) < 1.6 * ability,
        n,
        own,
      );
    }
  }
  return folder;
}

function writeResult(
  folder: string,
  checkpoint: string,
  { id, protocol, classNames, classes, images }: MadeBenchmark,
  isRight: (image: number) => boolean,
  n: number,
  random: () => number,
): void {
  const perClass = n / classes;
  const lines = ["image,label,top1,top2,top3,top4,top5,score1,score2,score3,score4,score5"];
  let correct = 0;
  for (let image = 0; image < n; image++) {
    const label = Math.floor(image / perClass);
    const right = isRight(image);
    if (right) correct++;
    const top = right ? label : (label + 1 + Math.floor(random() * (classes - 1))) % classes;
    const rest = [1, 2, 3, 4].map((step) => (top + step) % classes).join(",");
    lines.push(`c${label}/image-${image}.jpeg,${label},${top},${rest},0.3,0.28,0.27,0.26,0.25`);
  }
  const place = join(folder, checkpoint, id, protocol, "openai-80");
  mkdirSync(place, { recursive: true });
  const value = correct / n;
  const metric = {
    metric: "top1",
    value,
    correct,
    n,
    ...binomialInterval(correct, n),
    interval: "clopper-pearson",
  };
  const key = { checkpoint, benchmark: id, protocol, templates: "openai-80", class_names: classNames };
  writeFileSync(join(place, "predictions.csv"), `${lines.join("\n")}\n`);
  writeFileSync(
    join(place, "metrics.json"),
    JSON.stringify({ schema: 1, ...key, n, expected_n: images, metrics: [metric] }),
  );
  writeFileSync(
    join(place, "run.json"),
    JSON.stringify({
      schema: 1,
      shiftline: { version: "0.1.0", commit: null },
      recipe: { fingerprint: `made-up-${checkpoint}`, manifest_sha256: `made-up-${id}` },
      images: { n, expected: images, skipped: [], layout: "class-folders" },
      warnings: [],
      threads: 2,
      batch_size: 32,
      started: "2026-01-01T00:00:00.000Z",
    }),
  );
}

function randomNumbers(seed: number): () => number {
  const random = mulberry32(seed);
  return () => random() / 2 ** 32;
}

/** Box and Muller's transform. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
