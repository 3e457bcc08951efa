import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, ftruncateSync, mkdirSync, openSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { readBytes, readJson, readText } from "../../../src/foundation/files/read-text.ts";
import { openRegular, openRegularSync, readRegular } from "../../../src/foundation/files/regular-file.ts";
import { sha256File } from "../../../src/foundation/files/sha256.ts";
import { temporaryFolder } from "../../helpers.ts";

const unix = describe.skipIf(process.platform === "win32");

/** A file of the given size that takes no space. */
function sparseFile(bytes: number): string {
  const path = join(temporaryFolder(), "large");
  const file = openSync(path, "w");
  ftruncateSync(file, bytes);
  closeSync(file);
  return path;
}

unix("anything but a regular file", () => {
  const makers: Record<string, (path: string) => unknown> = {
    "a named pipe": (path) => execFileSync("mkfifo", [path]),
    "a folder": (path) => mkdirSync(path),
    "a device": (path) => symlinkSync("/dev/zero", path),
  };

  it.each(Object.keys(makers))("is refused at once by every reader: %s", async (kind) => {
    const path = join(temporaryFolder(), "it");
    makers[kind]?.(path);
    const expected = `${path}: expected a file, found ${kind}`;
    for (const read of [openRegular, readRegular, sha256File, readBytes, readText, readJson]) {
      await expect(read(path)).rejects.toThrow(new InputError(expected));
    }
    expect(() => openRegularSync(path)).toThrow(new InputError(expected));
  });

  it("is refused: a socket", async () => {
    const path = join(temporaryFolder(), "socket");
    const server = createServer().listen(path);
    await once(server, "listening");
    await expect(readText(path)).rejects.toThrow(`${path}: expected a file, found a socket or a device`);
    server.close();
  });

  it("is reported: links in a circle, a name that is too long, a NUL in a name", async () => {
    const folder = temporaryFolder();
    symlinkSync("b", join(folder, "a"));
    symlinkSync("a", join(folder, "b"));
    await expect(readText(join(folder, "a"))).rejects.toThrow(/a symbolic link that leads in a circle$/);
    await expect(readText(join(folder, "x".repeat(300)))).rejects.toThrow(/its name is too long for the file system$/);
    await expect(readText(join(folder, "x\0y"))).rejects.toThrow(
      /no file can have this name: it contains the character U/,
    );
    for (const path of ["a", "x".repeat(300), "x\0y"]) {
      await expect(readText(join(folder, path))).rejects.toBeInstanceOf(InputError);
    }
  });
});

describe("large files", () => {
  it("are refused before they are read: text of 3 GB, bytes over 2 GiB", async () => {
    const path = sparseFile(3e9);
    await expect(readText(path)).rejects.toThrow(new InputError(`${path}: 3.0 GB, more than the maximum of 256 MB`));
    await expect(readBytes(path)).rejects.toThrow(new InputError(`${path}: 3.0 GB, more than the maximum of 2.1 GB`));
  });
});

describe("a regular file", () => {
  it("is read whole, also through a link, and where it is empty", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "content");
    symlinkSync("file", join(folder, "link"));
    writeFileSync(join(folder, "empty"), "");
    expect(String(await readRegular(join(folder, "link")))).toBe("content");
    expect(await readText(join(folder, "file"))).toBe("content");
    expect((await readRegular(join(folder, "empty"))).length).toBe(0);
  });
});
