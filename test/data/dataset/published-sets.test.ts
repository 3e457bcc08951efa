import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { findPlaces } from "../../../src/app/inspection/inspect-places.ts";
import { pathOfPlace } from "../../../src/data/sources/image-source.ts";
import { type LocatedBenchmark, locateBenchmarks } from "../../../src/evaluation/evaluate/locate-benchmarks.ts";
import { sharedFolder, temporaryFolder, writeTree } from "../../helpers.ts";
import { makeTar } from "../sources/make-tar.ts";
import { makeZip } from "../sources/make-zip.ts";
import { type PublishedSet, publishedSets } from "./published-sets.ts";

const sets = await publishedSets({ folders: 3, images: 2 });
const members = ({ images, otherMembers }: PublishedSet) =>
  [...otherMembers, ...images].map((name) => ({ name, content: name }));

function archiveOf(set: PublishedSet): Buffer {
  if (set.archive.endsWith(".zip")) return makeZip(members(set));
  return set.archive.endsWith(".gz") ? gzipSync(makeTar(members(set))) : makeTar(members(set));
}

/** Returns what is found under a root without an option, by id. */
async function locate(data: string): Promise<Map<string, LocatedBenchmark>> {
  const { benchmarks } = await locateBenchmarks({ data, storeRoot: temporaryFolder() });
  return new Map(benchmarks.map((found) => [found.benchmark.id, found]));
}

/** Each image's name in the published archive, and its label. */
function labels({ located }: LocatedBenchmark, images: readonly string[]): [string, number][] {
  const ends = new Map(images.map((name) => [nameEnd(name), name]));
  return [...located.images].map(({ path, label }): [string, number] => [ends.get(nameEnd(path)) ?? path, label]);
}

/** An image's name and that of its folder; ImageNet's have none. */
function nameEnd(path: string): string {
  return path
    .split("/")
    .slice(path.includes("ILSVRC2012_val") ? -1 : -2)
    .join("/");
}

/** Labels by the class's folder, or ImageNet's label file. */
function expectedLabels({ benchmark, images }: PublishedSet): [string, number][] {
  if (benchmark.id === "imagenet") return images.map((name, i) => [name, [65, 970][i] as number]);
  const column =
    { objectnet: "folder", "imagenet-v2": "index" }[benchmark.id.replace(/-(?:top|threshold)$/, "")] ?? "wnid";
  const keys = benchmark.classes.keys.get(column) as string[];
  return images.map((name) => [name, keys.indexOf(name.split("/").at(-2) as string)]);
}

const sorted = (pairs: readonly [string, number][]) => [...pairs].sort(([a], [b]) => (a < b ? -1 : 1));

function expectAll(found: ReadonlyMap<string, LocatedBenchmark>): void {
  expect([...found.keys()].sort()).toEqual(sets.map(({ benchmark }) => benchmark.id).sort());
  for (const set of sets) {
    const located = found.get(set.benchmark.id) as LocatedBenchmark;
    expect(sorted(labels(located, set.images)), set.archive).toEqual(sorted(expectedLabels(set)));
  }
}

describe("sets as they are published, under one root and without an option", () => {
  const root = sharedFolder();
  beforeAll(() => {
    for (const set of sets) writeFileSync(join(root, set.archive), archiveOf(set));
  });

  it("are found as archives", async () => {
    expectAll(await locate(root));
    const { places, unrecognized } = await findPlaces(
      sets.map(({ benchmark }) => benchmark),
      root,
      {},
    );
    expect(places.map(({ survey }) => pathOfPlace(survey)).sort()).toEqual(
      sets.map(({ archive }) => join(root, archive)).sort(),
    );
    expect(unrecognized).toEqual([]);
  });

  it("are found extracted, with or without the archive next to them", async () => {
    for (const set of sets) {
      // imagenet's images are in no folder
      const folder = set.benchmark.id === "imagenet" ? join(root, "ILSVRC2012_img_val") : root;
      writeTree(folder, Object.fromEntries(members(set).map(({ name, content }) => [name, content])));
    }
    expectAll(await locate(root));
  });
});

it.each([
  ["imagenet", "imagenet/ILSVRC2012_img_val.tar"],
  ["imagenet", "ILSVRC2012/ILSVRC2012_img_val.tar"],
  ["imagenet-v2", "imagenetv2/imagenetv2-matched-frequency.tar.gz"],
  ["imagenet-v2", "datasets--vaishaal--ImageNetV2/snapshots/0f1e2d/imagenetv2-matched-frequency.tar.gz"],
  ["imagenet-sketch", "datasets--songweig--imagenet_sketch/snapshots/0f1e2d/data/ImageNet-Sketch.zip"],
  ["imagenet-sketch", "imagenet-sketch/ImageNet-Sketch.zip"],
  ["imagenet-r", "imagenet-r/imagenet-r.tar"],
  ["objectnet", "objectnet/objectnet-1.0.zip"],
])("finds %s as %s, next to other archives of its download", async (id, path) => {
  const set = sets.find(({ benchmark }) => benchmark.id === id) as PublishedSet;
  const root = temporaryFolder();
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), archiveOf(set));
  if (id === "imagenet") {
    const devkit = [{ name: "ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt", content: "490" }];
    writeFileSync(join(root, dirname(path), "ILSVRC2012_devkit_t12.tar.gz"), gzipSync(makeTar(devkit)));
    const train = makeTar([{ name: "n01440764.tar", content: makeTar([{ name: "n01440764_18.JPEG", content: "x" }]) }]);
    writeFileSync(join(root, dirname(path), "ILSVRC2012_img_train.tar"), train);
  }
  const found = await locate(root);
  expect([...found.keys()]).toEqual([id]);
  expect((found.get(id) as LocatedBenchmark).located.images).toHaveLength(set.images.length);
});
