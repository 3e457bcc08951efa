import { createHash } from "node:crypto";
import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { parseCsv } from "../../foundation/files/parse-csv.ts";
import { readBytes, readText } from "../../foundation/files/read-text.ts";
import { checkCorrectness } from "./check-correctness.ts";
import { type Correctness, parseCorrectness } from "./correctness.ts";
import type { ImageRows, KnownRows } from "./image-rows.ts";
import { PREDICTIONS_FILE, scanPredictions } from "./predictions-file.ts";
import type { StoredResult } from "./read-results.ts";

/** Which images of a set are right; used to count what the errors of two accuracies have in common. */
export interface ImageOutcomes {
  /** images */
  readonly n: number;
  /** images that are right */
  readonly correct: number;
  /** (⌈n / 32⌉,) bit i % 32 of word i / 32: whether image i is right */
  readonly bits: Uint32Array;
  /** identity and order of the images */
  readonly images: ImageRows;
  /** null for independent images */
  readonly clusters: ClusterCounts | null;
  /** Excludes it from JSON output, because it is input data and not a result. */
  toJSON(): undefined;
}

/** Number of images and of correct ones per cluster, sorted by cluster name. */
export interface ClusterCounts {
  /** SHA-256 of the clusters of all images, by content; null if contents are unknown, or labels are the clusters */
  readonly sha256: string | null;
  /** (clusters,) images of each cluster */
  readonly images: ArrayLike<number>;
  /** (clusters,) images of each cluster that are right */
  readonly correct: ArrayLike<number>;
}

/** Clusters of dependent images: classes, or clusters named by a file. */
export type Clustering =
  | { readonly by: "class" }
  /** benchmark → image → cluster; "" applies to every benchmark that is not named */
  | { readonly by: "file"; readonly path: string; readonly clusters: ReadonlyMap<string, ReadonlyMap<string, string>> };

/**
 * Reads the clusters of images from a CSV file with the columns `image` and `cluster`, and optionally `benchmark` if
 * benchmarks share image names.
 *
 * @throws InputError if it is not such a file, a cell is empty, or an image is in two clusters
 */
export async function readClusters(path: string): Promise<Clustering> {
  const clusters = new Map<string, Map<string, string>>();
  parseCsv(await readText(path), path, ["image", "cluster"]).forEach((row, i) => {
    const { image = "", cluster = "", benchmark = "" } = row;
    const where = `${path}: row ${i + 1}`;
    if (image === "" || cluster === "") throw new InputError(`${where}: expected an image and its cluster`);
    const ofBenchmark = clusters.get(benchmark) ?? new Map<string, string>();
    clusters.set(benchmark, ofBenchmark);
    const known = ofBenchmark.get(image);
    if (known !== undefined && known !== cluster) {
      throw new InputError(`${where}: image ${image} is in two clusters, ${known} and ${cluster}`);
    }
    ofBenchmark.set(image, cluster);
  });
  return { by: "file", path, clusters };
}

/**
 * Reads the correct images of a result from its `predictions.csv`.
 *
 * @param clustering null for independent images
 * @param known image lists read before; a new list is added
 * @returns null if there is no such file
 * @throws InputError if it contradicts the result's metrics, or an image has no cluster
 */
export async function readOutcomes(
  result: StoredResult,
  clustering: Clustering | null,
  known: KnownRows = new Map(),
): Promise<ImageOutcomes | null> {
  const path = join(result.folder, PREDICTIONS_FILE);
  if ((await statIfThere(path)) === null) return null;
  const bytes = await readBytes(path);
  const correctness = parseCorrectness(bytes, path, { known });
  checkCorrectness(path, result.metrics, correctness);
  const clusters =
    clustering?.by === "file"
      ? countClusters(bytes, path, clustersOf(clustering, result.metrics.benchmark), correctness.images)
      : clustering?.by === "class"
        ? classCounts(correctness)
        : null;
  return makeOutcomes(correctness, clusters);
}

/** Keeps the data needed for counting, without that for report pages. */
export function makeOutcomes(
  { n, correct, bits, images }: Pick<Correctness, "n" | "correct" | "bits" | "images">,
  clusters: ClusterCounts | null,
): ImageOutcomes {
  return { n, correct, bits, images, clusters, toJSON: () => undefined };
}

function classCounts({ labels, classImages, classCorrect }: Correctness): ClusterCounts {
  return { sha256: null, ...inNameOrder(labels, classImages, classCorrect) };
}

function inNameOrder(names: readonly string[], images: readonly number[], correct: readonly number[]) {
  const order = [...names.keys()].sort((a, b) => ((names[a] as string) < (names[b] as string) ? -1 : 1));
  const inOrder = (counts: readonly number[]) => Int32Array.from(order, (c) => counts[c] as number);
  return { images: inOrder(images), correct: inOrder(correct) };
}

function clustersOf(
  { path, clusters }: Extract<Clustering, { by: "file" }>,
  benchmark: string,
): ReadonlyMap<string, string> {
  const found = clusters.get(benchmark) ?? clusters.get("");
  if (found !== undefined) return found;
  throw new InputError(
    `${path}: no image of ${benchmark}; available benchmarks: ${[...clusters.keys()].sort().join(", ")}`,
  );
}

function countClusters(
  bytes: Uint8Array,
  path: string,
  clusterOf: ReadonlyMap<string, string>,
  { contents }: ImageRows,
): ClusterCounts {
  const positions = new Map<string, number>();
  const images: number[] = [];
  const correct: number[] = [];
  const all: string[] = [];
  scanPredictions(bytes, path, (row) => {
    const cluster = clusterOf.get(row.image());
    if (cluster === undefined) throw new InputError(`${path}: image ${row.image()} has no cluster`);
    const c = positions.get(cluster) ?? positions.size;
    positions.set(cluster, c);
    all.push(cluster);
    images[c] = (images[c] ?? 0) + 1;
    correct[c] = (correct[c] ?? 0) + (row.label.classes.includes(row.predicted) ? 1 : 0);
  });
  const hash = createHash("sha256");
  for (const row of contents?.order ?? []) hash.update(`${JSON.stringify(all[row])}\n`);
  return {
    sha256: contents === null ? null : hash.digest("hex"),
    ...inNameOrder([...positions.keys()], images, correct),
  };
}
