import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { examinedFolder, isExaminedFile } from "../../../src/evaluation/embedding/examined-file.ts";
import { openExaminedMemory } from "../../../src/evaluation/embedding/examined-memory.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { temporaryFolder } from "../../helpers.ts";

const about = { root: "/images", decoder: "decoder 1" };
const keyOf = (at: number) => sha256(`key ${at}`).slice(0, 32);
const hashOf = (at: number) => sha256(`content ${at}`);

/** Adds images like a run that ends, or that is killed. */
async function run(folder: string, from: number, to: number, end: "closed" | "killed" = "closed") {
  const memory = await openExaminedMemory(folder, about);
  for (let at = from; at < to; at++) await memory.add(keyOf(at), { sha256: hashOf(at), fault: null });
  if (end === "closed") await memory.close(() => true);
}

it("keeps all but the last images of a killed run, and drops damaged records", async () => {
  const folder = temporaryFolder();
  await run(folder, 0, 2500, "killed");
  const memory = await openExaminedMemory(folder, about);
  const kept = Array.from({ length: 2500 }, (_, at) => memory.find(keyOf(at)));
  expect(kept.filter((image) => image !== null)).toHaveLength(2048);
  expect(kept.every((image, at) => image === null || image.sha256 === hashOf(at))).toBe(true);
  const place = examinedFolder(folder, about.root);
  for (const name of readdirSync(place)) {
    const text = readFileSync(join(place, name), "utf8");
    expect(isExaminedFile(`${examinedFolder("", about.root)}/${name}`, text)).toBe(true);
    writeFileSync(join(place, name), text.replace(hashOf(1), hashOf(2)).replace(hashOf(2000), hashOf(2)));
  }
  const damaged = await openExaminedMemory(folder, about);
  expect([0, 1, 2000].map((at) => damaged.find(keyOf(at)))).toEqual([null, null, null]);
});

it("merges many small files, and drops rows of images that no longer exist", async () => {
  const folder = temporaryFolder();
  for (let at = 0; at < 30; at++) await run(folder, at, at + 1);
  expect(readdirSync(examinedFolder(folder, about.root)).length).toBeLessThan(30);
  const memory = await openExaminedMemory(folder, about);
  for (let at = 0; at < 30; at++) expect(memory.find(keyOf(at))?.sha256).toBe(hashOf(at));
  for (let at = 100; at < 2300; at++) await memory.add(keyOf(at), { sha256: hashOf(at), fault: null });
  await memory.close((key) => key === keyOf(3));
  const after = await openExaminedMemory(folder, about);
  expect([after.find(keyOf(3))?.sha256, after.find(keyOf(4)), after.find(keyOf(100))]).toEqual([hashOf(3), null, null]);
});

it("uses only the hashes of another decoder's records, and nothing of another folder", async () => {
  const folder = temporaryFolder();
  await run(folder, 0, 3);
  const otherDecoder = await openExaminedMemory(folder, { ...about, decoder: "decoder 2" });
  expect(otherDecoder.find(keyOf(0))).toEqual({ sha256: hashOf(0), fault: undefined });
  expect((await openExaminedMemory(folder, { ...about, root: "/others" })).find(keyOf(0))).toBeNull();
  expect((await openExaminedMemory(null, about)).find(keyOf(0))).toBeNull();
});
