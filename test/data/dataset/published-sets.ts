import { createHash } from "node:crypto";
import { type Benchmark, readBenchmark } from "../../../src/data/benchmark/benchmark.ts";

/** A set as its authors publish it: an archive, and its content. */
export interface PublishedSet {
  readonly benchmark: Benchmark;
  /** the archive's name */
  readonly archive: string;
  /** members that are images, and others */
  readonly images: readonly string[];
  readonly otherMembers: readonly string[];
}

/** How much of a set is made: the maximum number of class folders and of images in each. */
export interface Share {
  readonly folders: number;
  readonly images: number;
}

export const WHOLE: Share = { folders: Number.POSITIVE_INFINITY, images: Number.POSITIVE_INFINITY };

/** Images of ObjectNet in folders that belong to no ImageNet class. */
const UNSCORED = 50273 - 18574;

/**
 * The published names of ImageNet and its shifts, with their numbers of folders and images; how images are spread over
 * folders is made up where the sizes differ.
 *
 * Sources: the archives of image-net.org, github.com/hendrycks/imagenet-r and natural-adv-examples,
 * HaohanWang/ImageNet-Sketch, vaishaal/ImageNetV2 on the Hub, objectnet.dev.
 */
export async function publishedSets(share: Share): Promise<PublishedSet[]> {
  const v2 = (kind: string) => ({
    archive: `imagenetv2-${kind}.tar.gz`,
    top: `imagenetv2-${kind}-format-val`,
    column: "index",
    name: (folder: string, i: number) => `${hash(`${kind} ${folder} ${i}`, 40)}.jpeg`,
  });
  const kinds: Record<string, Kind> = {
    "imagenet-r": {
      archive: "imagenet-r.tar",
      top: "imagenet-r",
      column: "wnid",
      name: (_, i) => `${["art", "cartoon", "sketch"][i % 3]}_${Math.floor(i / 3)}.jpg`,
      otherMembers: ["imagenet-r/README.txt"],
    },
    "imagenet-a": {
      archive: "imagenet-a.tar",
      top: "imagenet-a",
      column: "wnid",
      name: (_, i) => `0.0${10_000 + i}_digital clock _ digital clock_0.865662.jpg`,
      otherMembers: ["imagenet-a/README.txt"],
    },
    "imagenet-sketch": {
      archive: "ImageNet-Sketch.zip",
      top: "sketch",
      column: "wnid",
      name: (_, i) => `sketch_${i}.JPEG`,
    },
    "imagenet-v2": v2("matched-frequency"),
    "imagenet-v2-threshold": v2("threshold0.7"),
    "imagenet-v2-top": v2("top-images"),
    objectnet: {
      archive: "objectnet-1.0.zip",
      top: "objectnet-1.0/images",
      column: "folder",
      name: (folder, i) => `${hash(`${folder} ${i}`, 15)}.png`,
      otherMembers: [
        "folder_to_objectnet_label",
        "objectnet_to_imagenet_1k",
        "pytorch_to_imagenet_2012_id",
        "imagenet_to_label_2012_v2",
      ].map((name) => `objectnet-1.0/mappings/${name}.json`),
    },
  };
  const sets = Object.entries(kinds).map(async ([id, kind]): Promise<PublishedSet> => {
    const benchmark = await readBenchmark(id);
    return {
      benchmark,
      archive: kind.archive,
      images: namesOf(benchmark, kind, share),
      otherMembers: kind.otherMembers ?? [],
    };
  });
  const imagenet = await readBenchmark("imagenet");
  const numbers = Array.from({ length: Math.min(imagenet.images, share.images) }, (_, i) => i + 1);
  const images = numbers.map((number) => `ILSVRC2012_val_${String(number).padStart(8, "0")}.JPEG`);
  return [
    { benchmark: imagenet, archive: "ILSVRC2012_img_val.tar", images, otherMembers: [] },
    ...(await Promise.all(sets)),
  ];
}

interface Kind {
  readonly archive: string;
  /** the folder of the class folders in it */
  readonly top: string;
  /** column of the class list by which they are named */
  readonly column: string;
  readonly name: (folder: string, image: number) => string;
  readonly otherMembers?: readonly string[];
}

function namesOf(benchmark: Benchmark, { top, column, name }: Kind, share: Share): string[] {
  const folders = benchmark.classes.keys.get(column) as string[];
  const scored = benchmark.classes.keys.get("class_index")?.map((index) => index !== "");
  const groups = [folders.filter((_, at) => scored?.[at] ?? true), folders.filter((_, at) => scored?.[at] === false)];
  const totals = [benchmark.images, scored === undefined ? 0 : UNSCORED];
  return groups.flatMap((group, g) => {
    const total = totals[g] as number;
    return group.slice(0, share.folders).flatMap((folder, at) => {
      const images = Math.floor(total / group.length) + (at < total % group.length ? 1 : 0);
      return Array.from({ length: Math.min(images, share.images) }, (_, i) => `${top}/${folder}/${name(folder, i)}`);
    });
  });
}

function hash(text: string, digits: number): string {
  return createHash("sha1").update(text).digest("hex").slice(0, digits);
}
