import { copyFileSync, readdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { indexTar } from "../../../src/data/sources/tar-index.ts";
import { isTarIndex, readTarIndex as readIndex } from "../../../src/data/sources/tar-index-cache.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { temporaryFolder } from "../../helpers.ts";
import { type MadeMember, writeTar } from "./make-tar.ts";

/** As of a tar that was made some time ago, on a disk. */
const readTarIndex = (path: string, cache: string) => readIndex(path, cache, { lasts: () => true });

function tarOf(...members: MadeMember[]): string {
  return writeTar(join(temporaryFolder(), "0.tar"), members);
}

describe("readTarIndex", () => {
  it("stores the index and reads it from there while the tar is unchanged", async () => {
    const cache = join(temporaryFolder(), "tars");
    const path = tarOf({ name: "ä/s0.png", content: Buffer.alloc(700, 1) }, { name: "s0.cls", content: "1\n" });
    const first = await readTarIndex(path, cache);
    expect(first).toEqual(await indexTar(path));
    expect(await readTarIndex(path, cache)).toEqual(first);
    const [stored = ""] = readdirSync(cache);
    const lines = readFileSync(join(cache, stored), "utf8");
    const edited = lines.replace("s0.png", "s1.png");
    writeFileSync(join(cache, stored), edited);
    expect((await readTarIndex(path, cache))[0]?.name).toBe("ä/s0.png"); // modified by hand: made again
    expect(readFileSync(join(cache, stored), "utf8")).toBe(lines);
  });

  it("keeps folders, empty members and bytes that are not text", async () => {
    const cache = temporaryFolder();
    const path = tarOf(
      { name: "d", flag: "5" },
      { name: "empty" },
      { name: "raw", content: Buffer.from([0, 9, 10, 255]) },
    );
    const first = await readTarIndex(path, cache);
    const stored = statSync(join(cache, readdirSync(cache)[0] ?? "")).mtimeMs;
    expect(await readTarIndex(path, cache)).toEqual(first);
    expect(statSync(join(cache, readdirSync(cache)[0] ?? "")).mtimeMs).toBe(stored);
  });

  it("makes it again when the tar's size or time differs", async () => {
    const cache = temporaryFolder();
    const path = tarOf({ name: "a", content: "1" });
    await readTarIndex(path, cache);
    writeTar(path, [{ name: "b", content: "1" }]);
    utimesSync(path, 1, 1);
    expect((await readTarIndex(path, cache)).map((member) => member.name)).toEqual(["b"]);
    writeTar(path, [{ name: "b" }, { name: "c" }]);
    expect((await readTarIndex(path, cache)).map((member) => member.name)).toEqual(["b", "c"]);
  });

  it("ignores a stored index that is cut, empty or changed anywhere", async () => {
    const cache = temporaryFolder();
    const path = tarOf({ name: "a.cls", content: "12" }, { name: "a.png", content: "x" });
    const right = await readTarIndex(path, cache);
    const stored = join(cache, readdirSync(cache)[0] ?? "");
    const bytes = readFileSync(stored);
    for (let at = 0; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 1;
      writeFileSync(stored, at % 2 === 0 ? damaged : bytes.subarray(0, at));
      expect(await readTarIndex(path, cache)).toEqual(right);
    }
  });

  it("makes it again for another tar with the same path, size and time", async () => {
    const cache = temporaryFolder();
    const path = tarOf({ name: "a", content: "1" });
    utimesSync(path, 1, 1);
    await readTarIndex(path, cache);
    const replacement = tarOf({ name: "b", content: "1" });
    utimesSync(replacement, 1, 1);
    renameSync(replacement, path);
    expect((await readTarIndex(path, cache)).map((member) => member.name)).toEqual(["b"]);
  });

  it("stores no index of a tar so recent that the next change may not show in its times", async () => {
    const cache = temporaryFolder();
    expect((await readIndex(tarOf({ name: "a", content: "1" }), cache)).map((member) => member.name)).toEqual(["a"]);
    expect(readdirSync(cache)).toEqual([]);
  });

  it("ignores the index of another tar, copied to this one's name", async () => {
    const cache = temporaryFolder();
    const [firstTar, two] = [tarOf({ name: "a", content: "1" }), tarOf({ name: "b", content: "1" })];
    await readTarIndex(firstTar, cache);
    const [first = ""] = readdirSync(cache);
    await readTarIndex(two, cache);
    const second = readdirSync(cache).find((name) => name !== first) as string;
    copyFileSync(join(cache, first), join(cache, second));
    const text = readFileSync(join(cache, first), "utf8");
    expect([isTarIndex(first, text), isTarIndex(second, text), isTarIndex(first, text.slice(1))]).toEqual([
      true,
      false,
      false,
    ]);
    expect((await readTarIndex(two, cache)).map((member) => member.name)).toEqual(["b"]);
  });

  it("stores nothing of a tar that is refused", async () => {
    const cache = temporaryFolder();
    await expect(readTarIndex(tarOf({ name: "../a" }), cache)).rejects.toThrow(InputError);
    expect(readdirSync(cache)).toEqual([]);
  });
});
