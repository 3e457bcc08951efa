import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listStore, markUsed, storedTextKey, textFolderName } from "../../../src/evaluation/store/list-store.ts";
import { openPartStore } from "../../../src/evaluation/store/part-store.ts";
import { openPromptStore } from "../../../src/evaluation/store/prompt-store.ts";
import { writeStoredMatrix } from "../../../src/foundation/files/stored-matrix.ts";
import { matrix } from "../../../src/foundation/math/matrix.ts";
import { DEFAULT_RUNTIME, type RuntimeKind } from "../../../src/model/onnx/runtime.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { checkpoint, manifest } from "./ten-images.ts";

/** A store of three parts, two of them present, and of two prompts. */
async function makeStore(): Promise<{ root: string; folder: string; text: string }> {
  const root = temporaryFolder();
  const store = await openPartStore(root, { checkpoint, preCrop: 0, manifest, runtime: DEFAULT_RUNTIME }, 4);
  for (const part of store.parts.slice(0, 2)) {
    await store.write(part, matrix(new Float32Array(8).fill(0.5), 4, 2), {
      first: part.first,
      skipped: [],
      content: [],
    });
  }
  const key = storedTextKey(checkpoint.fingerprint, "e".repeat(64), DEFAULT_RUNTIME);
  const text = join(root, "text", textFolderName(key));
  await (await openPromptStore(text, key)).add(["a", "b"], matrix(new Float32Array(4).fill(1), 2, 2));
  return { root, folder: store.folder, text };
}

const numbersOf = (folder: string, part: string) =>
  join(folder, readdirSync(folder).find((name) => name.startsWith(part) && name.endsWith(".npy")) as string);

describe("the key of text embeddings", () => {
  const [model, settings] = ["f".repeat(64), "e".repeat(64)];

  it("is that of version 0.1, which named no runtime, for cpu and float32", () => {
    const key = storedTextKey(model, settings, DEFAULT_RUNTIME);
    expect(key).toBe(`${model}-${settings}`);
    expect(textFolderName(key)).toBe("ffffffffffffffff-eeeeeeeeeeeeeeee");
  });

  it("names any other runtime", () => {
    const key = storedTextKey(model, settings, { provider: "cuda", precision: "float16" } as unknown as RuntimeKind);
    expect(textFolderName(key)).toBe("ffffffffffffffff-eeeeeeeeeeeeeeee-cuda-float16");
  });
});

describe("listStore", () => {
  it("reports how much of each folder is complete, its size and its last use", async () => {
    const { root, folder, text } = await makeStore();
    utimesSync(folder, new Date("2026-02-03T04:05:06Z"), new Date("2026-02-03T04:05:06Z"));
    const [images, prompts, ...rest] = await listStore(root);
    const known = {
      kind: "images",
      checkpoint: "tiny",
      benchmark: "imagenet",
      images: 10,
      whole: 2,
      total: 3,
      problems: [],
    };
    expect(images).toMatchObject({ folder, ...known, lastUse: "2026-02-03T04:05:06.000Z" });
    const sizes = readdirSync(folder).map((name) => readFileSync(join(folder, name)).length);
    expect(images?.bytes).toBe(sizes.reduce((sum, size) => sum + size, 0));
    expect(prompts).toMatchObject({ folder: text, kind: "text", checkpoint: "tiny", whole: 1, total: 1, problems: [] });
    expect(rest).toEqual([]);
    await markUsed(folder);
    expect(Date.parse((await listStore(root))[0]?.lastUse as string)).toBeGreaterThan(Date.now() - 60_000);
  });

  it("names torn parts, parts of other images, and foreign or leftover files", async () => {
    const { root, folder } = await makeStore();
    truncateSync(numbersOf(folder, "part-00000"), 100);
    const copiedPart = join(folder, "part-00002.json");
    writeFileSync(copiedPart, readFileSync(join(folder, "part-00001.json")));
    writeFileSync(join(folder, "notes.txt"), "mine");
    writeFileSync(join(folder, "part-00002.json.tmp-12-0123abcd"), "{");
    const [images] = await listStore(root);
    expect(images?.whole).toBe(1);
    expect(images?.problems).toEqual([
      expect.stringMatching(/part-00000-\w{8}\.npy: expected \d+ bytes, found 100$/),
      `${copiedPart}: it belongs to another checkpoint or other images`,
      `${join(folder, "notes.txt")}: not a file of the store`,
      expect.stringMatching(/part-00002\.json\.tmp-12-0123abcd: being written, or left by a run that was killed/),
    ]);
  });

  it("names text of another checkpoint, a folder under another name, and files of another checkpoint beside embeddings", async () => {
    const { root, folder, text } = await makeStore();
    const otherKey = storedTextKey("e".repeat(64), "e".repeat(64), DEFAULT_RUNTIME);
    const otherFolder = join(root, "text", textFolderName(otherKey));
    await (await openPromptStore(otherFolder, otherKey)).add(["c"], matrix(new Float32Array(2).fill(1), 1, 2));
    const [name = ""] = readdirSync(otherFolder).filter((entry) => entry.endsWith(".json"));
    for (const entry of readdirSync(otherFolder)) cpSync(join(otherFolder, entry), join(text, entry));
    await writeStoredMatrix(join(text, `classifier-${"0".repeat(16)}`), matrix(new Float32Array(2), 1, 2), {});
    const copy = join(root, "images", "0".repeat(16));
    cpSync(folder, copy, { recursive: true });
    writeTree(join(root, "tars"), { "right.index": "right", "wrong.index": "right", "a/right.index": "right" });
    const entries = await listStore(root, false, { tars: (path, content) => path === `${content}.index` });
    expect(entries.flatMap(({ problems }) => problems)).toEqual([
      `${copy}: an unused copy of another folder of the store; it can be deleted`,
      `${join(text, `classifier-${"0".repeat(16)}`)}.json: it does not name this folder's checkpoint; it is not used`,
      `${join(text, name)}: it does not name this folder's checkpoint; it is not used`,
      `${join(root, "tars", "a", "right.index")}: damaged or foreign; not used`,
      `${join(root, "tars", "wrong.index")}: damaged or foreign; not used`,
    ]);
    expect(entries.find((entry) => entry.folder === text)).toMatchObject({ whole: 1, total: 3 });
  });

  it("finds changed bytes with a full read", async () => {
    const { root, folder, text } = await makeStore();
    for (const path of [numbersOf(folder, "part-00001"), numbersOf(text, "prompts-")]) {
      const bytes = readFileSync(path);
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(path, bytes);
    }
    expect((await listStore(root)).flatMap((entry) => entry.problems)).toEqual([]);
    const deep = await listStore(root, true);
    expect(deep.map(({ whole, total }) => [whole, total])).toEqual([
      [1, 3],
      [0, 1],
    ]);
    for (const { problems } of deep) expect(problems).toEqual([expect.stringContaining("checksum mismatch")]);
  });

  it("names a folder without a description, lists the others, and is empty without a store", async () => {
    const { root, folder } = await makeStore();
    rmSync(join(folder, "store.json"));
    mkdirSync(join(root, "tars"));
    writeFileSync(join(root, "tars", "index.json"), "12345");
    const [images, prompts, tars] = await listStore(root);
    expect(images).toMatchObject({
      checkpoint: "unknown",
      problems: [expect.stringMatching(/store\.json: missing/)],
    });
    expect(prompts?.checkpoint).toBe("unknown");
    expect(tars).toMatchObject({ kind: "tars", bytes: 5, problems: [] });
    expect(await listStore(join(root, "nowhere"))).toEqual([]);
  });
});
