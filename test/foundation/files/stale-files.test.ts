import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { removeStaleFiles } from "../../../src/foundation/files/stale-files.ts";
import { temporaryFolder } from "../../helpers.ts";
import { asNobody } from "../../permissions.ts";
import { lacksPermissions } from "../../system.ts";

/** A process id that is never used: Linux's end at 2^22, macOS's at 99,999. */
const NOBODY = 4_194_305;
const HOUR = 3600e3;

function folderWith(ages: Readonly<Record<string, number>>): string {
  const folder = temporaryFolder();
  for (const [name, hours] of Object.entries(ages)) {
    writeFileSync(join(folder, name), "x");
    if (hours === 0) continue;
    const touched = (performance.timeOrigin + performance.now() - hours * HOUR) / 1000;
    utimesSync(join(folder, name), touched, touched);
  }
  return folder;
}

describe("unfinished files", () => {
  afterEach(() => vi.restoreAllMocks());

  it("are removed an hour after their last change, and nothing else is", async () => {
    const folder = folderWith({
      [`a.json.tmp-${NOBODY}-0123abcd`]: 1.1,
      [`b.json.tmp-${NOBODY}-0123abcd`]: 0.9,
      "c.json": 30,
      "d.left": 2,
      "e.left": 0,
    });
    mkdirSync(join(folder, `f.tmp-${NOBODY}-0123abcd`));
    await removeStaleFiles(folder, (name) => name.endsWith(".left"));
    expect(readdirSync(folder)).toEqual([
      `b.json.tmp-${NOBODY}-0123abcd`,
      "c.json",
      "e.left",
      `f.tmp-${NOBODY}-0123abcd`,
    ]);
  });

  it.each([2, -2])("of another run stay where this machine's clock is off by %s hours", async (hours) => {
    const name = `a.json.tmp-${NOBODY}-0123abcd`;
    const folder = folderWith({ [name]: 0, "b.left": 0, "c.left": 1.5 });
    const now = Date.now();
    vi.spyOn(Date, "now").mockImplementation(() => now + hours * HOUR);
    await removeStaleFiles(folder, (name) => name.endsWith(".left"));
    expect(readdirSync(folder)).toEqual([name, "b.left"]);
  });

  it("of a process that still runs on this machine stay, however old", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    try {
      const name = `a.json.tmp-${child.pid}-0123abcd`;
      const folder = folderWith({ [name]: 50, [`a.json.tmp-${process.pid}-0123abcd`]: 50 });
      await removeStaleFiles(folder);
      expect(readdirSync(folder)).toEqual([name]);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it.skipIf(lacksPermissions)("stay where the folder cannot be written, without an error", async () => {
    const name = `a.json.tmp-${NOBODY}-0123abcd`;
    const folder = folderWith({ [name]: 50 });
    chmodSync(folder, 0o555);
    await expect(asNobody(() => removeStaleFiles(folder))).resolves.toBeUndefined();
    expect(readdirSync(folder)).toEqual([name]);
    await expect(removeStaleFiles(join(folder, "absent"))).resolves.toBeUndefined();
    chmodSync(folder, 0o700);
  });
});
