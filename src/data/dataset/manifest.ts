import { createHash } from "node:crypto";
import { InputError } from "../../foundation/errors.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import type { Benchmark } from "../benchmark/benchmark.ts";
import type { ImageList } from "../sources/image-list.ts";
import { pathOfPlace, placeOf, type SourcePlace } from "../sources/image-source.ts";
import type { LocatedData } from "./locate.ts";

/** The images of one run in canonical order. All stored or scored data refers to them by position. */
export interface Manifest extends SourcePlace {
  readonly benchmark: string;
  readonly layout: string;
  readonly images: ImageList;
  /** SHA-256 over path and size of every image, in order */
  readonly sha256: string;
}

/**
 * Makes the manifest of a benchmark's images.
 *
 * @param scored  labels whose images are used; default: all
 * @param limit   size of a seeded sample of these images, spread over the classes
 * @throws InputError if no images remain
 */
export function makeManifest(
  benchmark: Benchmark,
  data: LocatedData,
  options: { readonly scored?: (label: number) => boolean; readonly limit?: number | undefined } = {},
): Manifest {
  const { scored, limit } = options;
  const wanted = scored === undefined ? data.images : data.images.withLabels(scored);
  if (wanted.length === 0) throw new InputError(`${pathOfPlace(data)}: no images of ${benchmark.id} to score`);
  const images = limit === undefined || limit >= wanted.length ? wanted : sampleImages(wanted, limit);
  return {
    benchmark: benchmark.id,
    ...placeOf(data),
    layout: data.layout.kind,
    images,
    sha256: hashImages(images),
  };
}

function hashImages(images: ImageList): string {
  const hash = createHash("sha256");
  for (const image of images) hash.update(`${image.path}\t${image.bytes}\n`);
  return hash.digest("hex");
}

/**
 * Draws a sample that depends on the paths alone: within a class by the hash of the path; classes alternate, starting
 * with the smallest first hash. Returned in canonical order.
 */
function sampleImages(images: ImageList, limit: number): ImageList {
  const byClass = new Map<number, { position: number; hash: string }[]>();
  for (let position = 0; position < images.length; position++) {
    const { path, label } = images.at(position);
    const group = byClass.get(label) ?? [];
    group.push({ position, hash: sha256(`shiftline sample 1\n${path}`) });
    byClass.set(label, group);
  }
  const groups = [...byClass.values()];
  for (const group of groups) group.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  groups.sort((a, b) => ((a[0]?.hash ?? "") < (b[0]?.hash ?? "") ? -1 : 1));
  const chosen: number[] = [];
  for (let round = 0; chosen.length < limit; round++) {
    for (const group of groups) {
      const pick = group[round];
      if (pick !== undefined && chosen.length < limit) chosen.push(pick.position);
    }
  }
  return images.pick(Int32Array.from(chosen).sort());
}
