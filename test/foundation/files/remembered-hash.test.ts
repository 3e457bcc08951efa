import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "vitest";
import { rememberedHash as hashFile } from "../../../src/foundation/files/remembered-hash.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { sharedFolder } from "../../helpers.ts";

const rememberedHash = async (path: string, memory: string) => (await hashFile(path, memory)).sha256;

const LONG_AGO = new Date("2020-01-01");
const SETTLED = 3200;

function large(fill: number): Buffer {
  return Buffer.alloc(9e6, fill);
}

/** Replaces what a note remembers, to see whether it is used. */
function forge(memory: string): string {
  const [name = ""] = readdirSync(memory);
  const { path, state } = JSON.parse(readFileSync(join(memory, name), "utf8"));
  const forged = "0".repeat(64);
  const check = sha256(JSON.stringify([path, state, forged]));
  writeFileSync(join(memory, name), JSON.stringify({ path, state, sha256: forged, check }));
  return forged;
}

// Each waits until its files have settled, so they run in parallel
describe.concurrent("remembered hashes", () => {
  const shared = sharedFolder();
  const freshFolder = () => mkdtempSync(join(shared, "test-"));

  it("are used while a file is unchanged, and never after it was written to", async ({ expect }) => {
    const folder = freshFolder();
    const [file, memory] = [join(folder, "weights"), join(folder, "memory")];
    writeFileSync(file, large(1));
    expect(await rememberedHash(file, memory)).toBe(sha256(large(1)));
    expect(() => readdirSync(memory)).toThrow(); // just written: a change within the clock's tick would not show
    await sleep(SETTLED);
    expect(await rememberedHash(file, memory)).toBe(sha256(large(1)));
    const forged = forge(memory);
    expect(await rememberedHash(file, memory)).toBe(forged);

    writeFileSync(file, large(2)); // the same size
    utimesSync(file, LONG_AGO, LONG_AGO); // and a time that was set back
    expect(await rememberedHash(file, memory)).toBe(sha256(large(2)));
    const secondPath = join(folder, "other");
    writeFileSync(secondPath, large(3));
    renameSync(secondPath, file);
    expect(await rememberedHash(file, memory)).toBe(sha256(large(3)));
  }, 20_000);

  it.skipIf(!existsSync("/dev/shm"))(
    "of files on tmpfs are not kept: writes to mapped memory set no time there (skipped without /dev/shm)",
    async ({ expect, onTestFinished }) => {
      const folder = mkdtempSync("/dev/shm/shiftline-");
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const [file, memory] = [join(folder, "weights"), join(freshFolder(), "memory")];
      writeFileSync(file, large(1));
      await sleep(SETTLED);
      expect(await rememberedHash(file, memory)).toBe(sha256(large(1)));
      expect(existsSync(memory)).toBe(false);
    },
    20_000,
  );

  it("are not used if a digit of their note was changed", async ({ expect }) => {
    const folder = freshFolder();
    const [file, memory] = [join(folder, "weights"), join(folder, "memory")];
    writeFileSync(file, large(1));
    await sleep(SETTLED);
    await rememberedHash(file, memory);
    const [name = ""] = readdirSync(memory);
    const note = JSON.parse(readFileSync(join(memory, name), "utf8"));
    const digit = note.sha256[0] === "0" ? "1" : "0";
    writeFileSync(join(memory, name), JSON.stringify({ ...note, sha256: digit + note.sha256.slice(1) }));
    expect(await rememberedHash(file, memory)).toBe(sha256(large(1)));
  }, 20_000);

  it("of small files are not kept, and damaged or unwritable notes do no harm", async ({ expect }) => {
    const folder = freshFolder();
    const [small, file, memory] = [join(folder, "small"), join(folder, "weights"), join(folder, "memory")];
    writeFileSync(small, "abc");
    writeFileSync(file, large(1));
    await sleep(SETTLED);
    expect(await rememberedHash(small, memory)).toBe(sha256("abc"));
    expect(() => readdirSync(memory)).toThrow();
    await rememberedHash(file, memory);
    const [name = ""] = readdirSync(memory);
    for (const damage of ["", "{", "[]", '{"path":"/elsewhere"}']) {
      writeFileSync(join(memory, name), damage);
      expect(await rememberedHash(file, memory)).toBe(sha256(large(1)));
    }
    const blocked = join(folder, "blocked");
    writeFileSync(blocked, "");
    expect(await rememberedHash(file, join(blocked, "memory"))).toBe(sha256(large(1)));
    mkdirSync(join(folder, "empty"));
    await expect(rememberedHash(join(folder, "gone"), memory)).rejects.toThrow(/ENOENT/);
  }, 20_000);
});
