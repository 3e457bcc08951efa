/**
 * Finds complete copies of ImageNet and its shifts with the published names: all 50,000 files and 313 folders, with one tiny
 * image. Each set is searched as its archive and unpacked, under one root and without options.
 *
 *   npm run bench -- published-sets [FOLDER]
 *
 * The created files stay in FOLDER if one is given. Ends with status 1 if a set is not found completely.
 */
import { existsSync, linkSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { locateBenchmarks } from "../src/evaluation/evaluate/locate-benchmarks.ts";
import { type PublishedSet, publishedSets, WHOLE } from "../test/data/dataset/published-sets.ts";
import { makeTar } from "../test/data/sources/make-tar.ts";
import { makeZip } from "../test/data/sources/make-zip.ts";
import { makeScratch } from "./_scratch.ts";

const folder = process.argv[2] ?? makeScratch();
const image = readFileSync("test/fixtures/sketches/root/objectnet-1.0/images/sunglasses/7abe60e00c1dc59.png");
const sets = await publishedSets(WHOLE);
/** One image per set, with a different size for each: sets with the same images would count as one. */
const imageOf = ({ benchmark }: PublishedSet) => Buffer.concat([image, Buffer.from(benchmark.id)]);

function writeArchive(root: string, set: PublishedSet): void {
  const { archive, images, otherMembers } = set;
  const path = join(root, archive);
  if (existsSync(path)) return;
  mkdirSync(root, { recursive: true });
  const members = [
    ...otherMembers.map((name) => ({ name, content: "{}" })),
    ...images.map((name) => ({ name, content: imageOf(set) })),
  ];
  const bytes = archive.endsWith(".zip") ? makeZip(members) : makeTar(members);
  writeFileSync(path, archive.endsWith(".gz") ? gzipSync(bytes, { level: 1 }) : bytes);
}

function writeFiles(root: string, set: PublishedSet): void {
  const { benchmark, images, otherMembers } = set;
  const top = benchmark.id === "imagenet" ? join(root, "ILSVRC2012_img_val") : root;
  if (images.every((name) => existsSync(join(top, name)))) return;
  const first = join(root, `image-${benchmark.id}`);
  mkdirSync(root, { recursive: true });
  writeFileSync(first, imageOf(set));
  const folders = new Set<string>();
  for (const name of [...images, ...otherMembers]) {
    const path = join(top, name);
    if (!folders.has(dirname(path))) mkdirSync(dirname(path), { recursive: true });
    folders.add(dirname(path));
    if (images.length > 0 && !name.endsWith(".json") && !name.endsWith(".txt")) linkSync(first, path);
    else writeFileSync(path, "{}");
  }
}

for (const [kind, write] of [
  ["archives", writeArchive],
  ["folders", writeFiles],
] as const) {
  const root = join(folder, kind);
  for (const set of sets) write(root, set);
  for (const run of ["first", "again"]) {
    const start = performance.now();
    const { benchmarks } = await locateBenchmarks({ data: root, storeRoot: join(folder, `store-${kind}`) });
    console.log(`${kind}, ${run}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
    for (const set of sets) {
      const found = benchmarks.find(({ benchmark }) => benchmark.id === set.benchmark.id)?.located;
      const isWhole = found?.images.length === set.images.length;
      if (!isWhole) process.exitCode = 1;
      if (run === "first")
        console.log(
          `  ${isWhole ? "found" : "WRONG"}  ${set.benchmark.id}: ${found?.images.length} of ${set.images.length}, ${found?.format} ${found?.files ?? found?.root}`,
        );
    }
  }
}
