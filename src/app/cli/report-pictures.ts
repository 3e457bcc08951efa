import { join } from "node:path";
import { compareText } from "../../data/sources/folder-entry.ts";
import type { ImageEntry } from "../../data/sources/image-entry.ts";
import type { ImageSource } from "../../data/sources/image-source.ts";
import { openSource } from "../../data/sources/source-formats.ts";
import { locateBenchmarks } from "../../evaluation/evaluate/locate-benchmarks.ts";
import { shortContent } from "../../evaluation/results/predictions-file.ts";
import { InputError } from "../../foundation/errors.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import { count, megabytes, plural } from "../../foundation/number-text.ts";
import { orderForPictures } from "../../output/report/picture-order.ts";
import type { ReportPictures } from "../../output/report/report-data.ts";
import type { ChosenImages, FittedImages } from "../../output/report/store-images.ts";
import { thumbnail } from "../../output/report/thumbnail.ts";

export interface PicturesOptions {
  /** pictures per checkpoint and benchmark */
  readonly count: number;
  /** maximum size of all pictures in a page, in bytes */
  readonly limit: number;
  /** ids or paths of the benchmarks' definitions */
  readonly known: readonly string[];
  /** location of the images, as for `evaluate` */
  readonly data: string | undefined;
  readonly dataDirs: Readonly<Record<string, string>>;
  readonly passwordFile: string | undefined;
  /** folder of tar indexes */
  readonly storeRoot: string;
}

/**
 * Makes thumbnails for a report: for each checkpoint and benchmark the most confident mistakes, then the least
 * confident correct predictions. They are made in turns, so that a size limit affects all equally.
 *
 * @returns the pictures, and notes about those that failed or did not fit
 * @throws InputError if the images are not found at the given location
 */
export async function makePictures(
  fitted: FittedImages | null,
  sets: readonly ChosenImages[],
  options: PicturesOptions,
): Promise<ReportPictures & { readonly notes: readonly Note[] }> {
  const { images, sources } = await findImages(options);
  if (fitted === null) return { sets: [], uris: [], notes: [] };
  const atHand = new Set([...images.keys()].map((key) => key.slice(0, key.indexOf("\n"))));
  const missing = new Map<string, number>();
  const uris: string[] = [];
  const made = fitted.stored.sets.map(() => new Map<number, number>());
  let bytes = 0;
  let leftOut = 0;
  try {
    const wanted = [...orderForPictures(fitted, sets, options.count)];
    const early = await readInOrder(
      wanted.map(({ benchmark, image, content }) => [images.get(`${benchmark}\n${image}`), content] as const),
    );
    for (const { set, row, benchmark, image, content } of wanted) {
      const found = images.get(`${benchmark}\n${image}`);
      if (found === undefined) {
        missing.set(benchmark, (missing.get(benchmark) ?? 0) + 1);
        continue;
      }
      if (bytes >= options.limit) {
        leftOut++;
        continue;
      }
      const uri = early.has(found) ? (early.get(found) ?? null) : await pictureOf(found, content);
      if (uri === null) missing.set(benchmark, (missing.get(benchmark) ?? 0) + 1);
      else if (bytes + uri.length > options.limit) {
        bytes = options.limit;
        leftOut++;
      } else {
        bytes += uri.length;
        made[set]?.set(row, uris.push(uri) - 1);
      }
    }
  } finally {
    await Promise.all(sources.map((source) => source.close()));
  }
  const notes = describeMissing(missing, atHand);
  if (leftOut > 0) notes.push(makeNote(describeLimit(uris.length, leftOut, options.limit)));
  return {
    sets: made.map((places) => ({ rows: [...places.keys()], places: [...places.values()] })),
    uris,
    notes,
  };
}

/** @param missing benchmark → images without a picture @param atHand benchmarks with some available images */
function describeMissing(missing: ReadonlyMap<string, number>, atHand: ReadonlySet<string>): Note[] {
  const unavailable = [...missing.keys()].filter((benchmark) => !atHand.has(benchmark));
  const some = [...missing].filter(([benchmark]) => atHand.has(benchmark));
  const notes = some.map(([benchmark, number]) =>
    makeNote(`${benchmark}: no pictures of ${plural(number, "image")}: not available, not readable, or changed since`),
  );
  if (unavailable.length === 0) return notes;
  return [...notes, makeNote(`no pictures of ${unavailable.join(", ")}: their images are not available`)];
}

function describeLimit(made: number, leftOut: number, limit: number): string {
  return `pictures of ${count(made)} of ${count(made + leftOut)} images: pictures are limited to ${megabytes(limit)} MB of a report (for more: --budget PAGE,PICTURES)`;
}

/**
 * Makes pictures of images that must be read in their container's order, as in a compressed tar, including those left
 * out later.
 */
async function readInOrder(
  wanted: readonly (readonly [image: FoundImage | undefined, content: string | null])[],
): Promise<ReadonlyMap<FoundImage, string | null>> {
  const found = new Map<FoundImage, string | null>();
  for (const [image, content] of wanted) if (image?.source.isSequential === true) found.set(image, content);
  const pictures = new Map<FoundImage, string | null>();
  const placeOf = ({ entry }: FoundImage) => entry.container?.position ?? 0;
  const fileOf = ({ root, entry }: FoundImage) => join(root, entry.container?.file ?? "");
  const ordered = [...found.keys()].sort((a, b) => compareText(fileOf(a), fileOf(b)) || placeOf(a) - placeOf(b));
  for (const image of ordered) pictures.set(image, await pictureOf(image, found.get(image) ?? null));
  return pictures;
}

/**
 * @param content content hash at the time of prediction; null if unknown
 * @returns null if it cannot be read or its content differs; in a table with numbered rows it may be another image
 */
async function pictureOf({ source, root, entry }: FoundImage, content: string | null): Promise<string | null> {
  try {
    const { bytes } = await source.read(entry);
    if (content !== null && shortContent(sha256(bytes)) !== content) return null;
    return await thumbnail(bytes, join(root, entry.path));
  } catch (error) {
    if (error instanceof InputError || (error as NodeJS.ErrnoException).code !== undefined) return null;
    throw error;
  }
}

interface FoundImage {
  readonly source: ImageSource;
  readonly root: string;
  readonly entry: ImageEntry;
}

/** Finds all available images, by benchmark and path, and opens their sources. */
async function findImages({
  known,
  data,
  dataDirs,
  passwordFile,
  storeRoot,
}: PicturesOptions): Promise<{ readonly images: Map<string, FoundImage>; readonly sources: readonly ImageSource[] }> {
  if (data === undefined && Object.keys(dataDirs).length === 0) {
    throw new InputError("--thumbnails needs the images: specify their folders with --data ROOT or --data-dir ID=PATH");
  }
  const { benchmarks } = await locateBenchmarks({
    known,
    data,
    dataDirs,
    passwordFile,
    allowIncomplete: true,
    storeRoot,
  });
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
