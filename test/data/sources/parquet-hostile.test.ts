import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openCodec } from "../../../src/data/sources/parquet-decompress.ts";
import { parquetContainer } from "../../../src/data/sources/parquet-format.ts";
import { decodeHybrid } from "../../../src/data/sources/parquet-levels.ts";
import { structEnd } from "../../../src/data/sources/parquet-thrift.ts";
import { decodeBytes } from "../../../src/data/sources/parquet-values.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { fixtures, temporaryFolder } from "../../helpers.ts";

const LONG = [0xff, 0xff, 0xff, 0xff, 0x07]; // 2^31 - 1

/** Checks that nothing is allocated because a file claims it: memory of this process outside the garbage collector. */
async function allocated(work: () => unknown): Promise<number> {
  const before = process.memoryUsage().arrayBuffers;
  await work();
  return process.memoryUsage().arrayBuffers - before;
}

describe("a struct of Thrift", () => {
  const many = (count: number, ...bytes: number[]) => new Uint8Array(Array.from({ length: count }, () => bytes).flat());

  it.each<[string, Uint8Array, RegExp]>([
    ["structs in structs", many(100_000, 0x1c), /nested more than 32 deep/],
    ["lists in lists", Uint8Array.from([0x19, ...many(100_000, 0x19)]), /nested more than 32 deep/],
    ["a number without an end", Uint8Array.from([0x16, ...many(20, 0xff)]), /does not end/],
    ["a type that Parquet does not have", Uint8Array.of(0x1b, 0x01), /does not use/],
    ["two million empty structs", Uint8Array.from([0x19, 0xfc, 0x80, 0x89, 0x7a, ...many(2_000_000, 0)]), /more parts/],
  ])("of %s is refused", (_, bytes, fault) => {
    expect(() => structEnd(bytes)).toThrow(fault);
  });

  it.each<[string, readonly number[]]>([
    ["a list longer than the bytes", [0x19, 0xfc, ...LONG, 0, 0, 0]],
    ["text longer than the bytes", [0x18, ...LONG, 0x41]],
    ["nothing", []],
    ["no stop", [0x15, 0x02]],
  ])("of %s ends early", (_, bytes) => {
    expect(structEnd(Uint8Array.from(bytes))).toBeNull();
  });
});

describe("a page", () => {
  const zstd = [0x28, 0xb5, 0x2f, 0xfd];
  const bomb = [
    0x28,
    0xb5,
    0x2f,
    0xfd,
    0x00,
    0x48,
    ...Array(64).fill([0x02, 0x00, 0x10, 0x41]).flat(),
    0x03,
    0x00,
    0x10,
    0x41,
  ];

  it.each<[string, string, readonly number[] | Uint8Array, number, RegExp]>([
    ["SNAPPY", "2 GB in 6 bytes", [...LONG, 0], 2 ** 31 - 1, /the maximum is 1073741824/],
    ["SNAPPY", "more than 64 MB from little", [...LONG, 0], 65 << 20, /decompression bomb/],
    ["SNAPPY", "a wrong length", [5, 0x10, 1, 2, 3, 4, 5], 6, /have 5 bytes, expected 6/],
    ["SNAPPY", "a copy from before its start", [8, 0x00, 1, 0x12, 9, 0], 8, /snappy data cannot/],
    ["GZIP", "more than it states", gzipSync(Buffer.alloc(1 << 20)), 1000, /cannot be decoded/],
    ["GZIP", "less than it states", gzipSync(Buffer.alloc(10)), 1000, /to 10 bytes, expected 1000/],
    ["LZ4_RAW", "more than it states", [0x1f, 0x41, 1, 0, 255, 255, 255, 0], 20, /LZ4 data cannot/],
    ["LZ4_RAW", "less than it states", [0x20, 1, 2], 20, /LZ4 data cannot/],
    ["ZSTD", "a window of 1.9 GB", [...zstd, 0x00, 0xa7, 0x01, 0, 0], 100, /claim \d{10} bytes of memory/],
    [
      "ZSTD",
      "a content of 2^60",
      [...zstd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 16, 1, 0, 0],
      100,
      /claim \d{19} bytes of memory/,
    ],
    ["ZSTD", "more than it states", bomb, 1000, /have more than 1000 bytes/],
    ["ZSTD", "no end", zstd, 1000, /end early/],
    ["LZO", "a codec without a reader", [], 10, /compressed by LZO, which is not supported/],
  ])("compressed by %s with %s is refused", async (codec, _, bytes, length, fault) => {
    const input = Uint8Array.from(bytes);
    const used = await allocated(() =>
      expect(async () => (await openCodec(codec))?.(input, length)).rejects.toThrow(fault),
    );
    expect(used).toBeLessThan(32 << 20);
  });

  it("of zstd is verified by the checksum of each of its frames", async () => {
    const frame = readFileSync(join(fixtures, "containers", "zstd", "level-19.tar.zst"));
    const codec = await openCodec("ZSTD");
    const size = 194_560;
    const twice = codec?.(Buffer.concat([frame, frame]), 2 * size) as Uint8Array;
    expect(Buffer.from(twice.subarray(0, size)).equals(twice.subarray(size))).toBe(true);
    const changed = Buffer.concat([frame, frame]);
    changed[frame.length - 1] = (frame.at(-1) as number) ^ 1;
    expect(() => codec?.(changed, 2 * size)).toThrow("damaged: its zstd checksum is wrong");
  });

  it("of levels that repeat endlessly fills its rows, and no more", () => {
    const levels = new Uint32Array(4);
    decodeHybrid(Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x0f, 1), 1, levels);
    expect([...levels]).toEqual([1, 1, 1, 1]);
    expect(() => decodeHybrid(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f), 0, levels)).not.toThrow();
    expect(() => decodeHybrid(Uint8Array.of(0x03), 1, levels)).toThrow(/ends after 0 of 4/);
    expect(() => decodeHybrid(Uint8Array.of(0, 0, 0), 1, levels)).toThrow(/ends after 0 of 4/);
  });

  it.each<[string, readonly number[], RegExp]>([
    ["PLAIN", [255, 255, 255, 255], /end after 0 of 1/],
    ["PLAIN", [0, 0, 0, 0, 7], /1 bytes remain/],
    ["DELTA_LENGTH_BYTE_ARRAY", [0x80, 0x01, ...LONG, 1, 0], /2147483647 parts/],
    ["DELTA_LENGTH_BYTE_ARRAY", [0x80, 0x01, 4, ...LONG, 0], /expected 1/],
    ["DELTA_LENGTH_BYTE_ARRAY", [0x80, 0x01, 4, 1, 1], /end after 0 of 1/], // a length of -1
    ["DELTA_BYTE_ARRAY", [0x80, 0x01, 4, 1, 20, 0x80, 0x01, 4, 1, 0], /repeats more bytes than the previous one/],
    ["WHATEVER", [], /encoded as WHATEVER/],
  ])("of values as %s %j is refused", async (encoding, bytes, fault) => {
    await expect(decodeBytes(Uint8Array.from(bytes), 1, encoding)).rejects.toThrow(fault);
  });
});

describe("a file", () => {
  const sound = readFileSync(join(fixtures, "parquet", "snappy-plain.parquet"));

  it.each<[string, Uint8Array, RegExp]>([
    ["nothing", new Uint8Array(0), /it is empty/],
    ["a pointer", Buffer.from("version https://git-lfs.github.com/spec/v1\n"), /Git LFS pointer/],
    ["another format", Buffer.from("PK\x03\x04 and so on, for long"), /does not begin with "PAR1"/],
    ["half a file", sound.subarray(0, 700), /cut short: it ends at byte 700/],
    [
      "a footer of 4 GB",
      Buffer.concat([sound.subarray(0, -8), Buffer.from("\xff\xff\xff\xffPAR1", "latin1")]),
      /claims 4294967295 of/,
    ],
  ])("of %s is refused and named", async (_, content, fault) => {
    const path = join(temporaryFolder(), "x.parquet");
    writeFileSync(path, content);
    const error = await parquetContainer.index(path, {}).catch((cause) => cause);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(fault);
    expect(error.message.startsWith(`${path}: `)).toBe(true);
  });
});
