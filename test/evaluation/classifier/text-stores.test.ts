import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openClassifierStore } from "../../../src/evaluation/store/classifier-store.ts";
import { openPromptStore } from "../../../src/evaluation/store/prompt-store.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { writeStoredMatrix } from "../../../src/foundation/files/stored-matrix.ts";
import { matrix } from "../../../src/foundation/math/matrix.ts";
import { temporaryFolder } from "../../helpers.ts";

/** Keys that differ only after the digits that name a folder. */
const OWN = `${"a".repeat(16)}-own`;
const OTHER = `${"a".repeat(16)}-other`;
const rows = (value: number) => matrix(new Float32Array(4).fill(value), 2, 2);

describe("stored prompts", () => {
  const prompts = ["a cat", "a dog"];

  it("are those of the requested key, even if the folder contains those of another", async () => {
    const folder = temporaryFolder();
    await (await openPromptStore(folder, OTHER)).add(prompts, rows(1));
    const store = await openPromptStore(folder, OWN);
    expect(prompts.map(store.has)).toEqual([false, false]);
    await store.add(prompts, rows(2));
    const again = await openPromptStore(folder, OWN);
    expect((await again.read(prompts)).map((embedding) => [...embedding])).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect((await openPromptStore(folder, OTHER)).has("a cat")).toBe(false);
  });

  it("are missing if a file names no key", async () => {
    const folder = temporaryFolder();
    await writeStoredMatrix(join(folder, `prompts-${sha256(JSON.stringify(prompts)).slice(0, 16)}`), rows(1), {
      prompts,
    });
    expect((await openPromptStore(folder, OWN)).has("a cat")).toBe(false);
  });

  it("are refused if their file was replaced by that of another key since the store was opened", async () => {
    const [folder, otherFolder] = [temporaryFolder(), temporaryFolder()];
    const store = await openPromptStore(folder, OWN);
    await store.add(prompts, rows(1));
    await (await openPromptStore(otherFolder, OTHER)).add(prompts, rows(2));
    for (const name of readdirSync(otherFolder)) cpSync(join(otherFolder, name), join(folder, name));
    await expect(store.read(prompts)).rejects.toThrow("its content changed since it was opened");
  });
});

describe("a stored classifier", () => {
  const prompts = [["a cat"], ["a dog"]];

  it("is that of the requested key, even if the folder contains that of another", async () => {
    const folder = temporaryFolder();
    const [store, otherStore] = [openClassifierStore(folder, OWN), openClassifierStore(folder, OTHER)];
    await otherStore.write(prompts, rows(1));
    expect([await store.has(prompts), await store.read(prompts)]).toEqual([false, null]);
    await store.write(prompts, rows(2));
    expect(await store.read(prompts)).toEqual(rows(2));
    expect([await otherStore.has(prompts), await otherStore.read(prompts)]).toEqual([false, null]);
  });

  it("is missing if its file names no key", async () => {
    const folder = temporaryFolder();
    const store = openClassifierStore(folder, OWN);
    await store.write(prompts, rows(2));
    const [name = ""] = readdirSync(folder).filter((entry) => entry.endsWith(".json"));
    const key = sha256(JSON.stringify([1, prompts]));
    expect(name).toBe(`classifier-${key.slice(0, 16)}.json`);
    await writeStoredMatrix(join(folder, name.slice(0, -".json".length)), rows(1), { key });
    expect([await store.has(prompts), await store.read(prompts)]).toEqual([false, null]);
  });
});
