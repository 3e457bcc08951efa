import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { listImages } from "../../../src/data/dataset/list-images.ts";
import { openSource } from "../../../src/data/sources/source-formats.ts";
import { temporaryFolder } from "../../helpers.ts";

const imagenet = await readBenchmark("imagenet");

interface Table {
  readonly labels: readonly (number | string | null)[];
  readonly names?: readonly string[];
}

/** A folder of Parquet files, whose images contain their file and row. */
function setOf(tables: Readonly<Record<string, Table>>): string {
  const root = temporaryFolder();
  for (const [path, { labels, names }] of Object.entries(tables)) {
    const file = parquetWriteBuffer({
      columnData: [
        { name: "image", data: labels.map((_, row) => Buffer.from(`${path} ${row}`)), type: "BYTE_ARRAY" },
        ...(names === undefined ? [] : [{ name: "file_name", data: [...names], type: "STRING" as const }]),
        typeof labels.find((label) => label !== null) === "string"
          ? { name: "wnid", data: [...labels], type: "STRING" as const }
          : { name: "label", data: labels.map((label) => label as number), type: "INT32" as const, nullable: true },
      ],
      rowGroupSize: 2,
    });
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), Buffer.from(file));
  }
  return root;
}

/** Path, label and content of each image. */
async function imagesOf(root: string): Promise<[string, number, string][]> {
  const listed = await listImages(imagenet, root);
  if (listed === null) throw new Error("no images");
  const source = openSource(listed);
  try {
    const images: [string, number, string][] = [];
    for (const image of listed.images) {
      images.push([image.path, image.label, Buffer.from((await source.read(image)).bytes).toString()]);
    }
    return images;
  } finally {
    await source.close();
  }
}

it("a Hub snapshot is read from its validation files, in their order; test files without labels are skipped", async () => {
  const root = setOf({
    "data/train-00000-of-00001.parquet": { labels: [4, 4] },
    "data/test-00000-of-00001.parquet": { labels: [-1, -1, -1] },
    "data/validation-00001-of-00002.parquet": { labels: [0, 7] },
    "data/validation-00000-of-00002.parquet": { labels: [3, 1, 2], names: ["b.JPEG", "a.JPEG", "c.JPEG"] },
  });
  const [first, second] = ["data/validation-00000-of-00002.parquet", "data/validation-00001-of-00002.parquet"];
  expect(await imagesOf(root)).toEqual([
    [`${first}/b.JPEG`, 3, `${first} 0`],
    [`${first}/a.JPEG`, 1, `${first} 1`],
    [`${first}/c.JPEG`, 2, `${first} 2`],
    [`${second}/00000000`, 0, `${second} 0`],
    [`${second}/00000001`, 7, `${second} 1`],
  ]);
});

it("wnids as labels are classes of ImageNet, in any order", async () => {
  const images = await imagesOf(setOf({ "test.parquet": { labels: ["n01443537", "n01440764"] } }));
  expect(images.map(([, label]) => label)).toEqual([1, 0]);
});

it.each<[string, Table, RegExp]>([
  ["labels of a test set", { labels: [-1, -1] }, /has no label \(-1, as in test sets/],
  ["a label that is null", { labels: [0, null] }, /has no label/],
  ["a label outside the classes", { labels: [0, 1000] }, /label 1000, but the set has 1000 classes/],
  ["a name of another class", { labels: [5], names: ["ILSVRC2012_val_00000293_n01440764.JPEG"] }, /n01440764/],
])("%s stops a run", async (_, table, fault) => {
  await expect(imagesOf(setOf({ "test.parquet": table }))).rejects.toThrow(fault);
});
