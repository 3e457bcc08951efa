import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sha256File } from "../../../src/foundation/files/sha256.ts";
import { built } from "../../app/cli/run-cli.ts";
import { temporaryFolder } from "../../helpers.ts";

// As built: threads do not start from the sources
type HashInThread = typeof import("../../../src/foundation/files/hash-in-thread.ts");
const { hashInThread } = await built<HashInThread>("foundation/files/hash-in-thread.js");

describe("hashing in a thread", () => {
  it("gives the same for small and large files, also in parallel", async () => {
    const paths = [10, 70e6, 65e6].map((bytes, i) => {
      const path = join(temporaryFolder(), `file-${i}`);
      const file = openSync(path, "w");
      writeSync(file, `content ${i}`);
      ftruncateSync(file, bytes);
      closeSync(file);
      return path;
    });
    const expected = [];
    for (const path of paths) expected.push(await sha256File(path));
    expect(await Promise.all(paths.map(hashInThread))).toEqual(expected);
  });

  it("fails with the system's code for a missing file", async () => {
    await expect(hashInThread("/nowhere/at/all")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
