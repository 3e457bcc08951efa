import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Benchmark } from "../../data/benchmark/benchmark.ts";
import { classKeys } from "../../data/benchmark/class-list.ts";
import type { Layout } from "../../data/benchmark/layout.ts";
import { namedVariant, variantsOf } from "../../data/benchmark/variants.ts";
import { type ContentChanges, type ContentEntry, compareContent } from "../../data/dataset/compare-content.ts";
import { contentManifestPath, readContentManifest, writeContentManifest } from "../../data/dataset/content-manifest.ts";
import { likelyOtherSets } from "../../data/dataset/likely-set.ts";
import type { ImageSurvey } from "../../data/dataset/survey-images.ts";
import { countLabels, type ImageList } from "../../data/sources/image-list.ts";
import { pathOfPlace } from "../../data/sources/image-source.ts";
import { type ContentCheck, type ContentProgress, checkContent, NOTHING_CHECKED } from "./inspect-content.ts";
import type { Place } from "./inspect-places.ts";
import { inspectProtocols, type ProtocolInspection } from "./inspect-protocols.ts";

/** Inspection of one benchmark in one folder. Paths are relative to `root`, with "/"; lists are complete. */
export interface BenchmarkInspection {
  readonly benchmark: string;
  readonly title: string;
  readonly root: string;
  readonly layout: Layout["kind"];
  /** column of the class list that contains the names of the folders or the labels in tars; null if none */
  readonly key: string | null;
  /** class folders are named by numbers and sorted numerically: 10 after 9 */
  readonly numeric: boolean;
  readonly images: number;
  /** number of images of the complete benchmark, for the protocols that can be scored here */
  readonly expectedImages: number;
  readonly classes: number;
  readonly expectedClasses: number;
  readonly protocols: readonly ProtocolInspection[];
  /** folder names of classes that the protocols need but that have no image */
  readonly missingClasses: readonly string[];
  /** class folders without an image */
  readonly emptyFolders: readonly string[];
  /** folders of the same class */
  readonly twinFolders: readonly (readonly string[])[];
  /** folders of images that are not a class of the benchmark */
  readonly unknownFolders: ImageSurvey["unknownFolders"];
  /** images outside the class folders, or without a known number */
  readonly looseImages: readonly string[];
  /** classes whose number of images differs from that of (nearly) all others, in benchmarks with equal classes */
  readonly unevenClasses: readonly { readonly name: string; readonly images: number; readonly expected: number }[];
  readonly strayFiles: number;
  /** skipped system files: kind, such as "@eaDir" → number of files and folders */
  readonly clutter: Readonly<Record<string, number>>;
  /** how the images were selected, if not obvious, and reasons for doubt */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  /** folders inside a class folder that are named like another class */
  readonly misplaced: readonly string[];
  /** format of the source: "folder", "tar", "parquet", … */
  readonly format: string;
  /** links that are not followed, to folders that are read at their own location */
  readonly links: readonly string[];
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** images with the same content; `acrossClasses` if in more than one class */
  readonly duplicates: readonly { readonly paths: readonly string[]; readonly acrossClasses: boolean }[];
  /** other benchmarks that this probably is, by class folders, number of images or folder name */
  readonly likelySets: { readonly ids: readonly string[]; readonly by: "classes" | "images" | "name" } | null;
  /** why the images cannot be listed; null if they can */
  readonly problem: string | null;
  /** recorded content and changes since; null if none is recorded or no store is given */
  readonly manifest: {
    readonly path: string;
    readonly state: "written" | "unchanged" | "changed";
    readonly changes: ContentChanges | null;
  } | null;
}

export interface InspectBenchmarkOptions {
  readonly deep: boolean;
  readonly store?: string | undefined;
  readonly progress?: ContentProgress | undefined;
  /** replaces the check of image content */
  readonly check?: ((place: Place) => Promise<ContentCheck>) | undefined;
}

/** Minimum share of classes with the same number of images for the others to be reported as uneven. */
const NEARLY_ALL = 0.9;

/**
 * Inspects a place found by {@link import("./inspect-places.ts").findPlaces}. @throws InputError if the store is
 * unusable
 */
export async function inspectBenchmark(
  place: Place,
  known: readonly Benchmark[],
  options: InspectBenchmarkOptions,
): Promise<BenchmarkInspection> {
  const { benchmark, survey } = place;
  const { layout, images, aside, folders } = survey;
  const root = pathOfPlace(survey);
  const { protocols, needed } = await inspectProtocols(benchmark, images);
  const path = options.store === undefined ? null : await contentManifestPath(options.store, benchmark.id, survey);
  const before = path === null ? null : ((await readContentManifest(path, benchmark.id, survey))?.images ?? null);
  const inspectContent = () =>
    checkContent(survey, {
      deep: options.deep,
      ...(before === null ? {} : { alsoHash: toHash(before, images) }),
      ...(options.progress === undefined ? {} : { progress: options.progress }),
    });
  const { check = inspectContent } = options;
  const content = survey.problem === null ? await check(place) : NOTHING_CHECKED;
  const counts = countLabels(images);
  const name = classNamer(benchmark, survey);
  const scored = protocols.filter(({ state }) => state !== "left out");
  return {
    benchmark: benchmark.id,
    title: benchmark.title,
    root,
    layout: layout.kind,
    key: "key" in layout ? (layout.key ?? null) : null,
    numeric: folders.length > 0 && folders.every((folder) => /^\d+$/.test(folder.name)),
    images: images.length,
    expectedImages: Math.max(benchmark.images, ...scored.map(({ expected }) => expected)),
    classes: counts.size,
    expectedClasses: needed.size,
    protocols,
    missingClasses: survey.problem !== null ? [] : [...needed].filter((row) => !counts.has(row)).map(name),
    emptyFolders: folders.filter((folder) => folder.images === 0).map((folder) => folder.name),
    twinFolders: duplicateFolders(folders),
    unknownFolders: survey.unknownFolders,
    looseImages: aside.looseImages,
    unevenClasses: uneven(benchmark, counts, name),
    strayFiles: aside.strayFiles,
    clutter: Object.fromEntries(aside.clutter),
    links: aside.links,
    notes: aside.notes,
    warnings: aside.warnings,
    misplaced: aside.misplaced,
    format: survey.format,
    unreadable: [...survey.unreadable, ...content.unreadable],
    duplicates: content.duplicates.map((group) => ({
      paths: group.map((at) => images.at(at).path),
      acrossClasses: new Set(group.map((at) => images.label(at))).size > 1,
    })),
    likelySets:
      survey.problem === null
        ? (namedOther(benchmark, root, known) ??
          likelyOtherSets(benchmark, { classFolders: foldersWithImages(survey), images: survey.images.length }, known))
        : null,
    problem: survey.problem,
    manifest:
      path === null || survey.problem !== null
        ? null
        : await manifestState(path, before, survey, content.sha256, options.deep, benchmark.id),
  };
}

/** Finds new or resized images that may be moved ones: they have the size of a missing image. */
function toHash(before: readonly Required<ContentEntry>[], images: ImageList): number[] {
  const old = new Map(before.map((entry) => [entry.path, entry.bytes]));
  const now = new Map(Array.from(images, (image) => [image.path, image.bytes]));
  const left = new Set(before.filter((entry) => now.get(entry.path) !== entry.bytes).map((entry) => entry.bytes));
  return [...images].flatMap((image, at) => (old.get(image.path) !== image.bytes && left.has(image.bytes) ? [at] : []));
}

/**
 * Compares with the recorded content. A deep inspection records it if there is no record; an existing record is not
 * changed, so the next run reports differences again.
 */
async function manifestState(
  path: string,
  before: readonly Required<ContentEntry>[] | null,
  survey: ImageSurvey,
  hashes: readonly (string | null)[],
  deep: boolean,
  benchmark: string,
): Promise<BenchmarkInspection["manifest"]> {
  const { images } = survey;
  const now = Array.from(images, ({ path: image, bytes, label }, at) => ({
    path: image,
    bytes,
    sha256: hashes[at] ?? null,
    label,
  }));
  if (before !== null) {
    const changes = compareContent(before, now);
    const differs = Object.values(changes).some((list) => list.length > 0);
    return { path, state: differs ? "changed" : "unchanged", changes: differs ? changes : null };
  }
  if (!deep || images.length === 0) return null;
  await writeContentManifest(path, benchmark, survey, now);
  return { path, state: "written", changes: null };
}

/** Returns the name of a class in messages: that of its folder, existing or not. */
function classNamer(benchmark: Benchmark, { layout, folders }: ImageSurvey): (row: number) => string {
  const folderNames = new Map(folders.map(({ label, name }) => [label, name]));
  const key = layout.kind === "class-folders" ? layout.key : benchmark.classes.keys.has("wnid") ? "wnid" : "index";
  const keys = classKeys(benchmark.classes, key, benchmark.path);
  return (row) => folderNames.get(row) ?? keys[row] ?? String(row);
}

function duplicateFolders(folders: ImageSurvey["folders"]): string[][] {
  const byLabel = new Map<number, string[]>();
  for (const { label, name } of folders) byLabel.set(label, [...(byLabel.get(label) ?? []), name]);
  return [...byLabel.values()].filter((names) => names.length > 1);
}

function uneven(
  benchmark: Benchmark,
  counts: ReadonlyMap<number, number>,
  name: (row: number) => string,
): BenchmarkInspection["unevenClasses"] {
  const expected = benchmark.images / benchmark.classes.size;
  const deviating = [...counts].filter(([, count]) => count !== expected);
  if (counts.size - deviating.length < NEARLY_ALL * benchmark.classes.size) return [];
  return deviating.map(([row, count]) => ({ name: name(row), images: count, expected }));
}

/**
 * Finds a variant of the benchmark that the folder is named after; the variants of ImageNetV2 have the same structure.
 */
function namedOther(
  benchmark: Benchmark,
  root: string,
  known: readonly Benchmark[],
): BenchmarkInspection["likelySets"] {
  const variants = variantsOf(benchmark, known);
  const named = variants.length > 1 ? namedVariant(variants, resolve(root)) : null;
  return named?.isPlain && named.id !== benchmark.id ? { ids: [named.id], by: "name" } : null;
}

/** Whether a store exists, so that an inspection does not create one. */
export function storeIsThere(store: string | undefined): store is string {
  return store !== undefined && existsSync(store);
}

function foldersWithImages(survey: ImageSurvey): string[] {
  const all = [...survey.folders, ...survey.unknownFolders];
  return all.filter(({ images }) => images > 0).map(({ name }) => name);
}
