import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binomialInterval } from "../../src/foundation/statistics/binomial-interval.ts";
import { mulberry32 } from "../seeded-random.ts";
import { madeName, madeRun, variedScores } from "./varied-results.ts";

/** What a made-up results folder holds. Nothing in it was evaluated: it is for looking at reports of many checkpoints. */
export interface MadeResults {
  readonly checkpoints: readonly string[];
  /** images of each class; the benchmarks have their true numbers of classes, and where `isVaried` of images with 50 */
  readonly imagesPerClass: number;
  readonly benchmarks?: readonly string[];
  readonly seed?: number;
  /**
   * Whether image names, confusions, scores and recipes vary as those of real runs do: what a report of them weighs is
   * measured with it. Default: false, which is made faster
   */
  readonly isVaried?: boolean;
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

/** ImageNet has so many images of each class: `imagesPerClass` of a varied folder is a share of it, on every benchmark. */
const FULL_PER_CLASS = 50;
/** Puts the best of a varied folder at 83 % on ImageNet. */
const VARIED_HARDER = 0.8;

/** Writes the folder: `metrics.json`, `run.json` and `predictions.csv` of every checkpoint and benchmark. */
export function makeResults(folder: string, made: MadeResults): string {
  const wanted = BENCHMARKS.filter(({ id }) => made.benchmarks?.includes(id) ?? true);
  for (const [b, benchmark] of wanted.entries()) {
    const perClass = made.isVaried
      ? Math.max(1, Math.round((benchmark.images / benchmark.classes) * (made.imagesPerClass / FULL_PER_CLASS)))
      : made.imagesPerClass;
    const n = benchmark.classes * perClass;
    const difficulty = randomNumbers((made.seed ?? 1) * 1000 + b);
    const hard = Float64Array.from({ length: n }, () => 2.2 * normal(difficulty));
    // What an image is taken for where checkpoints agree on it: few classes of each label, some much more than others
    const takenFor = Int32Array.from({ length: n }, (_, image) =>
      confusedWith(Math.floor(image / perClass), benchmark.classes, difficulty),
    );
    const harder = benchmark.harder + (made.isVaried ? VARIED_HARDER : 0);
    const names = made.isVaried
      ? Array.from({ length: n }, (_, i) => madeName(benchmark.id, i, perClass, difficulty))
      : null;
    for (const [i, name] of made.checkpoints.entries()) {
      const random = randomNumbers((made.seed ?? 1) * 7919 + i * 31 + b);
      const ability = 0.2 + (1.6 * i) / Math.max(1, made.checkpoints.length - 1) + 0.35 * normal(randomNumbers(i + 17));
      const margin = (image: number) => 1.6 * ability - (hard[image] as number) - harder - normal(random);
      writeResult(folder, name, benchmark, { margin, takenFor, names, n, random: random });
    }
  }
  return folder;
}

interface MadeImages {
  /** above 0 where the image is right */
  readonly margin: (image: number) => number;
  readonly takenFor: Int32Array;
  /** null: numbered, with the same scores for all */
  readonly names: readonly string[] | null;
  readonly n: number;
  readonly random: () => number;
}

function writeResult(
  folder: string,
  checkpoint: string,
  { id, protocol, classNames, classes, images }: MadeBenchmark,
  { margin, takenFor, names, n, random }: MadeImages,
): void {
  const perClass = n / classes;
  const lines = ["image,label,top1,top2,top3,top4,top5,score1,score2,score3,score4,score5"];
  let correct = 0;
  for (let image = 0; image < n; image++) {
    const label = Math.floor(image / perClass);
    const by = margin(image);
    if (by > 0) correct++;
    const wrong = () =>
      names === null
        ? (label + 1 + Math.floor(random() * (classes - 1))) % classes
        : random() < 0.5
          ? (takenFor[image] as number)
          : confusedWith(label, classes, random);
    const top = by > 0 ? label : wrong();
    const rest = [1, 2, 3, 4].map((step) => (top + step) % classes).join(",");
    const scores = names === null ? "0.3,0.28,0.27,0.26,0.25" : variedScores(Math.abs(by), random);
    lines.push(`${names?.[image] ?? `c${label}/image-${image}.jpeg`},${label},${top},${rest},${scores}`);
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
      ...(names === null ? {} : madeRun(checkpoint, id, classNames, random)),
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

/** A class that images of a label are taken for: one of the many, the nearer the more often. */
function confusedWith(label: number, classes: number, random: () => number): number {
  const step = Math.min(classes - 1, 1 + Math.floor(Math.exp(random() * Math.log(classes))) - 1);
  return (label + Math.max(1, step)) % classes;
}

function randomNumbers(seed: number): () => number {
  const random = mulberry32(seed);
  return () => random() / 2 ** 32;
}

/** Box and Muller's transform. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
