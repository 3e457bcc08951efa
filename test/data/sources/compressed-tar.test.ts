import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuzzedStreams, readStream, streamFault } from "../../../bench/_fuzz-streams.ts";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { listImages } from "../../../src/data/dataset/list-images.ts";
import { openFileBytes } from "../../../src/data/sources/byte-source.ts";
import { decompress } from "../../../src/data/sources/decompressed-bytes.ts";
import { openForward } from "../../../src/data/sources/forward-bytes.ts";
import { runWithin } from "../../../src/data/sources/run-within.ts";
import { openSource } from "../../../src/data/sources/source-formats.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { fixtures, temporaryFolder, writeTree } from "../../helpers.ts";
import { makeTar } from "./make-tar.ts";

const imagenet = await readBenchmark("imagenet");
const zstd = join(fixtures, "containers", "zstd");
const seq = (step: number, last: number) =>
  Array.from({ length: Math.ceil(last / step) }, (_, i) => `${1 + i * step}\n`).join("");
const SET = [
  { name: "set/n01440764/a.jpg", content: seq(1, 30000) },
  { name: "set/n01440764/c.png", content: "few\n" },
  { name: "set/n01443537/b.jpg", content: seq(3, 9000) },
  { name: "set/n01443537/d.jpg", content: "" },
];
const TAR = makeTar(SET);

/** Content of each image by its position in the listing, when read in a given order. */
async function contentsIn(root: string, order: (n: number) => readonly number[] = (n) => [...Array(n).keys()]) {
  const listed = await listImages(imagenet, root);
  const images = [...listed!.images];
  const source = openSource(listed!);
  try {
    const read = await Promise.all(order(images.length).map(async (i) => [i, await source.read(images[i]!)] as const));
    return read.map(([i, { bytes }]) => ({
      name: images[i]!.path.split("/").slice(1).join("/"),
      content: Buffer.from(bytes).toString(),
    }));
  } finally {
    await source.close();
  }
}

describe("a tar in a compressed stream", () => {
  it.each([
    ["one gzip stream", "set.tar.gz", gzipSync(TAR)],
    ["another name of it", "set.tgz", gzipSync(TAR, { level: 0 })],
    [
      "gzip members one after another",
      "set.tar.gz",
      Buffer.concat([gzipSync(TAR.subarray(0, 999)), gzipSync(TAR.subarray(999))]),
    ],
    ["a fast zstd stream", "set.tar.zst", readFileSync(join(zstd, "level-1.tar.zst"))],
    ["a zstd frame with its size and checksum", "set.tar.zst", readFileSync(join(zstd, "level-19.tar.zst"))],
    ["several zstd frames", "set.tzst", readFileSync(join(zstd, "frames.tar.zst"))],
  ])("is read in any order: %s", async (_, name, bytes) => {
    const root = writeTree(temporaryFolder(), { [name]: bytes });
    expect(await contentsIn(root)).toEqual(SET);
    const there = (n: number) => [...Array(n).keys()].reverse().flatMap((i) => [i, 0]);
    expect(await contentsIn(root, there)).toEqual(there(4).map((i) => SET[i]));
  });

  it("lists images and reads their first bytes, also from a stored index", async () => {
    const root = writeTree(temporaryFolder(), { "set.tar.gz": gzipSync(TAR) });
    const cache = join(temporaryFolder(), "tars");
    const [first, second] = [await listImages(imagenet, root, cache), await listImages(imagenet, root, cache)];
    expect([...first!.images]).toEqual([...second!.images]);
    const source = openSource(first!);
    const heads = [0, 2, 1].map(async (i) => source.readHead(first!.images.at(i), new Uint8Array(7)));
    expect((await Promise.all(heads)).map((head) => Buffer.from(head).toString())).toEqual(
      [SET[0], SET[2], SET[1]].map((member) => member!.content.slice(0, 7)),
    );
    await source.close();
  });

  it("names a truncated or damaged file, both when listed and when read", async () => {
    const whole = { gz: gzipSync(TAR), zst: readFileSync(join(zstd, "level-19.tar.zst")) };
    for (const [ending, bytes] of Object.entries(whole)) {
      const path = join(temporaryFolder(), `set.tar.${ending}`);
      for (const length of [0, 3, 10, bytes.length >> 1, bytes.length - 9, bytes.length - 1]) {
        writeFileSync(path, bytes.subarray(0, length));
        const error = await listImages(imagenet, join(path, "..")).catch((cause: unknown) => cause);
        expect(error).toBeInstanceOf(InputError);
        expect((error as Error).message).toMatch(new RegExp(`${path}: cut short: its (gzip|zstd) stream ends after`));
      }
      const damaged = Buffer.from(bytes);
      damaged.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 64);
      writeFileSync(path, damaged);
      await expect(listImages(imagenet, join(path, ".."))).rejects.toThrow(/set\.tar\.\w+: (?:damaged|cut short): /);
    }
  });

  it("is refused where it expands 200-fold, or requires much memory", async () => {
    const root = temporaryFolder();
    const bomb = gzipSync(Buffer.alloc(8 << 20));
    const copies = Array.from({ length: 40 }, () => bomb);
    writeFileSync(join(root, "set.tar.gz"), Buffer.concat(copies));
    const file = await openFileBytes(join(root, "set.tar.gz"));
    const stream = decompress("set.tar.gz", file, "gzip");
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toThrow(/set\.tar\.gz: expands to more than 200 times its size/);
    await file.close();
    const long = temporaryFolder();
    copyFileSync(join(zstd, "long.tar.zst"), join(long, "set.tar.zst"));
    await expect(listImages(imagenet, long)).rejects.toThrow(/its window has 268435456 bytes/);
    expect(statSync(join(long, "set.tar.zst")).size).toBeLessThan(100_000);
  });
});

it("is refused where a library would decode it forever", async () => {
  const { Decompress } = await import("fzstd");
  const bytes = readFileSync(join(zstd, "endless.tar.zst"));
  const decode = () => runWithin(200, () => new Decompress(() => {}).push(bytes, true));
  expect(decode).toThrow("timed out after 200ms");
});

it("is read correctly or refused, however its stream is damaged", async () => {
  const path = join(temporaryFolder(), "fuzzed");
  const counts = { read: 0, refused: 0, defect: 0 };
  let whole: string | null = null;
  for (const stream of fuzzedStreams(3, 100)) {
    const verdict = await readStream(stream, path);
    whole ??= "read" in verdict ? verdict.read : ""; // the first one is complete
    expect(streamFault(stream, verdict, whole)).toBeNull();
    counts["read" in verdict ? "read" : "refused"]++;
  }
  expect(counts.read).toBeGreaterThan(2);
  expect(counts.refused).toBeGreaterThan(50);
});

describe("openForward", () => {
  it("returns the bytes of any range that begins at kept bytes", async () => {
    const cuts = fc.array(fc.nat(40), { maxLength: 30 });
    const reads = fc.array(fc.tuple(fc.nat(300), fc.nat(60)), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, reads, fc.nat(100), async (lengths, wanted, keep) => {
        const whole = Uint8Array.from({ length: lengths.reduce((a, b) => a + b, 0) }, (_, i) => i % 251);
        const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((a, b) => a + b, 0));
        async function* chunks() {
          for (const [i, start] of starts.entries()) yield whole.subarray(start, start + (lengths[i] as number));
        }
        const forward = openForward(chunks(), keep);
        let furthest = 0;
        for (const [position, length] of wanted) {
          if (position < forward.start) continue;
          expect(await forward.read(position, length)).toEqual(whole.slice(position, position + length));
          furthest = Math.max(furthest, Math.min(position + length, whole.length));
          const readTo = [...starts, whole.length].find((start) => start >= furthest) as number;
          expect(forward.start).toBeLessThanOrEqual(Math.max(0, readTo - keep));
        }
        await forward.close();
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});
