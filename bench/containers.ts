/**
 * Compares the time of reading images from each kind of container with the folder of the same images, in alternating pairs,
 * without decoding; counts the bytes read for a sixteenth of the images; and times the index of many members.
 *
 *   npm run bench -- containers [PAIRS] [IMAGES] [MEMBERS]
 *
 * The images are copies of the photos of SHIFTLINE_SAMPLES (otherwise the demo's), repeated as needed. tar, gzip, zstd, zip and
 * 7zz create the archives; Parquet and Arrow need SHIFTLINE_ORACLE, a Python environment with pyarrow. Containers that cannot be
 * created are skipped.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readBenchmark } from "../src/data/benchmark/benchmark.ts";
import { placeAt } from "../src/data/dataset/data-place.ts";
import { listImages } from "../src/data/dataset/list-images.ts";
import { openSource } from "../src/data/sources/source-formats.ts";
import { findPython, lastJson, ROOT, runChild } from "./_child.ts";
import { makeContainers, passwordFileOf } from "./_containers.ts";
import { findImages } from "./_images.ts";
import { spread } from "./_median.ts";
import { makeScratch } from "./_scratch.ts";

/** Images that a thread reads in parallel, and images per task. */
const AT_ONCE = 3;
const TASK = 32;
const SHARDS = 16;

interface Reading {
  readonly images: number;
  readonly listSeconds: number;
  readonly readSeconds: number;
  /** bytes that the process read, from /proc; 0 without it */
  readonly listBytes: number;
  readonly readBytes: number;
  /** peak growth of the resident set while listing */
  readonly listMegabytes: number;
}

if (process.argv[2] === "--child") {
  const [, , , path = "", part = "all"] = process.argv;
  console.log(JSON.stringify(await readPlace(path, part)));
} else await compare();

/** Lists the images of a path, and reads all of them, one shard, or none. */
async function readPlace(path: string, part: string): Promise<Reading> {
  const benchmark = await readBenchmark("imagenet");
  const start = { bytes: bytesRead(), rss: process.memoryUsage.rss(), time: performance.now() };
  const passwordFile = existsSync(passwordFileOf(path)) ? passwordFileOf(path) : undefined;
  const listed = await listImages(benchmark, { ...(await placeAt(path)), passwordFile });
  if (listed === null) throw new Error(`${path}: no images found`);
  const listedAt = { bytes: bytesRead(), time: performance.now() };
  const listMegabytes = process.resourceUsage().maxRSS / 1024 - start.rss / 2 ** 20;
  const { images } = listed;
  const count = part === "all" ? images.length : part === "none" ? 0 : Math.ceil(images.length / SHARDS);
  const first = part === "shard" ? Math.floor(images.length / 2) : 0;
  const source = openSource(listed);
  let next = first;
  const work = async () => {
    while (next < first + count) await source.read(images.at(next++));
  };
  for (let done = 0; done < count; done += TASK) await Promise.all(Array.from({ length: AT_ONCE }, work));
  await source.close();
  return {
    images: images.length,
    listSeconds: (listedAt.time - start.time) / 1000,
    readSeconds: (performance.now() - listedAt.time) / 1000,
    listBytes: listedAt.bytes - start.bytes,
    readBytes: bytesRead() - listedAt.bytes,
    listMegabytes,
  };
}

function bytesRead(): number {
  try {
    return Number(/rchar: (\d+)/.exec(readFileSync("/proc/self/io", "latin1"))?.[1]);
  } catch {
    return 0;
  }
}

function run(path: string, part: "all" | "shard" | "none"): Reading {
  const tsx = join(ROOT, "node_modules", "tsx", "dist", "cli.mjs");
  return lastJson(runChild(process.execPath, [tsx, "bench/containers.ts", "--child", path, part]).stdout) as Reading;
}

async function compare(): Promise<void> {
  const [pairs, images, members] = [5, 1000, 50_000].map((usual, i) => Number(process.argv[2 + i] ?? usual)) as [
    number,
    number,
    number,
  ];
  const scratch = makeScratch();
  const { folder: from, title } = findImages(undefined);
  const folder = copyImages(from, join(scratch, "folder"), images);
  const made = makeContainers(folder, join(scratch, "photos"), findPython());
  console.log(`${images} images (${title}), ${pairs} pairs: reading speed as a share of the folder's\n`);
  console.log("| container | of the folder's speed | images/s | 1/16 reads of all bytes |");
  console.log("|---|---|---|---|");
  run(folder, "all"); // fills the page cache
  for (const [name, path] of made) {
    const ratios: number[] = [];
    const speeds: number[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const places = pair % 2 === 0 ? [folder, path] : [path, folder];
      const seconds = new Map(places.map((place) => [place, run(place, "all").readSeconds]));
      ratios.push((seconds.get(folder) as number) / (seconds.get(path) as number));
      speeds.push(images / (seconds.get(path) as number));
    }
    const share = run(path, "shard").readBytes / run(path, "all").readBytes;
    console.log(`| ${name} | ${spread(ratios)} | ${spread(speeds, 0)} | ${(share * SHARDS).toFixed(2)}/16 |`);
  }
  const many = smallImages(join(scratch, "members"), members);
  console.log(
    `\n${members} members of 1 kB: the index\n\n| container | seconds | MB of memory more than the folder's | MB read |`,
  );
  console.log("|---|---|---|---|");
  const plain = run(many, "none");
  console.log(`| folder | ${plain.listSeconds.toFixed(2)} | (${plain.listMegabytes.toFixed(0)}) | |`);
  for (const [name, path] of makeContainers(many, join(scratch, "indexed"), findPython())) {
    const { listSeconds, listMegabytes, listBytes } = run(path, "none");
    const more = listMegabytes - plain.listMegabytes;
    const size = statSync(path).size / 1e6;
    console.log(
      `| ${name} | ${listSeconds.toFixed(2)} | ${more.toFixed(0)} | ${(listBytes / 1e6).toFixed(1)} of ${size.toFixed(1)} |`,
    );
  }
}

/** Copies images of class folders until there are n. */
function copyImages(from: string, to: string, n: number): string {
  const files = readdirSync(from, { recursive: true, encoding: "utf8" }).filter((path) =>
    /\.(?:jpe?g|png)$/i.test(path),
  );
  for (let i = 0; i < n; i++) {
    const path = files[i % files.length] as string;
    const folder = join(to, basename(dirname(path)));
    mkdirSync(folder, { recursive: true });
    copyFileSync(join(from, path), join(folder, `${i}.jpg`));
  }
  return to;
}

/** Small files with the names of images in folders of ImageNet's first 100 classes. */
function smallImages(to: string, n: number): string {
  const wnids = readFileSync(join(ROOT, "benchmarks", "classes", "imagenet.csv"), "utf8").match(/n\d{8}/g) ?? [];
  const bytes = Buffer.alloc(1000, "\xff\xd8\xff", "latin1");
  for (let i = 0; i < n; i++) {
    const folder = join(to, wnids[i % 100] as string);
    if (i < 100) mkdirSync(folder, { recursive: true });
    bytes.writeUInt32LE(i, 8);
    writeFileSync(join(folder, `ILSVRC2012_${i}.JPEG`), bytes);
  }
  return to;
}
