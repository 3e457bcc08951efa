import { afterAll, expect, it, vi } from "vitest";
import { temporaryFolder, writeTree } from "../../helpers.ts";

// root may read everything, so modules loaded for this test refuse what the system would refuse
vi.resetModules();
vi.doMock("node:fs", async (load) => {
  const fs = await load<typeof import("node:fs")>();
  const readdirSync = (path: string, options: object) => {
    if (/(?:lost\+found|private|n01443537)$/.test(path)) throw Object.assign(new Error("no"), { code: "EACCES" });
    return fs.readdirSync(path, options);
  };
  return { ...fs, readdirSync, default: fs };
});

afterAll(() => {
  vi.doUnmock("node:fs");
  vi.resetModules();
});

const { readBenchmark } = await import("../../../src/data/benchmark/benchmark.ts");
const { listImages } = await import("../../../src/data/dataset/list-images.ts");
const imagenet = await readBenchmark("imagenet");

it("skips unreadable folders next to the classes, and counts them", async () => {
  const images = { "n01440764/a.jpg": "a", "lost+found/x.jpg": "x", "n01440764/lost+found/x.jpg": "x" };
  const root = writeTree(temporaryFolder(), { ...images, "private/x.jpg": "x" });
  const listed = await listImages(imagenet, root);
  expect([...listed!.images].map(({ path }) => path)).toEqual(["n01440764/a.jpg"]);
  expect([...listed!.aside.clutter]).toEqual([
    ["lost+found", 2],
    ["folders without permission to read them", 1],
  ]);
});

it("stops at an unreadable class folder", async () => {
  const root = writeTree(temporaryFolder(), { "n01440764/a.jpg": "a", "n01443537/b.jpg": "b" });
  await expect(listImages(imagenet, root)).rejects.toThrow(/n01443537: no permission to read it/);
});
