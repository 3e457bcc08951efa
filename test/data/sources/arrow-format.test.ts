import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bytesSource } from "../../../bench/_fuzz-arrow.ts";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { listImages } from "../../../src/data/dataset/list-images.ts";
import { arrowFormat } from "../../../src/data/sources/arrow-format.ts";
import { type ArrowRows, indexArrow } from "../../../src/data/sources/arrow-index.ts";
import { openFileBytes } from "../../../src/data/sources/byte-source.ts";
import { openSource } from "../../../src/data/sources/source-formats.ts";
import { TableFault } from "../../../src/data/sources/table-columns.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { fixtures, temporaryFolder } from "../../helpers.ts";

const folder = join(fixtures, "containers", "arrow");
const { files } = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as {
  readonly files: Record<string, { readonly images: string[]; readonly labels: (number | string)[]; names?: string[] }>;
};

async function readAll(path: string) {
  const { members, labelNames, warnings } = await arrowFormat.index(path, {});
  const bytes = await openFileBytes(path);
  const reader = arrowFormat.open({});
  const images: string[] = [];
  const listed = [...members];
  for (const member of listed) images.push(Buffer.from(await reader.read({ path, bytes }, member)).toString("hex"));
  await bytes.close();
  return {
    images,
    labels: listed.map(({ label }) => label),
    names: listed.map(({ name }) => name),
    labelNames,
    warnings,
  };
}

async function refusal(path: string): Promise<string> {
  const error = await readAll(path).then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message.startsWith(`${path}: `)).toBe(true);
  return (error as Error).message.slice(path.length + 2);
}

/** A file of these bytes. */
function fileOf(bytes: Uint8Array): string {
  const path = join(temporaryFolder(), "set.arrow");
  writeFileSync(path, bytes);
  return path;
}

describe("Arrow streams and files", () => {
  it.each(Object.keys(files))("%s gives the images and labels that pyarrow reads", async (name) => {
    const { images, labels, labelNames, warnings } = await readAll(join(folder, name));
    const expected = files[name];
    expect(images).toEqual(expected?.images);
    expect(labels).toEqual(expected?.labels);
    expect(labelNames).toEqual(expected?.names);
    expect(warnings).toEqual([]);
  });

  it("name rows by their column of paths", async () => {
    expect((await readAll(join(folder, "int8.arrow"))).names[6]).toBe("image-6.png");
    expect((await readAll(join(folder, "plain-bytes.arrow"))).names[6]).toBe("s6");
    // two batches of paths whose numbering starts again
    expect((await readAll(join(folder, "dictionary-delta.arrow"))).names.slice(2, 4)).toEqual([
      "00000002/image-2.png",
      "00000003/image-0.png",
    ]);
  });

  it("are read by position, whole or their first bytes", async () => {
    const path = join(folder, "int64.arrow");
    const bytes = await openFileBytes(path);
    const reader = arrowFormat.open({});
    const members = [...(await arrowFormat.index(path, {})).members];
    for (const [row, member] of members.entries()) {
      const expected = Buffer.from(files["int64.arrow"]?.images[row] as string, "hex");
      expect(member.bytes).toBe(expected.length);
      const head = await reader.readHead({ path, bytes }, member, new Uint8Array(5));
      expect(Buffer.from(head)).toEqual(expected.subarray(0, 5));
    }
    await bytes.close();
  });

  it("warn of a stream without an end marker", async () => {
    const bytes = readFileSync(join(folder, "int64.arrow"));
    const { images, warnings } = await readAll(fileOf(bytes.subarray(0, -8)));
    expect(images).toEqual(files["int64.arrow"]?.images);
    expect(warnings).toEqual([expect.stringMatching(/ends without an end-of-stream marker/)]);
  });

  it.each([
    ["refused/lz4.arrow", /^its batches are compressed \(LZ4\), .*write it without/],
    ["refused/zstd.arrow", /^its batches are compressed \(ZSTD\)/],
    ["refused/path-only.arrow", /^row 0: has no image, only the path "\/data\/0.png" of a file; pass the folder/],
    ["refused/null.arrow", /^row 6: has no image$/],
    ["refused/no-label.arrow", /^no column of labels .* among image \(struct\)$/],
    ["refused/views.arrow", /^has the column label of the type Utf8View, which is not supported; remove it$/],
  ])("%s is refused", async (name, message) => {
    expect(await refusal(join(folder, name))).toMatch(message);
  });

  it.each([
    ["an empty file", Buffer.alloc(0), /^is empty/],
    ["a Git LFS pointer", Buffer.from("version https://git-lfs.github.com/spec/v1\n"), /git lfs pull/],
    ["another file", Buffer.from("PAR1PAR1PAR1"), /^is not an Arrow file/],
    ["two streams in one", Buffer.concat(Array(2).fill(readFileSync(join(folder, "int8.arrow")))), /after its end/],
    ["a stream of big-endian numbers", bigEndian(), /^written on a big-endian machine/],
  ])("%s is refused", async (_, bytes, message) => {
    expect(await refusal(fileOf(bytes))).toMatch(message);
  });

  it("are refused where they are truncated, except at the end of a message", async () => {
    for (const name of ["int8.arrow", "file.arrow"]) {
      const bytes = readFileSync(join(folder, name));
      let read = 0;
      for (let length = 1; length < bytes.length; length++) {
        const rows = await indexArrow(bytesSource(bytes.subarray(0, length))).catch((error: unknown) => error);
        if (rows instanceof TableFault) continue;
        // detected by the missing marker
        expect((rows as ArrowRows).isEnded).toBe(false);
        read++;
      }
      expect(read).toBe(name === "file.arrow" ? 0 : 4); // after the schema, and after each of three batches
    }
  });
});

/**
 * The stream of 8-bit labels with another byte order in its schema: the field is absent there, so the value 2 is put
 * into its place in the vtable.
 */
function bigEndian(): Buffer {
  const bytes = Buffer.from(readFileSync(join(folder, "int8.arrow")));
  const start = 8;
  const message = start + bytes.readUInt32LE(start);
  const field = (table: number, slot: number) => {
    const vtable = table - bytes.readInt32LE(table);
    return { at: table + bytes.readUInt16LE(vtable + 4 + 2 * slot), slot: vtable + 4 + 2 * slot, vtable };
  };
  const header = field(message, 2).at;
  const schema = header + bytes.readUInt32LE(header);
  // the bytes of the fields' offset are a number whose two low bytes are not 0
  bytes.writeUInt16LE(bytes.readUInt16LE(field(schema, 1).slot), field(schema, 0).slot);
  return bytes;
}

describe("folders of datasets", async () => {
  const imagenet = await readBenchmark("imagenet");
  const stream = (name: string) => join(folder, name);

  it.each([
    ["save_to_disk", ["data-00000-of-00002.arrow", "data-00001-of-00002.arrow"], "saved"],
    ["a dictionary of splits", ["validation/data-00000-of-00001.arrow", "train/data-00000-of-00001.arrow"], null],
    ["the cache", ["imagenet-1k-validation-00000-of-00001.arrow", "imagenet-1k-train-00000-of-00002.arrow"], null],
    [
      "the cache with results of map",
      [
        "set-validation-00000-of-00001.arrow",
        "cache-0123456789abcdef.arrow",
        "cache-0123456789abcdef_00000_of_00002.arrow",
        "cache-0123456789abcdef_00001_of_00002.arrow",
      ],
      null,
    ],
  ])("are read as stored in %s", async (_, names, saved) => {
    const root = temporaryFolder();
    for (const name of names) {
      mkdirSync(join(root, name, ".."), { recursive: true });
      copyFileSync(stream(saved === null ? "int64.arrow" : join(saved, name)), join(root, name));
    }
    writeFileSync(join(root, "dataset_info.json"), "{}");
    if (saved !== null) {
      // its names are not those of ImageNet's classes
      await expect(listImages(imagenet, root)).rejects.toThrow(
        /data-00000-of-00002.arrow: names 3 classes, imagenet has/,
      );
      return;
    }
    const listed = await listImages(imagenet, root);
    expect(listed?.format).toBe("arrow");
    expect(listed?.images.at(1).path).toBe(`${names[0]}/image-1.png`);
    expect([...(listed?.images ?? [])].map(({ label }) => label)).toEqual(files["int64.arrow"]?.labels);
    const source = openSource({ format: "arrow", root });
    const { bytes } = await source.read(listed?.images.at(3) as never);
    expect(Buffer.from(bytes).toString("hex")).toBe(files["int64.arrow"]?.images[3]);
    await source.close();
  });

  it("of which each file's rows follow those before", async () => {
    const parts = readdirSync(stream("saved")).sort();
    const read = await Promise.all(parts.map((name) => readAll(stream(join("saved", name)))));
    expect(read.flatMap(({ images }) => images)).toEqual(files["names.arrow"]?.images);
    expect(read.flatMap(({ labels }) => labels)).toEqual(files["names.arrow"]?.labels);
    expect(read.map(({ labelNames }) => labelNames)).toEqual([
      files["names.arrow"]?.names,
      files["names.arrow"]?.names,
    ]);
  });
});
