import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/foundation/errors.ts";
import { listUnfinished, writeNewFolder } from "../../../src/foundation/files/new-folder.ts";
import { temporaryFolder } from "../../helpers.ts";

async function* twoPieces(): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(1, 2);
  yield Uint8Array.of(3);
}

describe("writeNewFolder", () => {
  it("moves a filled folder to its place, also over an empty one, and leaves nothing else", async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, "empty"));
    for (const name of ["new/deep", "empty"]) {
      const out = join(root, name);
      const result = await writeNewFolder(out, "--out", async (unfinished) => {
        await unfinished.write("a.txt", "a");
        await unfinished.write("onnx/b.bin", twoPieces());
        expect(existsSync(join(out, "a.txt"))).toBe(false);
        return 7;
      });
      expect(result).toBe(7);
      expect(readdirSync(out, { recursive: true }).sort()).toEqual(["a.txt", "onnx", "onnx/b.bin"]);
      expect([...readFileSync(join(out, "onnx", "b.bin"))]).toEqual([1, 2, 3]);
    }
    expect(readdirSync(root).sort()).toEqual(["empty", "new"]);
    expect(readdirSync(join(root, "new"))).toEqual(["deep"]);
  });

  it("refuses a folder with content, a file and the working folder, before anything is written", async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, "file"), "mine");
    const never = () => expect.unreachable();
    await expect(writeNewFolder(root, "--out", never)).rejects.toThrow(
      new InputError(`--out ${root}: not empty; existing files are never replaced; choose another folder`),
    );
    await expect(writeNewFolder(join(root, "file"), "--out", never)).rejects.toThrow(/a file has this name/);
    await expect(writeNewFolder(join(root, "file", "x"), "--out", never)).rejects.toThrow(/is a file, not a folder/);
    expect(readFileSync(join(root, "file"), "utf8")).toBe("mine");
    expect(readdirSync(root)).toEqual(["file"]);
  });

  it("does not replace what was created there in the meantime", async () => {
    const root = temporaryFolder();
    const out = join(root, "out");
    const filled = writeNewFolder(out, "--out", async (unfinished) => {
      await unfinished.write("ours", "");
      mkdirSync(out);
      writeFileSync(join(out, "theirs"), "");
    });
    await expect(filled).rejects.toThrow(/not empty; existing files are never replaced/);
    expect(readdirSync(root)).toEqual(["out"]);
    expect(readdirSync(out)).toEqual(["theirs"]);
  });

  it("removes what it wrote where the work fails, and reports a full disk in one line", async () => {
    const root = temporaryFolder();
    const out = join(root, "out");
    const failing = (error: Error) =>
      writeNewFolder(out, "--out", async (unfinished) => {
        await unfinished.write("half", "x");
        expect(readdirSync(root)).toEqual([expect.stringMatching(/^\.out\.tmp-\d+-[0-9a-f]{8}$/)]);
        throw error;
      });
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    await expect(failing(full)).rejects.toThrow(
      `${out}: cannot write: the disk is full; free some space and run the same command again, nothing of it was left behind`,
    );
    await expect(failing(new RangeError("a defect"))).rejects.toThrow(RangeError);
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(root)).toEqual([]);
  });

  it("lists only the unfinished folders that killed runs left next to a path", async () => {
    const root = temporaryFolder();
    for (const name of [".out.tmp-1-00000000", ".other.tmp-1-00000000", "out.tmp-1"]) mkdirSync(join(root, name));
    expect(await listUnfinished(join(root, "out"))).toEqual([join(root, ".out.tmp-1-00000000")]);
  });
});
