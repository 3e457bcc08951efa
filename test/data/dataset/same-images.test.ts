import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { type LocatedData, openDataFolder } from "../../../src/data/dataset/locate.ts";
import { haveSameImages } from "../../../src/data/dataset/same-images.ts";
import { openSource } from "../../../src/data/sources/source-formats.ts";
import { fixtures, temporaryFolder } from "../../helpers.ts";

const open = async (path: string) => openDataFolder(await readBenchmark("imagenet-v2"), path);
const openTable = (file: string) => open(join(fixtures, "parquet", file));

/** The same images in another order, as files. `change` modifies some of them, `most` limits their number. */
async function folderOf(
  data: LocatedData,
  change: (bytes: Uint8Array, at: number) => Uint8Array = (same) => same,
  most = data.images.length,
): Promise<LocatedData> {
  const root = join(temporaryFolder(), "v2");
  const source = openSource(data);
  for (const [at, image] of data.images.slice(0, most).entries()) {
    mkdirSync(join(root, String(image.label)), { recursive: true });
    const { bytes } = await source.read(image);
    writeFileSync(join(root, `${image.label}/${99 - at}.jpeg`), change(bytes, at));
  }
  await source.close();
  return open(root);
}

const turned = (bytes: Uint8Array) => Uint8Array.from(bytes).reverse();

describe("haveSameImages", () => {
  it("finds the images of a table without sizes among files and other tables, both ways", async () => {
    const table = await openTable("gzip-plain.parquet");
    expect([...table.images].map(({ bytes }) => bytes)).toContain(0);
    const files = await folderOf(table);
    const otherTable = await openTable("row-groups-snappy.parquet");
    for (const [first, second] of [
      [table, files],
      [files, table],
      [table, otherTable],
      [files, await folderOf(table)],
    ] as const)
      expect(await haveSameImages(first, second)).toBe(true);
  });

  it("does not confuse sets by their sizes, their number, or half of their images", async () => {
    const table = await openTable("gzip-plain.parquet");
    const files = await folderOf(table);
    const half = await folderOf(table, (bytes, at) => (at % 2 === 0 ? turned(bytes) : bytes));
    for (const otherFolder of [await folderOf(table, turned), half, await folderOf(table, undefined, 13)]) {
      for (const set of [table, files]) {
        expect(await haveSameImages(set, otherFolder)).toBe(false);
        expect(await haveSameImages(otherFolder, set)).toBe(false);
      }
    }
  });
});
