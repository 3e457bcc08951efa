import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkpointName } from "../../../src/model/checkpoint/hub-cache.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { readLayout } from "./make-facts.ts";

const [FIRST, SECOND] = ["0123456789abcdef".repeat(3).slice(0, 40), "fedcba9876543210".repeat(3).slice(0, 40)];

/** A repository's folder as huggingface_hub 1.2 creates it: snapshots are links into blobs. */
function repository(snapshots: readonly string[], main?: string): string {
  const root = join(temporaryFolder(), "models--lab--clip-b32");
  for (const commit of snapshots) {
    mkdirSync(join(root, "snapshots", commit), { recursive: true });
    for (const file of ["visual.onnx", "textual.onnx"]) {
      writeTree(root, { [`blobs/${commit}-${file}`]: "x" });
      symlinkSync(join("..", "..", "blobs", `${commit}-${file}`), join(root, "snapshots", commit, file));
    }
  }
  mkdirSync(join(root, "refs"), { recursive: true });
  if (main !== undefined) writeFileSync(join(root, "refs", "main"), main);
  return root;
}

describe("a checkpoint in the Hub's cache", () => {
  it("is named after its repository, not after the 40 digits of the commit", async () => {
    const root = repository([FIRST], FIRST);
    for (const path of [join(root, "snapshots", FIRST), `${join(root, "snapshots", FIRST)}/`, root]) {
      expect(await readLayout(path)).toMatchObject({ stem: "lab--clip-b32", root: join(root, "snapshots", FIRST) });
    }
    expect(checkpointName("models--gpt2/snapshots/main")).toBe("main");
    expect(checkpointName(FIRST)).toBe(FIRST);
    expect(checkpointName("models--lab--clip-b32")).toBe("models--lab--clip-b32"); // a folder that only has such a name
  });

  it("is opened by the repository's folder: the snapshot of refs/main, or the only one, which is noted", async () => {
    for (const main of [FIRST, SECOND]) {
      const root = repository([FIRST, SECOND], main);
      const layout = await readLayout(root);
      expect(layout.root).toBe(join(root, "snapshots", main));
      expect(layout.notes).toEqual([`snapshot ${main} is used, which refs/main names`]);
    }
    expect((await readLayout(repository([SECOND]))).notes).toEqual([`snapshot ${SECOND} is used, the only one`]);
  });

  it("is refused if the snapshot is not defined", async () => {
    await expect(readLayout(repository([FIRST, SECOND]))).rejects.toThrow(
      `several snapshots and no refs/main; give one of snapshots/${FIRST}, snapshots/${SECOND}`,
    );
    await expect(readLayout(repository([FIRST], SECOND))).rejects.toThrow(
      `refs/main names a missing snapshot; give one of snapshots/${FIRST}`,
    );
  });

  it("keeps the name of a folder outside the cache", async () => {
    const root = writeTree(join(temporaryFolder(), "models--lab--clip"), { "visual.onnx": "x", "textual.onnx": "x" });
    expect(await readLayout(root)).toMatchObject({ stem: "models--lab--clip", notes: [] });
    const named = writeTree(join(temporaryFolder(), "b32.onnx"), { "visual.onnx": "x", "textual.onnx": "x" });
    expect(await readLayout(named)).toMatchObject({ stem: "b32.onnx" });
  });
});
