import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Manifest } from "../../../src/data/dataset/manifest.ts";
import { listStore } from "../../../src/evaluation/store/list-store.ts";
import { type EmbeddedImages, openPartStore, type Part } from "../../../src/evaluation/store/part-store.ts";
import { encodeNpy } from "../../../src/foundation/files/npy.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { writeStoredMatrix } from "../../../src/foundation/files/stored-matrix.ts";
import { matrix } from "../../../src/foundation/math/matrix.ts";
import { DEFAULT_RUNTIME, type RuntimeKind } from "../../../src/model/onnx/runtime.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { checkpoint, manifest } from "./ten-images.ts";

const usual: EmbeddedImages = { checkpoint, preCrop: 0, manifest, runtime: DEFAULT_RUNTIME };
const openStore = (root: string, partSize: number, changes: Partial<EmbeddedImages> = {}) =>
  openPartStore(root, { ...usual, ...changes }, partSize);
const about = (first: number) => ({ first, skipped: [], content: [] });

describe("the part store", () => {
  it("covers the manifest with parts of the requested size, the last one shorter", async () => {
    const store = await openStore(temporaryFolder(), 4);
    expect(store.parts).toEqual([
      { index: 0, first: 0, rows: 4 },
      { index: 1, first: 4, rows: 4 },
      { index: 2, first: 8, rows: 2 },
    ]);
    expect((await store.check()).missing).toEqual(store.parts);
  });

  it("finds what was written, keeps its initial part size, and names damaged parts", async () => {
    const root = temporaryFolder();
    const store = await openStore(root, 4);
    const features = matrix(new Float32Array(8).fill(0.5), 4, 2);
    await store.write(store.parts[1]!, features, about(4));
    await store.write(store.parts[0]!, features, about(0));
    const again = await openStore(root, 7);
    expect(again.parts).toEqual(store.parts);
    expect(await again.check()).toEqual({ missing: [store.parts[2]], damaged: [], skipped: [] });
    const manifestFile = JSON.parse(readFileSync(join(store.folder, "manifest.json"), "utf8"));
    expect(manifestFile.images).toEqual([...manifest.images].map(({ path, bytes }) => [path, bytes]));
    const name = readdirSync(store.folder).find((entry) => /^part-00001-.*npy$/.test(entry)) as string;
    const file = join(store.folder, name);
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.subarray(0, bytes.length - 4));
    const { missing, damaged } = await again.check();
    expect(missing).toEqual([store.parts[1], store.parts[2]]);
    expect(damaged).toEqual([expect.stringContaining(`${name}: checksum mismatch`)]);
    const entries = await listStore(root);
    expect(entries).toMatchObject([{ kind: "images", checkpoint: "tiny", benchmark: "imagenet", images: 10 }]);
  });

  it("distinguishes parts with skipped images from complete ones", async () => {
    const store = await openStore(temporaryFolder(), 10);
    const skipped = [{ index: 3, image: "3.jpg", reason: "truncated" }];
    await store.write(store.parts[0]!, matrix(new Float32Array(20), 10, 2), { first: 0, skipped, content: [] });
    expect(await store.check()).toEqual({ missing: [], damaged: [], skipped: store.parts });
  });

  it("refuses parts of another checkpoint, of other images and of another place", async () => {
    const root = temporaryFolder();
    const store = await openStore(root, 4);
    const features = matrix(new Float32Array(8).fill(0.5), 4, 2);
    await store.write(store.parts[0]!, features, about(0));
    const otherStores = [
      await openStore(root, 4, { checkpoint: { ...checkpoint, fingerprint: "e".repeat(64) } }),
      await openStore(root, 4, { manifest: { ...manifest, sha256: "n".repeat(64) } }),
      await openStore(root, 4, { preCrop: 2 }),
    ];
    for (const otherStore of otherStores) {
      cpSync(store.folder, otherStore.folder, { recursive: true });
      const { missing, damaged } = await otherStore.check();
      expect(missing).toEqual(otherStore.parts);
      expect(damaged).toEqual([expect.stringMatching(/part-00000\.json: it belongs to another checkpoint or other/)]);
      expect(await otherStore.read(otherStore.parts[0]!)).toMatch(/it belongs to another checkpoint/);
      expect(await otherStore.has(otherStore.parts[0]!)).toBe(false);
      // It is remade in place
      await otherStore.write(otherStore.parts[0]!, features, about(0));
      expect((await otherStore.check()).damaged).toEqual([]);
    }
    cpSync(join(store.folder, "part-00000.json"), join(store.folder, "part-00001.json"));
    expect((await store.check()).damaged).toEqual([expect.stringContaining("part-00001.json: it belongs to another")]);
  });

  it("does not read parts of version 0.1, which have no key, and does not touch their files", async () => {
    const store = await openStore(temporaryFolder(), 4);
    const features = matrix(new Float32Array(8).fill(0.5), 4, 2);
    const bytes = encodeNpy(features);
    const stem = join(store.folder, "part-00000");
    writeTree(store.folder, {
      "part-00000.npy": bytes,
      "part-00000.json": JSON.stringify({ rows: 4, columns: 2, sha256: sha256(bytes), about: about(0) }),
    });
    expect((await store.check()).missing).toEqual(store.parts);
    // With a checksum, but without the key: as if written by another program
    await writeStoredMatrix(stem, features, about(0));
    expect((await store.check()).damaged).toEqual([expect.stringContaining("it belongs to another checkpoint")]);
    expect(await store.has(store.parts[0]!)).toBe(false);
    await store.write(store.parts[0]!, features, about(0));
    expect((await store.check()).missing).toEqual(store.parts.slice(1));
    expect(readFileSync(`${stem}.npy`)).toEqual(Buffer.from(bytes));
  });

  it("compares parts with the current images by content, and reads them only if the content matches", async () => {
    const root = temporaryFolder();
    const open = () => openStore(root, 4);
    const [store, secondStore] = [await open(), await open()];
    const features = matrix(new Float32Array(8).fill(0.5), 4, 2);
    const [part, second] = store.parts as [Part, Part];
    const contents = (...names: string[]) => names.map((name) => (name === "" ? "" : sha256(name)));
    const write = (content: string[], to = part) => secondStore.write(to, features, { ...about(to.first), content });
    await write(contents("a", "b", "", "d"));
    await write(contents("e", "f", "g", "h"), second);
    const now = (content: readonly string[]) => (position: number) => content[position] as string;
    const before = contents("a", "b", "", "d", "e", "f", "g", "h");
    expect(await store.compare([part, second], now(contents("a", "x", "c", "", "e", "f", "g", "h")))).toEqual([
      { part, changed: [1, 3], readable: [2] },
    ]);
    expect(await store.compare([part, second], now(before))).toEqual([]);
    expect(await store.read(part)).toBeTypeOf("object");
    await write(contents("a", "b", "", "x"));
    expect(await store.read(part)).toMatch(/part-00000\.json: another run recreated it from images with different/);
    expect(await store.read(second)).toBeTypeOf("object");
    await expect(store.contentSha256()).rejects.toThrow("another run recreated it from images");
  });

  it("gives one digest of the content of all images, for any size of its parts", async () => {
    const content = [...manifest.images].map(({ path }) => sha256(path));
    const digests = [3, 4, 10].map(async (size) => {
      const store = await openStore(temporaryFolder(), size);
      for (const part of store.parts) {
        const features = matrix(new Float32Array(part.rows * 2).fill(0.5), part.rows, 2);
        const partContent = content.slice(part.first, part.first + part.rows);
        await store.write(part, features, { ...about(part.first), content: partContent });
      }
      return store.contentSha256();
    });
    expect(new Set(await Promise.all(digests))).toEqual(new Set([sha256(`${content.join("\n")}\n`)]));
  });

  it("is created by one of two runs; the other, with another part size, is asked to use it", async () => {
    const root = temporaryFolder();
    const stores = await Promise.all([4, 5].map((size) => openStore(root, size)));
    const features = (rows: number) => matrix(new Float32Array(rows * 2).fill(0.5), rows, 2);
    const tries = await Promise.allSettled(
      stores.map((store) => store.write(store.parts[0]!, features(store.parts[0]!.rows), about(0))),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const refused = tries.find((attempt) => attempt.status === "rejected");
    expect(String(refused?.reason)).toMatch(/another run created this store in the meantime/);
    const again = await openStore(root, 7);
    expect((await again.check()).missing).toEqual(again.parts.slice(1));
  });

  it("separates checkpoints, preprocessings, manifests and runtimes", async () => {
    const root = temporaryFolder();
    const folder = async (c: Partial<typeof checkpoint>, m: Partial<Manifest>) =>
      (await openStore(root, 4, { checkpoint: { ...checkpoint, ...c }, manifest: { ...manifest, ...m } })).folder;
    const folders = [
      await folder({}, {}),
      await folder({ fingerprint: "e".repeat(64) as typeof checkpoint.fingerprint }, {}),
      await folder({ preprocessing: { ...checkpoint.preprocessing, fillColor: 1 as 0 } }, {}),
      await folder({ preprocessing: { ...checkpoint.preprocessing, resize: 9 } as never }, {}),
      await folder({}, { sha256: "n".repeat(64) }),
    ];
    const gpu = { provider: "cuda", precision: "float16" } as unknown as RuntimeKind;
    folders.push((await openStore(root, 4, { runtime: gpu })).folder);
    expect(new Set(folders).size).toBe(6);
    expect(await folder({ id: "renamed" as "tiny" }, { root: "/elsewhere" })).toBe(folders[0]);
  });

  it("uses the folders of version 0.1, whose key has no runtime, for cpu and float32", async () => {
    const { folder } = await openStore("store", 4);
    expect(folder).toBe(join("store", "images", "52dc86180817e3c0")); // as commit d0070e9 named it
  });
});
