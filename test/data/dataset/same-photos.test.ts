import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { openDataFolder } from "../../../src/data/dataset/locate.ts";
import { openSource } from "../../../src/data/sources/source-formats.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { fixtures } from "../../helpers.ts";

const same = join(fixtures, "containers", "same");
const imagenet = await readBenchmark("imagenet");

/**
 * Where the same twenty photos are, written by GNU tar, tarfile, gzip, zstd, Info-ZIP, zipfile, pyarrow and datasets,
 * each in another order.
 */
const PLACES: readonly (readonly [place: string, format: string])[] = [
  ["tar-gnu", "tar"],
  ["tar-pax", "tar"],
  ["tar-ustar", "tar"],
  ["tar-python", "tar"],
  ["tar-gnu/photos.tar", "tar"],
  ["tar-gz", "tar.gz"],
  ["tar-zst", "tar.zst"],
  ["webdataset", "tar"],
  ["webdataset/photos-*", "tar"],
  ["zip-stored", "zip"],
  ["zip-deflated/photos.zip", "zip"],
  ["zip-encrypted", "zip"],
  ["zip-python", "zip"],
  ["parquet-none", "parquet"],
  ["parquet-snappy", "parquet"],
  ["parquet-gzip", "parquet"],
  ["parquet-zstd", "parquet"],
  ["parquet-lz4", "parquet"],
  ["parquet-two", "parquet"],
  ["parquet-two/validation-*", "parquet"],
  ["arrow-saved", "arrow"],
  ["arrow-cache", "arrow"],
  ["arrow-file/photos.arrow", "arrow"],
  ["folder/photos.csv", "list"],
  ["folder/photos.jsonl", "list"],
];

/** Content and label of each image, in the place's order. */
async function readAll(place: string) {
  const located = await openDataFolder(imagenet, join(same, place), { passwordFile: join(same, "password.txt") });
  const { images, aside, format } = located;
  const source = openSource({ ...located, passwordFile: join(same, "password.txt") });
  const contents = new Array<string>(images.length);
  // in reverse, as a thread might that reads the last shard
  for (let at = images.length - 1; at >= 0; at--) {
    const image = images.at(at);
    const { bytes } = await source.read(image);
    const head = await source.readHead(image, new Uint8Array(64));
    expect(Buffer.from(head)).toEqual(Buffer.from(bytes.subarray(0, head.length)));
    expect(head.length).toBe(Math.min(64, bytes.length));
    expect([0, bytes.length]).toContain(image.bytes);
    contents[at] = sha256(bytes);
  }
  await source.close();
  const labels = [...images].map(({ label }) => label);
  const paths = [...images].map(({ path }) => path);
  return { format, contents, labels, paths, warnings: aside.warnings };
}

describe("the same photos in every container", async () => {
  const folder = await readAll("folder");
  const labelOf = (read: typeof folder) => new Map(read.contents.map((content, at) => [content, read.labels[at]]));

  it("are twenty in the folder, each with different content", () => {
    expect(labelOf(folder).size).toBe(20);
    expect(new Set(folder.labels).size).toBeGreaterThan(10);
  });

  it.each(PLACES)("%s: each image has the same content and label as the file", async (place, format) => {
    const read = await readAll(place);
    expect(read.format).toBe(format);
    expect(labelOf(read)).toEqual(labelOf(folder));
    expect(read.contents).toHaveLength(20);
    expect(read.warnings).toEqual([]);
    // in the container's order
    expect(read.contents).not.toEqual(folder.contents);
    expect(new Set(read.paths).size).toBe(20);
  });
});
