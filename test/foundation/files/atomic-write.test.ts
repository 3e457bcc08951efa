import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { atomicCreate, atomicWrite } from "../../../src/foundation/files/atomic-write.ts";
import { temporaryFolder } from "../../helpers.ts";
import { asNobody } from "../../permissions.ts";
import { lacksPermissions } from "../../system.ts";

describe("atomicWrite", () => {
  it("creates the folders, replaces the content and leaves nothing else behind", async () => {
    const folder = temporaryFolder();
    await atomicWrite(join(folder, "a", "b", "c.txt"), "one");
    await atomicWrite(join(folder, "a", "b", "c.txt"), "two");
    expect(readFileSync(join(folder, "a", "b", "c.txt"), "utf8")).toBe("two");
    expect(readdirSync(join(folder, "a", "b"))).toEqual(["c.txt"]);
  });

  it("creates a file once, however many callers try", async () => {
    const path = join(temporaryFolder(), "a", "once.txt");
    const tries = await Promise.all(["0", "1", "2", "3"].map((text) => atomicCreate(path, text)));
    expect(tries.filter((created) => created)).toEqual([true]);
    expect(readFileSync(path, "utf8")).toBe(String(tries.indexOf(true)));
    expect(readdirSync(join(path, ".."))).toEqual(["once.txt"]);
  });

  it("writes text that comes in pieces", async () => {
    const path = join(temporaryFolder(), "pieces.txt");
    await atomicWrite(path, ["one, ", "zwei, ", "три"]);
    expect(readFileSync(path, "utf8")).toBe("one, zwei, три");
  });

  it("reports what prevents writing, and leaves the old content and no temporary file", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "old");
    mkdirSync(join(folder, "folder"));
    await expect(atomicWrite(join(folder, "file", "x"), "new")).rejects.toThrow(
      /cannot write: a part of this path is a file/,
    );
    await expect(atomicWrite(join(folder, "folder"), "new")).rejects.toThrow(
      /cannot write: there is a folder of this name/,
    );
    expect(readdirSync(folder).sort()).toEqual(["file", "folder"]);
  });

  it.skipIf(lacksPermissions)("reports missing permission", async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o555);
    await expect(asNobody(() => atomicWrite(join(folder, "x"), "new"))).rejects.toThrow(/no permission to write there/);
    expect(readdirSync(folder)).toEqual([]);
  });
});
