import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { describe, expect, it } from "vitest";
import { openFileBytes } from "../../../src/data/sources/byte-source.ts";
import type { ContainerMember } from "../../../src/data/sources/container-format.ts";
import { parquetContainer } from "../../../src/data/sources/parquet-format.ts";
import { decompressLz4Hadoop } from "../../../src/data/sources/parquet-lz4.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { fixtures, temporaryFolder } from "../../helpers.ts";

type Row = readonly [image: string | null, path: string | null, label: number | string | null];

const folder = join(fixtures, "parquet");
const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as {
  readonly files: Readonly<Record<string, readonly Row[]>>;
  readonly hadoop: { readonly raw: string; readonly frames: string; readonly block: string };
};

const EMPTY = digest(new Uint8Array(0));

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}

/** Reads a file as an evaluation does: its index, then each image by its position, also in reverse. */
async function readAll(name: string) {
  const path = resolve(folder, name);
  const index = await parquetContainer.index(path, {});
  const members = [...index.members];
  const bytes = await openFileBytes(path);
  const reader = parquetContainer.open({});
  const file = { path, bytes };
  try {
    const images = await Promise.all(members.map((member) => reader.read(file, member).catch((error) => error)));
    const heads = [];
    for (const member of [...members].reverse()) {
      heads.unshift(await reader.readHead(file, member, new Uint8Array(16)).catch((error) => error));
    }
    return { index, members, images, heads };
  } finally {
    await reader.close();
    await bytes.close();
  }
}

/** The result of hyparquet, which reads whole columns. */
async function readByHyparquet(name: string): Promise<(Uint8Array | null | undefined)[]> {
  const content = readFileSync(join(folder, name));
  const file = content.buffer.slice(content.byteOffset, content.byteOffset + content.length) as ArrayBuffer;
  const rows = await parquetReadObjects({ file, compressors, utf8: false });
  return rows.map(({ image, webp }) => {
    const value = image ?? webp;
    return value instanceof Uint8Array || value === null || value === undefined ? value : value.bytes;
  });
}

describe("each file written by pyarrow or datasets", () => {
  it.each(Object.entries(expected.files))("%s gives pyarrow's rows and hyparquet's bytes", async (name, rows) => {
    const { members, images, heads } = await readAll(name);
    expect(members.map(({ label }) => label ?? null)).toEqual(rows.map(([, , label]) => label));
    const paths = rows.map(([, path]) => path);
    const named = paths.every((path) => path !== null);
    if (named) expect(members.map((member) => member.name)).toEqual(paths);
    else expect(members.every((member, row) => member.name.startsWith(String(row).padStart(8, "0")))).toBe(true);
    const byHyparquet = await readByHyparquet(name);
    for (const [row, [image]] of rows.entries()) {
      const read = images[row];
      if (image === null || image === EMPTY) {
        expect(read).toBeInstanceOf(InputError);
        expect(read.message).toMatch(`${name}: row ${row} `);
        expect(read.message).toMatch(image === null ? /is null/ : /is empty/);
        continue;
      }
      expect(digest(read), `row ${row}`).toBe(image);
      expect(Buffer.compare(read, byHyparquet[row] as Uint8Array), `row ${row}, hyparquet`).toBe(0);
      expect(heads[row]).toEqual(read.slice(0, 16));
      expect([0, read.length]).toContain((members[row] as ContainerMember).bytes);
    }
    if (rows.length > 0) expect(rows.some(([image]) => image !== null)).toBe(true);
  });

  it("without compression has each image's position in the file, with compression none", async () => {
    const isPlaced = async (name: string) => (await readAll(name)).members.map(({ bytes }) => bytes > 0);
    for (const name of ["none-plain", "none-dictionary", "none-v2", "pages-fallback", "datasets"]) {
      expect(new Set(await isPlaced(`${name}.parquet`)), name).toEqual(new Set([true]));
    }
    for (const name of ["snappy-plain", "zstd-dictionary", "delta"]) {
      expect(new Set(await isPlaced(`${name}.parquet`)), name).toEqual(new Set([false]));
    }
  });
});

describe("reading some rows", () => {
  /** Bytes [start, end) that are read for these rows of a file, without the footer. */
  async function rangesOf(name: string, rows: readonly number[]): Promise<[number, number][]> {
    const path = join(folder, name);
    const members = [...(await parquetContainer.index(path, {})).members];
    const content = readFileSync(path);
    const ranges: [number, number][] = [];
    const bytes = {
      byteLength: content.length,
      slice: async (start: number, end = content.length) => {
        if (end - start > 64 && end < content.length - 8) ranges.push([start, end]);
        return Uint8Array.from(content.subarray(start, end)).buffer;
      },
    };
    const reader = parquetContainer.open({});
    for (const row of rows) await reader.read({ path, bytes }, members[row] as ContainerMember);
    await reader.close();
    return ranges;
  }

  it("decodes a page once for all its rows, and no other pages", async () => {
    const all = await rangesOf("row-groups-snappy.parquet", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    const starts = all.map(([start]) => start);
    expect(new Set(starts).size).toBe(starts.length);
    const second = await rangesOf("row-groups-snappy.parquet", [5, 4, 7, 6]);
    expect(second.length).toBeGreaterThan(0);
    expect(second.length).toBeLessThan(all.length / 2);
    expect(all).toEqual(expect.arrayContaining(second));
  });

  it("without compression reads only the images' bytes", async () => {
    const members = [...(await parquetContainer.index(join(folder, "none-plain.parquet"), {})).members];
    const wanted = [9, 2, 4].map((row) => members[row] as ContainerMember);
    expect(await rangesOf("none-plain.parquet", [9, 2, 4])).toEqual(
      wanted.flatMap(({ position, bytes }) => (bytes > 64 ? [[position, position + bytes]] : [])),
    );
  });
});

it("class names are those that datasets wrote, and the columns are noted", async () => {
  const { index } = await readAll("datasets.parquet");
  expect(index.labelNames).toEqual(["tench", "goldfish", "hay"]);
  expect(index.notes).toEqual(["images are read from the column image.bytes, labels from label"]);
});

it.each(["encrypted.parquet", "encrypted-columns.parquet"])("%s is refused", async (name) => {
  await expect(parquetContainer.index(join(folder, name), {})).rejects.toThrow(
    /it is encrypted, which is not supported/,
  );
});

it.each(["checksums.parquet", "pages-snappy.parquet"])(
  "%s with a byte changed in an image is refused",
  async (name) => {
    const content = readFileSync(join(folder, name));
    const image = (await readAll(name)).images[0] as Uint8Array;
    const at = content.indexOf(image.subarray(4, 12)); // compressed, random bytes are stored unchanged
    content[at] = (content[at] as number) ^ 1;
    const path = join(temporaryFolder(), name);
    writeFileSync(path, content);
    const { images } = await readAll(path);
    expect(images[0]).toBeInstanceOf(InputError);
    expect(images[0].message).toMatch(
      /row 0: column image.bytes: damaged: the checksum of its page at byte \d+ does not/,
    );
  },
);

it("LZ4 is read in Hadoop's frames and without", () => {
  const { raw, frames, block } = expected.hadoop;
  for (const packed of [frames, block]) {
    const bytes = decompressLz4Hadoop(Buffer.from(packed, "hex"), raw.length / 2);
    expect(Buffer.from(bytes).toString("hex")).toBe(raw);
    expect(() => decompressLz4Hadoop(Buffer.from(packed, "hex"), raw.length / 2 + 1)).toThrow(/LZ4/);
  }
});
