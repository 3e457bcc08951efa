import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FileBytes } from "../../../src/data/sources/byte-source.ts";
import { createFilePool } from "../../../src/data/sources/file-pool.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { fixtures, temporaryFolder } from "../../helpers.ts";

/** Number of files below the folder that this process has open, where the system reports it. */
function openFiles(folder: string): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
    } catch {
      return false; // closed in the meantime
    }
  }).length;
}

const slice = (start: number, end?: number) => async (file: FileBytes) => Buffer.from(await file.slice(start, end));

describe("a pool of files", () => {
  it("reads any bytes of a file, in parallel, into new memory", async () => {
    const path = join(fixtures, "tars", "webdataset.tar");
    const whole = readFileSync(path);
    const pool = createFilePool();
    const starts = Array.from({ length: 40 }, (_, i) => i * 997);
    const end = (start: number) => start + (start % 513);
    const read = await Promise.all(starts.map((start) => pool.use(path, slice(start, end(start)))));
    for (const [at, bytes] of read.entries()) {
      const start = starts[at] as number;
      expect(bytes.equals(whole.subarray(start, end(start)))).toBe(true);
      expect(bytes.buffer.byteLength).toBe(bytes.length);
    }
    expect((await pool.use(path, slice(0))).equals(whole)).toBe(true);
    expect(await pool.use(path, async (file) => file.byteLength)).toBe(whole.length);
    await pool.close();
  });

  it("returns the bytes before a file's end, refuses a missing file, and continues after it", async () => {
    const path = join(temporaryFolder(), "0.tar");
    const pool = createFilePool();
    await expect(pool.use(path, slice(0, 1))).rejects.toThrow(`${path}: no such file`);
    await expect(pool.use(path, slice(0, 1))).rejects.toThrow(InputError);
    writeFileSync(path, "0123456789");
    expect(String(await pool.use(path, slice(5, 11)))).toBe("56789");
    for (const [start, end] of [[50, 51] as const, [10, 10] as const]) {
      expect(await pool.use(path, slice(start, end))).toHaveLength(0);
    }
    await pool.close();
  });

  it("opens a file again after failed work", async () => {
    const path = join(temporaryFolder(), "0.tar");
    writeFileSync(path, "0");
    const pool = createFilePool();
    const seen: FileBytes[] = [];
    const work = async (file: FileBytes) => {
      seen.push(file);
      if (seen.length === 2) throw new Error("no");
    };
    await pool.use(path, work);
    await expect(pool.use(path, work)).rejects.toThrow("no");
    await pool.use(path, work);
    expect(seen[0]).toBe(seen[1]);
    expect(seen[2]).not.toBe(seen[1]);
    await pool.close();
  });

  it.skipIf(process.platform !== "linux")("keeps the given number of files open, and none once closed", async () => {
    const folder = temporaryFolder();
    const paths = Array.from({ length: 9 }, (_, i) => join(folder, `${i}.tar`));
    for (const [i, path] of paths.entries()) writeFileSync(path, String(i));
    const pool = createFilePool(3);
    for (const path of [...paths, ...paths]) await pool.use(path, slice(0, 1));
    expect(openFiles(folder)).toBe(3);
    const all = await Promise.all([...paths, ...paths, ...paths].map((path) => pool.use(path, slice(0, 1))));
    expect(all.map(String).join("")).toBe("012345678".repeat(3));
    expect(openFiles(folder)).toBe(3);
    await expect(pool.use(join(folder, "none.tar"), slice(0, 1))).rejects.toThrow(InputError);
    await pool.close();
    expect(openFiles(folder)).toBe(0);
    await pool.use(paths[0] as string, slice(0, 1));
    const last = pool.use(paths[0] as string, slice(0, 1));
    await pool.close();
    expect(await last).toHaveLength(1); // work in progress when it was closed
    expect(openFiles(folder)).toBe(0);
  });
});
