import { join } from "node:path";
import { type Benchmark, listBenchmarks, readBenchmark } from "../../data/benchmark/benchmark.ts";
import { listEveryImage } from "../../data/dataset/every-image.ts";
import { folderNames } from "../../data/dataset/incomplete.ts";
import { pathOfPlace } from "../../data/sources/image-source.ts";
import { examineImages, type ImagesInPlace } from "../../evaluation/embedding/examine-images.ts";
import { chooseSharedEmbeddings, findNearPairs, type SharedEmbeddings } from "../../evaluation/scoring/near-copies.ts";
import { InputError } from "../../foundation/errors.ts";
import { findPlaces, type Place } from "../inspection/inspect-places.ts";
import { EXAMINED } from "./examine-place.ts";

export interface CompareSetsOptions {
  readonly dataDirs?: Readonly<Record<string, string>>;
  readonly benchmarks?: readonly string[];
  readonly store: string;
  readonly zipPasswordFile?: string;
  /** minimum cosine similarity of near-duplicates */
  readonly threshold?: number;
  /** use only embeddings of this checkpoint */
  readonly checkpoint?: string;
  readonly threads: number;
  readonly onProgress?: (progress: { readonly set: string; readonly done: number; readonly total: number }) => void;
  /** called between images; throws to stop */
  readonly checkStopped?: () => void;
}

/** An image of a benchmark and its copy in the other set. */
export interface CopyPair {
  readonly kind: "same" | "near";
  readonly benchmark: string;
  /** name of its folder */
  readonly class: string;
  /** paths relative to the roots */
  readonly image: string;
  readonly copy: string;
  /** cosine similarity of the embeddings; null for identical bytes */
  readonly cosine: number | null;
}

/** Number of images of a class that the other set also contains. */
export interface ClassCopies {
  readonly benchmark: string;
  readonly class: string;
  readonly images: number;
  readonly same: number;
  readonly near: number;
}

/**
 * Number of distinct contents of each set, how many of them have embeddings (`left`, `right`), and the cosine
 * threshold.
 */
export interface EmbeddingsCompared {
  readonly leftContents: number;
  readonly rightContents: number;
  readonly threshold: number;
}

export interface SetComparison {
  readonly sets: readonly { readonly benchmark: string; readonly root: string; readonly images: number }[];
  readonly against: { readonly root: string; readonly images: number };
  /** unreadable images of the benchmarks and of the other set */
  readonly unreadable: { readonly benchmarks: number; readonly against: number };
  /** images of the benchmarks with a byte-identical copy in the other set, and further ones with a near-duplicate */
  readonly same: number;
  readonly near: number;
  /** embeddings searched for near-duplicates; null if none are stored for both sets */
  readonly embeddings: (Omit<SharedEmbeddings, "model"> & EmbeddingsCompared) | null;
  /** classes with copies, sorted by number of copies, descending */
  readonly classes: readonly ClassCopies[];
  readonly pairs: readonly CopyPair[];
}

/** Minimum cosine similarity of near-duplicates; for its choice see docs/reference/verification.md. */
export const NEAR_COSINE = 0.97;

/**
 * Finds images of benchmarks that another set also contains, such as a training set: by content, then by stored
 * embeddings of both.
 *
 * @param against  a folder with images at any depth, or containers
 * @throws InputError if either is not found
 */
export async function compareSets(
  root: string | undefined,
  against: string,
  options: CompareSetsOptions,
): Promise<SetComparison> {
  const { store, threads, checkStopped, threshold = NEAR_COSINE, checkpoint } = options;
  const places = await findSets(root, options);
  const container = { cacheFolder: join(store, "tars"), passwordFile: options.zipPasswordFile };
  const otherImages = await listEveryImage(against, container);
  const look = async (set: string, images: ImagesInPlace) => {
    const onProgress = (done: number, total: number) => options.onProgress?.({ set, done, total });
    return examineImages(images, { folder: join(store, EXAMINED), decode: false, threads, onProgress, checkStopped });
  };
  const imagesByHash = new Map<string, OwnImage[]>();
  let unread = 0;
  const classes = new Map<string, ClassCounts>();
  for (const { benchmark, survey } of places) {
    const examination = await look(benchmark.id, survey);
    const names = folderNames(benchmark);
    for (let at = 0; at < survey.images.length; at++) {
      const { path, label } = survey.images.at(at);
      const image = { benchmark: benchmark.id, class: names[label] ?? String(label), path };
      countImage(classes, image);
      if (!append(imagesByHash, examination.sha256(at), image)) unread++;
    }
  }
  const copies = new Map<string, string[]>();
  const otherHashes = new Set<string>();
  let otherUnread = otherImages.unlisted;
  const examination = await look(against, otherImages);
  for (let at = 0; at < otherImages.images.length; at++) {
    const hash = examination.sha256(at);
    if (hash === null) otherUnread++;
    else {
      otherHashes.add(hash);
      if (imagesByHash.has(hash)) append(copies, hash, otherImages.images.at(at).path);
    }
  }
  const pairs: CopyPair[] = [...copies].flatMap(([hash, paths]) => pairUp(imagesByHash.get(hash) ?? [], paths, null));
  const ownHashes = new Set(imagesByHash.keys());
  const shared = await chooseSharedEmbeddings(store, ownHashes, otherHashes, checkpoint);
  if (shared !== null) {
    const near = await findNearPairs(
      store,
      { left: ownHashes, right: otherHashes, model: shared.model },
      { threshold, threads, checkStopped },
    );
    const wanted = new Set(near.map(({ right }) => right));
    const pathsOf = new Map<string, string[]>();
    for (let at = 0; at < otherImages.images.length; at++) {
      const hash = examination.sha256(at);
      if (hash !== null && wanted.has(hash)) append(pathsOf, hash, otherImages.images.at(at).path);
    }
    for (const { left, right, cosine } of near)
      pairs.push(...pairUp(imagesByHash.get(left) ?? [], pathsOf.get(right) ?? [], cosine));
  }
  const { same, near } = countCopies(classes, pairs);
  return {
    sets: places.map(({ benchmark, survey }) => ({
      benchmark: benchmark.id,
      root: pathOfPlace(survey),
      images: survey.images.length,
    })),
    against: { root: against, images: otherImages.images.length },
    unreadable: { benchmarks: unread, against: otherUnread },
    same,
    near,
    embeddings:
      shared === null
        ? null
        : {
            checkpoint: shared.checkpoint,
            left: shared.left,
            leftContents: ownHashes.size,
            right: shared.right,
            rightContents: otherHashes.size,
            threshold,
          },
    classes: [...classes.values()]
      .map(({ same: exact, near: close, ...counted }) => ({ ...counted, same: exact.size, near: close.size }))
      .filter((counted) => counted.same + counted.near > 0)
      .sort((a, b) => b.same + b.near - a.same - a.near),
    pairs,
  };
}

/** @throws InputError if no benchmark is found */
async function findSets(root: string | undefined, options: CompareSetsOptions): Promise<readonly Place[]> {
  const { dataDirs = {}, store, zipPasswordFile } = options;
  const named = options.benchmarks ?? (root === undefined ? Object.keys(dataDirs) : await listBenchmarks());
  const benchmarks: Benchmark[] = await Promise.all([...new Set(named)].map(readBenchmark));
  for (const id of Object.keys(dataDirs)) {
    if (!benchmarks.some((benchmark) => benchmark.id === id)) benchmarks.push(await readBenchmark(id));
  }
  const cacheFolder = join(store, "tars");
  const { places } = await findPlaces(benchmarks, root ?? ".", {
    cacheFolder,
    passwordFile: zipPasswordFile,
    dataDirs,
  });
  const broken = places.find(({ survey }) => survey.problem !== null);
  if (broken !== undefined) throw new InputError(broken.survey.problem as string);
  if (places.length > 0) return places;
  throw new InputError(`${root}: no benchmark found; specify its folder with --data-dir ID=PATH`);
}

interface OwnImage {
  readonly benchmark: string;
  readonly class: string;
  readonly path: string;
}

interface ClassCounts {
  readonly benchmark: string;
  readonly class: string;
  images: number;
  /** paths */
  readonly same: Set<string>;
  readonly near: Set<string>;
}

function countImage(classes: Map<string, ClassCounts>, image: OwnImage): void {
  const key = `${image.benchmark}\n${image.class}`;
  const { benchmark, class: name } = image;
  const counts = classes.get(key) ?? { benchmark, class: name, images: 0, same: new Set(), near: new Set() };
  counts.images++;
  classes.set(key, counts);
}

/** Counts images with copies; an image with an identical copy is not counted as a near-duplicate. */
function countCopies(classes: ReadonlyMap<string, ClassCounts>, pairs: readonly CopyPair[]) {
  for (const kind of ["same", "near"] as const) {
    for (const pair of pairs) {
      const counts = classes.get(`${pair.benchmark}\n${pair.class}`);
      if (pair.kind === kind && counts?.same.has(pair.image) === false) counts[kind].add(pair.image);
    }
  }
  const sum = (kind: "same" | "near") => [...classes.values()].reduce((total, counts) => total + counts[kind].size, 0);
  return { same: sum("same"), near: sum("near") };
}

/**
 * Pairs every image of one content with one copy, and further copies with the first image, to avoid the full product.
 */
function pairUp(images: readonly OwnImage[], copies: readonly string[], cosine: number | null): CopyPair[] {
  const [firstImage, firstCopy] = [images[0], copies[0]];
  if (firstImage === undefined || firstCopy === undefined) return [];
  const kind = cosine === null ? "same" : "near";
  const pair = ({ benchmark, class: name, path }: OwnImage, copy: string): CopyPair => {
    return { kind, benchmark, class: name, image: path, copy, cosine };
  };
  return [...images.map((image) => pair(image, firstCopy)), ...copies.slice(1).map((copy) => pair(firstImage, copy))];
}

/** @returns whether the key was not null */
function append<Value>(map: Map<string, Value[]>, key: string | null, value: Value): boolean {
  if (key === null) return false;
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
  return true;
}
