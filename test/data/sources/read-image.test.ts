import { mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { hashImages, readImage, UNREADABLE } from "../../../src/data/sources/read-image.ts";
import { createTarReader } from "../../../src/data/sources/tar-reader.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { stateWithinRun } from "../../../src/foundation/files/file-identity.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { temporaryFolder } from "../../helpers.ts";
import { writeTar } from "./make-tar.ts";

function readerOfTest() {
  const tars = createTarReader();
  onTestFinished(() => tars.close());
  return tars;
}

describe("an image's bytes", () => {
  it("are refused where the file has not the size listed, is none, or is no longer there", async () => {
    const root = temporaryFolder();
    const tars = readerOfTest();
    writeFileSync(join(root, "a.jpg"), "12345");
    mkdirSync(join(root, "b.jpg"));
    symlinkSync(join(root, "nowhere"), join(root, "c.jpg"));
    const read = (path: string, bytes: number) => readImage(root, { path, bytes, label: 0 }, tars);
    expect(Buffer.from((await read("a.jpg", 5)).bytes).toString()).toBe("12345");
    for (const bytes of [0, 4, 6]) {
      await expect(read("a.jpg", bytes)).rejects.toThrow(
        `${join(root, "a.jpg")}: changed during the run: it has 5 bytes, and had ${bytes} when it was listed`,
      );
    }
    await expect(read("a.jpg", 2 ** 31)).rejects.toThrow("2147483647 are the most that is read as an image");
    await expect(read("b.jpg", 4096)).rejects.toThrow("expected a file, found a folder");
    await expect(read("c.jpg", 0)).rejects.toThrow("no such file or folder");
    for (const bytes of [4, 2 ** 31]) await expect(read("a.jpg", bytes)).rejects.toThrow(InputError);
    const images = ["a.jpg", "b.jpg", "a.jpg"].map((path, i) => ({ path, bytes: i === 2 ? 5 : 4, label: 0 }));
    expect(await hashImages(root, images, tars)).toEqual([
      UNREADABLE,
      UNREADABLE,
      { sha256: sha256("12345"), identity: "" },
    ]);
  });

  it("are refused where the tar is not the one whose members were listed", async () => {
    const root = temporaryFolder();
    const tars = readerOfTest();
    const path = writeTar(join(root, "0.tar"), [{ name: "a.jpg", content: "12345" }]);
    const state = stateWithinRun(path, statSync(path, { bigint: true }));
    const image = { path: "0.tar/a.jpg", bytes: 5, label: 0, tar: { file: "0.tar", offset: 512, bytes: 5, state } };
    expect(Buffer.from((await readImage(root, image, tars)).bytes).toString()).toBe("12345");
    writeTar(path, [
      { name: "b.jpg", content: "1" },
      { name: "a.jpg", content: "12345" },
    ]);
    await expect(readImage(root, image, tars)).rejects.toThrow(
      `${path}: changed during the run, after its members were listed`,
    );
  });
});
