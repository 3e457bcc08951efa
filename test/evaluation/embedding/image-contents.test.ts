import { cpSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Manifest } from "../../../src/data/dataset/manifest.ts";
import type { ImageEntry } from "../../../src/data/sources/image-entry.ts";
import { collectImages } from "../../../src/data/sources/image-list.ts";
import { isContentsFile } from "../../../src/evaluation/embedding/contents-file.ts";
import { openImageContents } from "../../../src/evaluation/embedding/image-contents.ts";
import { identityOf } from "../../../src/foundation/files/file-identity.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { writeTar } from "../../data/sources/make-tar.ts";
import { temporaryFolder } from "../../helpers.ts";

const N = 6;
const BYTES = 100;
const all = [{ first: 0, rows: N }];
const options = { threads: 1 };
/** A folder on a disk: the tests' folder may be in memory, where no state is trusted. */
const trustsTimes = () => true;
/** Longer than a tick of any file system's clock that these tests run on. */
const TICK = 15;

const content = (k: number) => Buffer.alloc(BYTES, k);
const nameOf = (i: number) => `${i}.jpg`;

function manifestOf(root: string, entries: readonly ImageEntry[]): Manifest {
  const format = entries.some(({ container }) => container !== undefined) ? "tar" : "folder";
  const images = collectImages(entries);
  return { benchmark: "b", format, root, layout: "class-folders", images, sha256: "m".repeat(64) };
}

const listed = (root: string) =>
  manifestOf(
    root,
    Array.from({ length: N }, (_, i) => ({ path: nameOf(i), bytes: BYTES, label: 0 })),
  );

function makeFolder(): string {
  const root = join(temporaryFolder(), "images");
  cpSync(temporaryFolder(), root, { recursive: true });
  for (let i = 0; i < N; i++) writeFileSync(join(root, nameOf(i)), content(i));
  return root;
}

describe("the contents of images", () => {
  // New files count as old, so that no test waits three seconds
  beforeEach(() => {
    const now = Date.now;
    vi.spyOn(Date, "now").mockImplementation(() => now() + 10_000);
  });
  afterEach(() => void vi.restoreAllMocks());

  async function look(folder: string, manifest: Manifest) {
    const contents = await openImageContents(folder, manifest, { trustsTimes });
    const read = await contents.update(all, options);
    return { read, hashes: Array.from({ length: N }, (_, i) => contents.sha256(i)) };
  }

  it("match the files after any touch, rewrite, swap, copy or move, and unchanged files are not read", async () => {
    type Step =
      | { readonly kind: "touch" | "rewrite" | "replace"; readonly at: number; readonly k: number }
      | { readonly kind: "swap"; readonly at: number; readonly k: number }
      | { readonly kind: "copy" | "move" | "nothing"; readonly at: number; readonly k: number };
    const steps = fc.array(
      fc.record({
        kind: fc.constantFrom("touch", "rewrite", "replace", "swap", "copy", "move", "nothing"),
        at: fc.nat(N - 1),
        k: fc.nat(N - 1),
      }) as fc.Arbitrary<Step>,
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (chosen) => {
        const memory = temporaryFolder();
        let root = makeFolder();
        let copies = 0;
        // For each folder, the recorded states of its files
        const known = new Map<string, string>();
        const check = async () => {
          const now = Array.from({ length: N }, (_, i) => {
            const path = join(root, nameOf(i));
            return { path: `${root} ${i}`, state: identityOf(statSync(path, { bigint: true })) };
          });
          const changed = now.filter(({ path, state }) => known.get(path) !== state).length;
          const { read, hashes } = await look(memory, listed(root));
          expect(hashes).toEqual(Array.from({ length: N }, (_, i) => sha256(readFileSync(join(root, nameOf(i))))));
          expect(read).toBe(changed);
          for (const { path, state } of now) known.set(path, state);
        };
        await check();
        for (const { kind, at, k } of chosen) {
          await sleep(TICK);
          const path = join(root, nameOf(at));
          if (kind === "touch") utimesSync(path, k + 1, k + 1);
          if (kind === "rewrite") {
            const { atime, mtime } = statSync(path);
            writeFileSync(path, content(k));
            utimesSync(path, atime, mtime); // the earlier time; the inode's change time cannot be set
          }
          if (kind === "replace") {
            const { atime, mtime } = statSync(path);
            writeFileSync(`${path}.new`, content(k));
            utimesSync(`${path}.new`, atime, mtime);
            renameSync(`${path}.new`, path);
          }
          if (kind === "swap" && k !== at) {
            renameSync(path, join(root, "aside"));
            renameSync(join(root, nameOf(k)), path);
            renameSync(join(root, "aside"), join(root, nameOf(k)));
          }
          if (kind === "copy" || kind === "move") {
            const newRoot = `${root}-${copies++}`;
            if (kind === "copy") cpSync(root, newRoot, { recursive: true, preserveTimestamps: true });
            else renameSync(root, newRoot);
            root = newRoot;
          }
          await check();
        }
        for (const file of readdirSync(join(root, ".."))) rmSync(join(root, "..", file), { recursive: true });
      }),
      { seed: 15, numRuns: 40 },
    );
  }, 120_000);

  it("are read again if a tar was replaced by one with equal members, or its members moved", async () => {
    const root = temporaryFolder();
    const memory = temporaryFolder();
    const member = (i: number, k: number) => ({ name: nameOf(i), content: content(k) });
    const path = writeTar(
      join(root, "0.tar"),
      Array.from({ length: N }, (_, i) => member(i, i)),
    );
    const place = (i: number) => ({ file: "0.tar", position: 512 + i * 1024 });
    const entries = (order: readonly number[]) =>
      order.map((at, i) => ({ path: `0.tar/${nameOf(i)}`, bytes: BYTES, label: 0, container: place(at) }));
    const order = Array.from({ length: N }, (_, i) => i);
    const hashes = order.map((i) => sha256(content(i)));
    expect(await look(memory, manifestOf(root, entries(order)))).toEqual({ read: N, hashes });
    expect(await look(memory, manifestOf(root, entries(order)))).toEqual({ read: 0, hashes });
    const turned = [...order].reverse();
    expect(await look(memory, manifestOf(root, entries(turned)))).toEqual({ read: N, hashes: [...hashes].reverse() });
    await sleep(TICK);
    writeTar(
      `${path}.new`,
      order.map((i) => member(i, i === 2 ? 7 : i)),
    );
    const { atime, mtime } = statSync(path);
    utimesSync(`${path}.new`, atime, mtime);
    renameSync(`${path}.new`, path);
    const changed = hashes.map((hash, i) => (i === 2 ? sha256(content(7)) : hash));
    expect(await look(memory, manifestOf(root, entries(order)))).toEqual({ read: N, hashes: changed });
  });

  it("are empty for a file that cannot be read or whose size differs from the listed one, until that is fixed", async () => {
    const root = makeFolder();
    const memory = temporaryFolder();
    rmSync(join(root, nameOf(1)));
    writeFileSync(join(root, nameOf(2)), content(2).subarray(1));
    writeFileSync(join(root, nameOf(3)), Buffer.concat([content(3), content(3)]));
    const expected = Array.from({ length: N }, (_, i) => ([1, 2, 3].includes(i) ? "" : sha256(content(i))));
    expect((await look(memory, listed(root))).hashes).toEqual(expected);
    expect(await look(memory, listed(root))).toEqual({ read: 3, hashes: expected });
    for (const i of [1, 2, 3]) writeFileSync(join(root, nameOf(i)), content(i));
    const { hashes } = await look(memory, listed(root));
    expect(hashes).toEqual(Array.from({ length: N }, (_, i) => sha256(content(i))));
  });

  it("are not taken from damaged records, or from records of another folder or other images", async () => {
    const root = makeFolder();
    const memory = temporaryFolder();
    await look(memory, listed(root));
    const [place = ""] = readdirSync(memory);
    const file = join(memory, place, "00000.json");
    const whole = readFileSync(file, "utf8");
    expect(isContentsFile(`${place}/00000.json`, whole)).toBe(true);
    expect(isContentsFile(`${place}/00001.json`, whole)).toBe(false);
    for (let at = 0; at < whole.length; at += 7) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] as number) ^ 1;
      writeFileSync(file, bytes);
      expect(isContentsFile(`${place}/00000.json`, bytes.toString())).toBe(false);
    }
    // Each file's hash with the state of the next file: valid JSON, but altered
    const { check: _, ...forged } = JSON.parse(whole);
    const turned = forged.images.map(([identity]: [string], i: number) => [identity, forged.images[(i + 1) % N][1]]);
    writeFileSync(file, JSON.stringify({ ...forged, images: turned, check: "0".repeat(64) }));
    expect((await look(memory, listed(root))).read).toBe(N);
    expect(readFileSync(file, "utf8")).toBe(whole);
    const otherRoot = makeFolder();
    await look(memory, listed(otherRoot));
    const [otherPlace = ""] = readdirSync(memory).filter((name) => name !== place);
    cpSync(file, join(memory, otherPlace, "00000.json"));
    expect((await look(memory, listed(otherRoot))).read).toBe(N);
    const manifest = { ...listed(root), sha256: "n".repeat(64) };
    expect((await look(memory, manifest)).read).toBe(N);
  });

  it("are not trusted on a file system whose change times are unreliable, and not kept if nothing may be written", async () => {
    const root = makeFolder();
    const memory = temporaryFolder();
    const unsure = await openImageContents(memory, listed(root), { trustsTimes: () => false });
    expect(await unsure.update(all, options)).toBe(N);
    expect(await unsure.update(all, options)).toBe(N);
    expect(await unsure.update(all, { ...options, withinRun: true })).toBe(0);
    const nowhere = join(temporaryFolder(), "memory");
    const dry = await openImageContents(nowhere, listed(root), { keep: false, trustsTimes });
    expect(await dry.update(all, options)).toBe(N);
    expect(() => readdirSync(nowhere)).toThrow("ENOENT");
  });

  it("come from the embedding run, without a second read", async () => {
    const root = makeFolder();
    const memory = temporaryFolder();
    const contents = await openImageContents(memory, listed(root), { trustsTimes });
    const read = Array.from({ length: N }, (_, i) => ({
      sha256: sha256(content(i)),
      identity: identityOf(statSync(join(root, nameOf(i)), { bigint: true })),
    }));
    await Promise.all([0, 2, 4].map((first) => contents.remember(first, read.slice(first, first + 2))));
    expect(await contents.update(all, options)).toBe(0);
    expect((await look(memory, listed(root))).read).toBe(0);
  });
});

it("the content of a file less than three seconds old is not recorded: its next change may not be visible", async () => {
  const root = makeFolder();
  const memory = temporaryFolder();
  const contents = await openImageContents(memory, listed(root), { trustsTimes });
  expect(await contents.update(all, options)).toBe(N);
  for (let i = 0; i < N; i++) writeFileSync(join(root, nameOf(i)), content(N - i)); // possibly within a tick
  expect(await contents.update(all, options)).toBe(N);
  for (let i = 0; i < N; i++) expect(contents.sha256(i)).toBe(sha256(content(N - i)));
});
