import { readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ImageEntry } from "../../../src/data/sources/image-entry.ts";
import { collectImages } from "../../../src/data/sources/image-list.ts";
import type { EmbeddingSink } from "../../../src/evaluation/embedding/embed-images.ts";
import type { Part } from "../../../src/evaluation/store/part-store.ts";
import type { Checkpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import type { Runtime } from "../../../src/model/onnx/runtime.ts";
import { built, checkpoints, demo } from "../../app/cli/run-cli.ts";
import { temporaryFolder } from "../../helpers.ts";

// Uses the build: threads cannot start from the sources
type EmbedImages = typeof import("../../../src/evaluation/embedding/embed-images.ts");
type OpenCheckpoint = typeof import("../../../src/model/checkpoint/open-checkpoint.ts");
const { embedImages } = await built<EmbedImages>("evaluation/embedding/embed-images.js");
const { openCheckpoint } = await built<OpenCheckpoint>("model/checkpoint/open-checkpoint.js");

const ROWS = 16;
const THREADS = 2;
const BATCH = 4;

/** A manifest of n copies of one image that records how far it has been read. */
function watchedManifest(n: number) {
  const path = "n01514668/rooster-noto.JPEG";
  const image: ImageEntry = { path, bytes: statSync(join(demo, path)).size, label: 0 };
  const all = collectImages(Array.from({ length: n }, () => image));
  const reading = { reached: 0 };
  const slice = (first: number, end: number) => {
    reading.reached = Math.max(reading.reached, end);
    return all.slice(first, end);
  };
  const images = { ...all, slice };
  const manifest = {
    benchmark: "imagenet",
    format: "folder",
    root: demo,
    layout: "class-folders",
    images,
    sha256: "0".repeat(64),
  };
  return { manifest, reading };
}

function target(checkpoint: Checkpoint, n: number, write: EmbeddingSink["write"]) {
  const parts: Part[] = [];
  for (let first = 0; first < n; first += ROWS) parts.push({ index: parts.length, first, rows: ROWS });
  return { checkpoint, preCrop: 0, parts, sink: { write } };
}

describe("embedding images", () => {
  const runtime: Runtime = { provider: "cpu", precision: "float32", threads: THREADS };
  const options = { runtime, batchSize: BATCH, modelMemory: 1e9, skipUnreadable: false };

  it("reads only a few batches ahead of a slow disk", async () => {
    const n = 20 * ROWS;
    const checkpoint = await openCheckpoint(join(checkpoints, "vit-open-clip"));
    const { manifest, reading } = watchedManifest(n);
    let written = 0;
    let furthest = 0;
    const write = async (part: Part) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      furthest = Math.max(furthest, reading.reached - written);
      written += part.rows;
    };
    await embedImages(manifest, [target(checkpoint, n, write)], options);
    expect(written).toBe(n);
    // Read ahead, in the graphs' threads, and parts that wait for the disk: each active batch may delay one part
    const readAhead = (THREADS + 2) * BATCH;
    const encoding = THREADS + 2;
    expect(furthest).toBeLessThanOrEqual(readAhead + encoding * (ROWS + BATCH));
    expect(furthest).toBeLessThan(n / 2);
  });

  it.each([
    ["small files", 0],
    ["files that are read when there is room", 33e6],
  ])("works with memory for one image at a time: %s", async (_, padding) => {
    const n = 2 * ROWS;
    const checkpoint = await openCheckpoint(join(checkpoints, "vit-open-clip"));
    const folder = temporaryFolder();
    const photo = readFileSync(join(demo, "n01514668", "rooster-noto.JPEG"));
    const bytes = photo.length + padding; // bytes after a JPEG's end are not part of it
    writeFileSync(join(folder, "photo.jpg"), photo);
    truncateSync(join(folder, "photo.jpg"), bytes);
    const images = collectImages(Array.from({ length: n }, () => ({ path: "photo.jpg", bytes, label: 0 })));
    const manifest = {
      benchmark: "imagenet",
      format: "folder",
      root: folder,
      layout: "class-folders",
      images,
      sha256: "0".repeat(64),
    };
    const rows = new Set<string>();
    const write: EmbeddingSink["write"] = async (part, { data, columns }) => {
      for (let r = 0; r < part.rows; r++) rows.add(data.subarray(r * columns, (r + 1) * columns).join());
    };
    await embedImages(manifest, [target(checkpoint, n, write)], { ...options, modelMemory: 2 });
    expect(rows.size).toBe(1);
  });

  it("gives every part once, complete, with equal rows for equal images, and the content of every file", async () => {
    const n = 4 * ROWS;
    const checkpoint = await openCheckpoint(join(checkpoints, "hf-split"));
    const seen: number[] = [];
    const rows = new Set<string>();
    const content = new Set<string>();
    const write: EmbeddingSink["write"] = async (part, { data, columns }, about) => {
      seen.push(part.index);
      for (let r = 0; r < part.rows; r++) rows.add(data.subarray(r * columns, (r + 1) * columns).join());
      for (const hash of about.content) content.add(hash);
      expect(about.content.length).toBe(part.rows);
    };
    const { manifest } = watchedManifest(n);
    await embedImages(manifest, [target(checkpoint, n, write), target(checkpoint, n, write)], options);
    expect(seen.sort()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
    expect([rows.size, content.size]).toEqual([1, 1]);
  });

  it("loses at most one part per thread when killed at any moment", async () => {
    const n = 20 * ROWS;
    const opened = await openCheckpoint(join(checkpoints, "vit-open-clip"));
    // Reading the file states takes a varying time, while other batches continue
    const checkpoint = { ...opened, checkUnchanged: async () => {} };
    let written = 0;
    let lost = 0;
    const write: EmbeddingSink["write"] = async (part) => {
      written += part.rows;
    };
    const onProgress = (done: number) => {
      lost = Math.max(lost, done - written);
    };
    await embedImages(watchedManifest(n).manifest, [target(checkpoint, n, write)], { ...options, onProgress });
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThanOrEqual(THREADS * ROWS);
  });

  it("writes complete parts when it is stopped, and fails with the store's reason", async () => {
    const n = 20 * ROWS;
    const checkpoint = await openCheckpoint(join(checkpoints, "vit-open-clip"));
    const { manifest } = watchedManifest(n);
    const written: number[] = [];
    const write: EmbeddingSink["write"] = async (part) => {
      written.push(part.index);
    };
    const checkStopped = () => {
      if (written.length >= 3) throw new Error("stopped");
    };
    const onlyTarget = target(checkpoint, n, write);
    await expect(embedImages(manifest, [onlyTarget], { ...options, checkStopped })).rejects.toThrow("stopped");
    expect(written.slice(0, 3).sort()).toEqual([0, 1, 2]);
    expect(written.length).toBeLessThan(8);
    const full = target(checkpoint, n, () => Promise.reject(new Error("the disk is full")));
    await expect(embedImages(manifest, [full], options)).rejects.toThrow("the disk is full");
  });
});
