import { join } from "node:path";
import { readClassNamer } from "../../analysis/comparison/compare-class-names.ts";
import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import type { ImageEntry } from "../../data/sources/image-entry.ts";
import type { ImageSource } from "../../data/sources/image-source.ts";
import { openSource } from "../../data/sources/source-formats.ts";
import { locateBenchmarks } from "../../evaluation/evaluate/locate-benchmarks.ts";
import type { ResultMetrics } from "../../evaluation/results/metrics-file.ts";
import { type SureMistake, surestMistakes } from "../../evaluation/results/mistakes.ts";
import { PREDICTIONS_FILE } from "../../evaluation/results/predictions-file.ts";
import type { StoredResult } from "../../evaluation/results/read-results.ts";
import { InputError } from "../../foundation/errors.ts";
import { readBytes } from "../../foundation/files/read-text.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import type { MistakeSet, ReportMistakes } from "../../output/report/report-data.ts";
import { thumbnail } from "../../output/report/thumbnail.ts";

export interface MistakesOptions {
  /** mistakes of each checkpoint on each benchmark */
  readonly count: number;
  /** where the images are, as for `evaluate` */
  readonly data: string | undefined;
  readonly dataDirs: Readonly<Record<string, string>>;
  /** where indexes of tars are kept */
  readonly storeRoot: string;
  readonly benchmarks: readonly Benchmark[];
  /** benchmark → its default protocol: the one whose mistakes are shown */
  readonly defaults: ReadonlyMap<string, string>;
}

/**
 * The mistakes that each checkpoint was surest of, with small pictures of the images. Each image is in it once.
 *
 * @returns what was found, and what could not be shown
 * @throws InputError if the images are not where they are said to be
 */
export async function readMistakes(
  results: readonly StoredResult[],
  options: MistakesOptions,
): Promise<ReportMistakes & { readonly notes: readonly Note[] }> {
  const wanted = results.filter(
    ({ metrics }) => (options.defaults.get(metrics.benchmark) ?? metrics.protocol) === metrics.protocol,
  );
  const { images, sources } = await findImages(options);
  const nameOf = await readClassNamer(
    wanted.map(({ metrics }) => classKey(metrics)),
    options.benchmarks,
  );
  const pictures: string[] = [];
  const positions = new Map<string, number>();
  const sets: MistakeSet[] = [];
  const missing = new Set<string>();
  const picture = async (benchmark: string, image: string): Promise<number | null> => {
    const key = `${benchmark}\n${image}`;
    const known = positions.get(key);
    if (known !== undefined) return known;
    const found = images.get(key);
    if (found === undefined) return null;
    const { source, root, entry } = found;
    const { bytes } = await source.read(entry);
    const position = pictures.push(await thumbnail(bytes, join(root, entry.path))) - 1;
    positions.set(key, position);
    return position;
  };
  try {
    for (const { folder, metrics } of wanted) {
      if (![...images.keys()].some((key) => key.startsWith(`${metrics.benchmark}\n`))) {
        missing.add(`${metrics.benchmark}: no mistakes are shown, for its images are not at hand`);
        continue;
      }
      const path = join(folder, PREDICTIONS_FILE);
      const mistakes: MistakeSet["mistakes"][number][] = [];
      for (const one of surestMistakes(await readBytes(path), options.count, path)) {
        const position = await picture(metrics.benchmark, one.image).catch(orNull);
        if (position === null) missing.add(`${metrics.benchmark}: ${one.image} cannot be shown`);
        else mistakes.push(describe(one, position, (label) => nameOf(classKey(metrics), label)));
      }
      const { checkpoint, benchmark, protocol } = metrics;
      sets.push({ checkpoint, benchmark, protocol, mistakes });
    }
  } finally {
    await Promise.all(sources.map((source) => source.close()));
  }
  return { sets, pictures, notes: [...missing].map((text) => makeNote(text)) };
}

function describe(mistake: SureMistake, picture: number, nameOf: (label: string) => string | null) {
  const { image, label, predicted, confidence } = mistake;
  const name = (classes: string) => (classes === "" ? "none of the classes" : (nameOf(classes) ?? `class ${classes}`));
  return { image, picture, label: name(label), predicted: name(predicted), confidence };
}

function orNull(error: unknown): null {
  if (error instanceof InputError || (error as NodeJS.ErrnoException).code !== undefined) return null;
  throw error;
}

function classKey({ benchmark, protocol, classNames }: ResultMetrics) {
  return { benchmark, protocol, classNames };
}

interface FoundImage {
  readonly source: ImageSource;
  readonly root: string;
  readonly entry: ImageEntry;
}

/** Every image at hand, by benchmark and path, and the sources they are read from. */
async function findImages(
  options: MistakesOptions,
): Promise<{ readonly images: Map<string, FoundImage>; readonly sources: readonly ImageSource[] }> {
  const { data, dataDirs, storeRoot } = options;
  if (data === undefined && Object.keys(dataDirs).length === 0) {
    throw new InputError("--thumbnails needs the images: name their folders with --data ROOT or --data-dir ID=PATH");
  }
  const { benchmarks } = await locateBenchmarks({ data, dataDirs, storeRoot });
  const images = new Map<string, FoundImage>();
  const sources = benchmarks.map(({ benchmark, located }) => {
    const source = openSource(located);
    for (const entry of located.images) {
      images.set(`${benchmark.id}\n${entry.path}`, { source, root: located.root, entry });
    }
    return source;
  });
  return { images, sources };
}
