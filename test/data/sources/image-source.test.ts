import { copyFileSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ImageEntry } from "../../../src/data/sources/image-entry.ts";
import { openSource } from "../../../src/data/sources/source-formats.ts";
import { hashImages, UNREADABLE } from "../../../src/evaluation/embedding/hash-images.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { stateWithinRun } from "../../../src/foundation/files/file-identity.ts";
import { sha256 } from "../../../src/foundation/files/sha256.ts";
import { fixtures, temporaryFolder } from "../../helpers.ts";
import { listWebDataset } from "./list-web-dataset.ts";
import { writeTar } from "./make-tar.ts";

function sourceOfTest(format: string, root: string) {
  const source = openSource({ format, root });
  onTestFinished(() => source.close());
  return source;
}

describe("an image's bytes", () => {
  it("are refused where the file does not have the listed size, is not a file, or no longer exists", async () => {
    const root = temporaryFolder();
    const source = sourceOfTest("folder", root);
    writeFileSync(join(root, "a.jpg"), "12345");
    mkdirSync(join(root, "b.jpg"));
    symlinkSync(join(root, "nowhere"), join(root, "c.jpg"));
    const read = (path: string, bytes: number) => source.read({ path, bytes, label: 0 });
    expect(Buffer.from((await read("a.jpg", 5)).bytes).toString()).toBe("12345");
    for (const bytes of [0, 4, 6]) {
      await expect(read("a.jpg", bytes)).rejects.toThrow(
        `${join(root, "a.jpg")}: changed during the run: it has 5 bytes, but had ${bytes} when it was listed`,
      );
    }
    await expect(read("a.jpg", 2 ** 31)).rejects.toThrow("the maximum for an image is 2147483647");
    await expect(read("b.jpg", 4096)).rejects.toThrow("expected a file, found a folder");
    await expect(read("c.jpg", 0)).rejects.toThrow("no such file or folder");
    for (const bytes of [4, 2 ** 31]) await expect(read("a.jpg", bytes)).rejects.toThrow(InputError);
    const images = ["a.jpg", "b.jpg", "a.jpg"].map((path, i) => ({ path, bytes: i === 2 ? 5 : 4, label: 0 }));
    expect(await hashImages(source, images)).toEqual([
      UNREADABLE,
      UNREADABLE,
      { sha256: sha256("12345"), identity: "" },
    ]);
  });

  it("are refused where the tar differs from the listed one, or ends before the member", async () => {
    const root = temporaryFolder();
    const source = sourceOfTest("tar", root);
    const path = writeTar(join(root, "0.tar"), [{ name: "a.jpg", content: "12345" }]);
    const state = stateWithinRun(path, statSync(path, { bigint: true }));
    const image = { path: "0.tar/a.jpg", bytes: 5, label: 0, container: { file: "0.tar", position: 512, state } };
    expect(Buffer.from((await source.read(image)).bytes).toString()).toBe("12345");
    await expect(source.read({ ...image, bytes: 5000 })).rejects.toThrow(
      `${path}: ends before byte 5512; was it changed after its members were listed? run again`,
    );
    writeTar(path, [
      { name: "b.jpg", content: "1" },
      { name: "a.jpg", content: "12345" },
    ]);
    await expect(source.read(image)).rejects.toThrow(`${path}: changed during the run, after its members were listed`);
  });

  it("are those of each member of a tar, whole or the first bytes", async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, "test"));
    const path = join(root, "test", "0.tar");
    copyFileSync(join(fixtures, "tars", "webdataset.tar"), path);
    const whole = readFileSync(path);
    const source = sourceOfTest("tar", root);
    const set = await listWebDataset(root);
    const entries = (set?.images ?? []).map(
      ({ tar: file, member, offset, bytes, label }): ImageEntry => ({
        ...{ path: `${file}/${member}`, bytes, label },
        container: { file, position: offset },
      }),
    );
    expect(entries.length).toBeGreaterThan(3);
    const read = await Promise.all(entries.map((entry) => source.read(entry)));
    for (const [i, { bytes, container }] of entries.entries()) {
      const position = container?.position as number;
      const content = whole.subarray(position, position + bytes);
      expect(content.equals(read[i]?.bytes as Uint8Array)).toBe(true);
      for (const length of [0, 7, bytes, bytes + 600]) {
        const head = await source.readHead(entries[i] as ImageEntry, new Uint8Array(length));
        expect(content.subarray(0, length).equals(head)).toBe(true);
      }
    }
  });

  it("are the file's first bytes, also of a file that is shorter than requested or missing", async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, "a.jpg"), "12345");
    const source = sourceOfTest("folder", root);
    const head = (path: string, length: number) =>
      (async () => source.readHead({ path, bytes: 5, label: 0 }, new Uint8Array(length)))();
    expect(String.fromCharCode(...(await head("a.jpg", 3)))).toBe("123");
    expect(String.fromCharCode(...(await head("a.jpg", 30)))).toBe("12345");
    await expect(head("b.jpg", 3)).rejects.toThrow(`${join(root, "b.jpg")}: no such file or folder`);
  });
});

it("a source of an unknown format is reported as a defect", () => {
  expect(() => openSource({ format: "cards", root: "." })).toThrow('unknown image source format "cards"');
});
