import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { placeAt } from "../../../src/data/dataset/data-place.ts";
import { findData, openDataFolder } from "../../../src/data/dataset/locate.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { makeTar } from "../sources/make-tar.ts";

const benchmark = await readBenchmark("imagenet-r");
const tarOf = (...names: string[]) => makeTar(names.map((name) => ({ name, content: "x" })));
const R = tarOf("imagenet-r/README.txt", "imagenet-r/n01443537/a.jpg");

async function pathsAt(path: string): Promise<string[]> {
  return [...(await openDataFolder(benchmark, path)).images].map((image) => image.path);
}

describe("a path for a benchmark's images", () => {
  it("may be a folder, a file, or a pattern of files in a folder", async () => {
    const sample = (key: string) =>
      makeTar([
        { name: `${key}.jpg`, content: "x" },
        { name: `${key}.cls`, content: "7" },
      ]);
    const root = writeTree(temporaryFolder(), {
      "r.tar": R,
      "r-val-1.tar": sample("b"),
      "r-val-0.tar": sample("a"),
      "r-val-0.txt": "",
      "unpacked/n01443537/c.jpg": "",
      "._r-val-2.tar": "",
    });
    mkdirSync(join(root, "r-val-folder"));
    expect(await pathsAt(join(root, "r.tar"))).toEqual(["r.tar/imagenet-r/n01443537/a.jpg"]);
    expect(await pathsAt(join(root, "r-val-*.tar"))).toEqual(["r-val-0.tar/a.jpg", "r-val-1.tar/b.jpg"]);
    expect(await pathsAt(join(root, "r-val-?.tar"))).toHaveLength(2);
    expect(await pathsAt(join(root, "unp*"))).toEqual(["n01443537/c.jpg"]);
    await expect(placeAt(join(root, "r-val-*"))).rejects.toThrow(
      /r-val-\*: matches r-val-0\.tar, r-val-0\.txt, r-val-1\.tar, of which r-val-0\.txt is not an image container/,
    );
    await expect(placeAt(join(root, "s*"))).rejects.toThrow(
      /s\*: matches nothing; in .* there are r-val-0\.tar, .*, r\.tar and 1 more/,
    );
    await expect(placeAt(join(root, "nowhere", "s*"))).rejects.toThrow(/nowhere: no such folder, for the pattern/);
    await expect(placeAt(join(root, "s.tar"))).rejects.toThrow(/s\.tar: no such folder or file/);
  });

  it("is refused with a description of the content, where none of it matches", async () => {
    const root = writeTree(temporaryFolder(), {
      "a.tar": tarOf("cats/a.jpg", "dogs/b.jpg", "README"),
      "b.tar": tarOf("README"),
      "c.mat": "x",
    });
    await expect(openDataFolder(benchmark, join(root, "a.tar"))).rejects.toThrow(
      /a\.tar: no images of imagenet-r here: it contains 2 images in folders named cats, dogs, such as cats\/a\.jpg; expected one folder per class, named by its wnid/,
    );
    await expect(openDataFolder(benchmark, join(root, "b.tar"))).rejects.toThrow(/it contains no images, but README;/);
    await expect(openDataFolder(benchmark, join(root, "c.mat"))).rejects.toThrow(/it is not a known image container/);
  });
});

describe("a benchmark below a root", () => {
  it("is found in an archive with its name, with or without a top folder", async () => {
    for (const path of ["imagenet-r.tar", "imagenet-r/imagenet-r.tar"]) {
      const root = writeTree(temporaryFolder(), { [path]: R, "imagenet-a.tar": tarOf("n01443537/b.jpg") });
      expect((await findData(benchmark, root, false))?.images.at(0).path).toBe(
        "imagenet-r.tar/imagenet-r/n01443537/a.jpg",
      );
      expect((await findData(benchmark, root, true))?.images.length).toBe(1);
    }
  });

  it("is the folder where the archive is next to its extracted content", async () => {
    const root = writeTree(temporaryFolder(), { "imagenet-r.tar": R, "imagenet-r/n01443537/a.jpg": "x" });
    expect((await findData(benchmark, root, true))?.images.at(0).path).toBe("n01443537/a.jpg");
  });

  it("is ambiguous in two archives, unless one is a link", async () => {
    const root = writeTree(temporaryFolder(), { "imagenet-r.tar": R });
    symlinkSync("imagenet-r.tar", join(root, "imagenet_r.tar"));
    expect((await findData(benchmark, root, false))?.images.length).toBe(1);
    writeTree(root, { "imagenet-rendition.tar": R, "imagenetr.tar": R });
    await expect(findData(benchmark, root, false)).rejects.toThrow(
      /imagenet-r is in two places below .*: .*\/imagenet-r\.tar and .*\/imagenetr\.tar; choose one/,
    );
  });
});
