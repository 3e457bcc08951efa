import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { indexTar } from "../../../src/data/sources/tar-index.ts";
import { createTarReader } from "../../../src/data/sources/tar-reader.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { fixtures, temporaryFolder } from "../../helpers.ts";

/** How many files below the folder this process has open, where the system tells. */
function openFiles(folder: string): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false; // closed meanwhile
    }
  }).length;
}

describe("createTarReader", () => {
  it("reads the bytes of each member as they are in the tar, side by side", async () => {
    const path = join(fixtures, "tars", "webdataset.tar");
    const whole = readFileSync(path);
    const members = await indexTar(path);
    const reader = createTarReader();
    const read = await Promise.all(members.map(({ offset, bytes }) => reader.read(path, offset, bytes)));
    for (const [i, { offset, bytes }] of members.entries()) {
      expect(whole.subarray(offset, offset + bytes).equals(read[i] as Uint8Array)).toBe(true);
    }
    await reader.close();
  });

  it("refuses to read past the end, and a tar that is not there, and goes on after it", async () => {
    const path = join(temporaryFolder(), "0.tar");
    const reader = createTarReader();
    await expect(reader.read(path, 0, 1)).rejects.toThrow(`${path}: no such file`);
    writeFileSync(path, "0123456789");
    await expect(reader.read(path, 5, 6)).rejects.toThrow(`${path}: ends before byte 11`);
    await expect(reader.read(path, 50, 1)).rejects.toThrow(InputError);
    expect(Buffer.from(await reader.read(path, 5, 5)).toString()).toBe("56789");
    expect(await reader.read(path, 10, 0)).toHaveLength(0);
    await reader.close();
  });

  it.skipIf(process.platform !== "linux")("keeps as many files open as it is told, and none once closed", async () => {
    const folder = temporaryFolder();
    const paths = Array.from({ length: 9 }, (_, i) => join(folder, `${i}.tar`));
    for (const [i, path] of paths.entries()) writeFileSync(path, String(i));
    const reader = createTarReader(3);
    for (const path of [...paths, ...paths]) await reader.read(path, 0, 1);
    expect(openFiles(folder)).toBe(3);
    const all = await Promise.all([...paths, ...paths, ...paths].map((path) => reader.read(path, 0, 1)));
    expect(all.map((bytes) => Buffer.from(bytes).toString()).join("")).toBe("012345678".repeat(3));
    expect(openFiles(folder)).toBe(3);
    await expect(reader.read(join(folder, "none.tar"), 0, 1)).rejects.toThrow(InputError);
    await reader.close();
    expect(openFiles(folder)).toBe(0);
    await reader.read(paths[0] as string, 0, 1);
    const last = reader.read(paths[0] as string, 0, 1);
    await reader.close();
    expect(await last).toHaveLength(1); // a read under way when it was closed
    expect(openFiles(folder)).toBe(0);
  });
});
