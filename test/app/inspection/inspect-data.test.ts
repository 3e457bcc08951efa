import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkImageHeader, NEEDS_MORE } from "../../../src/app/inspection/image-header-check.ts";
import { type DataInspection, type InspectDataOptions, inspectData } from "../../../src/app/inspection/inspect-data.ts";
import { listBenchmarks, readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { isContentManifest } from "../../../src/data/dataset/content-manifest.ts";
import { findData } from "../../../src/data/dataset/locate.ts";
import { surveyImages } from "../../../src/data/dataset/survey-images.ts";
import { decodeImage } from "../../../src/data/image/decode.ts";
import { definitionFiles } from "../../data/benchmark/make-definition.ts";
import { makeTar } from "../../data/sources/make-tar.ts";
import { fixtures, folderOfManyFiles, temporaryFolder, writeTree } from "../../helpers.ts";

const sketches = join(fixtures, "sketches", "root");
const photos = imagesBelow(join(sketches, "imagenet", "val")).map((path) => readFileSync(path));
const photo = (at: number) => photos[at] as Buffer;

function imagesBelow(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return paths.map((path) => join(folder, path)).filter((path) => statSync(path).isFile());
}

/** A data root with a custom benchmark, three classes of two images each, in `pets/`. */
function petsRoot(files: Readonly<Record<string, string | Uint8Array>> = {}): { root: string; benchmark: string } {
  const about = {
    ...{ images: 6, classNames: "imagenet-openai", folders: ["pets", "pets-again"], protocols: [{ id: "three" }] },
    layouts: [{ kind: "class-folders", key: "name" }, { kind: "web-dataset" }],
  };
  const definition = writeTree(temporaryFolder(), definitionFiles("pets", ["cat", "dog", "owl"], about));
  const root = writeTree(temporaryFolder(), {
    "pets/cat/a.jpg": photo(0),
    "pets/cat/b.jpg": photo(1),
    "pets/dog/a.jpg": photo(2),
    "pets/dog/b.jpg": photo(3),
    "pets/owl/a.jpg": photo(4),
    "pets/owl/b.jpg": photo(5),
    ...files,
  });
  return { root, benchmark: join(definition, "pets.json") };
}

function inspectPets(
  { root, benchmark }: { root: string; benchmark: string },
  options: InspectDataOptions = {},
): Promise<DataInspection> {
  return inspectData(root, { benchmarks: [benchmark], ...options });
}

function kinds(inspection: DataInspection): string[] {
  return inspection.problems.map(({ severity, kind }) => `${severity}: ${kind}`);
}

function problem(inspection: DataInspection, kind: string) {
  const found = inspection.problems.find((problem) => problem.kind === kind);
  if (found === undefined) throw new Error(`no problem "${kind}" in ${kinds(inspection).join(", ")}`);
  return found;
}

describe("inspectData on sound data", () => {
  it("reports a complete benchmark as sound, and writes nothing", async () => {
    const pets = petsRoot();
    const store = join(temporaryFolder(), "store");
    const inspection = await inspectPets(pets, { store });
    expect(inspection.sound).toBe(true);
    expect(inspection.problems).toEqual([]);
    expect(inspection.benchmarks).toMatchObject([
      {
        benchmark: "pets",
        root: join(pets.root, "pets"),
        layout: "class-folders",
        key: "name",
        images: 6,
        expectedImages: 6,
        classes: 3,
        expectedClasses: 3,
        protocols: [{ id: "three", n: 6, expected: 6, state: "complete" }],
        manifest: null,
      },
    ]);
    expect(() => statSync(store)).toThrow("ENOENT");
  });

  it("accepts a root that is the benchmark itself", async () => {
    const { root, benchmark } = petsRoot();
    const inspection = await inspectData(join(root, "pets"), { benchmarks: [benchmark] });
    expect(inspection.benchmarks.map((entry) => [entry.benchmark, entry.images])).toEqual([["pets", 6]]);
    const sketch = await inspectData(join(sketches, "imagenet-r"));
    expect(sketch.benchmarks.map((entry) => entry.benchmark)).toEqual(["imagenet-r"]);
    const flat = await inspectData(join(fixtures, "sketches", "flat"));
    expect(flat.benchmarks.map((entry) => [entry.benchmark, entry.layout])).toEqual([["imagenet", "flat"]]);
  });

  it("finds all sets below one root, with the images that a run would list", async () => {
    const inspection = await inspectData(sketches);
    expect(inspection.benchmarks.map(({ benchmark }) => benchmark)).toEqual(await listBenchmarks());
    for (const entry of inspection.benchmarks) {
      const benchmark = await readBenchmark(entry.benchmark);
      const listed = await findData(benchmark, sketches, false);
      const survey = await surveyImages(benchmark, entry.root);
      expect([...(survey?.images ?? [])]).toEqual([...(listed?.images ?? [])]);
      expect(entry.images).toBe(listed?.images.length);
    }
    expect(new Set(kinds(inspection))).toEqual(
      new Set(["error: missing images", "error: missing classes", "note: other files"]),
    );
  });

  it("reports that V2's folders are read as numbers", async () => {
    const { benchmarks } = await inspectData(join(sketches, "imagenetv2-top-images-format-val"));
    expect(benchmarks.map((entry) => [entry.benchmark, entry.numeric])).toEqual([["imagenet-v2-top", true]]);
  });

  it("reads tars in place", async () => {
    const samples = [0, 1, 2, 3, 4, 5].flatMap((n) => [
      { name: `s${n}.jpg`, content: photo(n) },
      { name: `s${n}.cls`, content: String(n % 3) },
    ]);
    const { benchmark } = petsRoot();
    const root = writeTree(temporaryFolder(), { "pets/test/0.tar": makeTar(samples) });
    for (const deep of [false, true]) {
      const inspection = await inspectPets({ root, benchmark }, { deep });
      expect(inspection.benchmarks).toMatchObject([{ layout: "web-dataset", images: 6, classes: 3, unreadable: [] }]);
      expect(inspection.sound).toBe(true);
    }
  });
});

describe("inspectData on planted mistakes", () => {
  it("names a class without a folder, an empty folder, and what each protocol lacks", async () => {
    const pets = petsRoot();
    rmSync(join(pets.root, "pets/dog"), { recursive: true });
    rmSync(join(pets.root, "pets/owl/a.jpg"));
    rmSync(join(pets.root, "pets/owl/b.jpg"));
    const inspection = await inspectPets(pets);
    expect(inspection.sound).toBe(false);
    expect(kinds(inspection)).toEqual(["error: missing images", "error: missing classes"]);
    expect(problem(inspection, "missing classes").items).toEqual(["dog", "owl"]);
    expect(inspection.benchmarks[0]).toMatchObject({
      emptyFolders: ["owl"],
      protocols: [{ id: "three", n: 2, expected: 6, state: "incomplete" }],
    });
    expect(problem(inspection, "missing images").message).toBe("2 of 6 images");
  });

  it("reports misplaced files at which a run would stop", async () => {
    const pets = petsRoot({
      "pets/Owls/c.jpg": photo(6),
      "pets/loose.jpg": photo(7),
      "pets/README.txt": "hello",
      "pets/cat/notes.txt": "hello",
      "pets/.DS_Store": "",
    });
    const inspection = await inspectPets(pets);
    expect(kinds(inspection)).toEqual([
      "error: unknown folders",
      "error: loose images",
      "note: clutter",
      "note: other files",
    ]);
    expect(problem(inspection, "unknown folders").items).toEqual(["Owls/ (1 image)"]);
    expect(problem(inspection, "loose images").items).toEqual(["loose.jpg"]);
    expect(inspection.benchmarks[0]).toMatchObject({ images: 6, strayFiles: 2 });
  });

  it("finds unreadable images by their first bytes, and damaged ones when it decodes", async () => {
    const pets = petsRoot({
      "pets/cat/a.jpg": "",
      "pets/dog/a.jpg": "<html>404</html>",
      "pets/dog/b.jpg": photo(3).subarray(0, 20),
      "pets/owl/a.jpg": photo(4).subarray(0, photo(4).length / 2),
    });
    symlinkSync(join(pets.root, "nowhere.jpg"), join(pets.root, "pets/owl/c.jpg"));
    const fast = await inspectPets(pets);
    expect(problem(fast, "unreadable").items).toEqual([
      "cat/a.jpg: the image file is empty (0 bytes)",
      'dog/a.jpg: expected JPEG, PNG, WebP, GIF or TIFF, got text that starts with "<html>404</html>"',
      expect.stringMatching(/^dog\/b\.jpg: the JPEG ends before its size$/),
      "owl/c.jpg: no such file or folder",
    ]);
    const deep = await inspectPets(pets, { deep: true });
    expect(deep.benchmarks[0]?.unreadable.map(({ path }) => path)).toEqual([
      "cat/a.jpg",
      "dog/a.jpg",
      "dog/b.jpg",
      "owl/a.jpg",
      "owl/c.jpg",
    ]);
  });

  it("finds duplicate images, as more serious if in two classes", async () => {
    const more = petsRoot({ "pets/dog/again.jpg": photo(0) });
    const inspection = await inspectPets(more);
    expect(kinds(inspection)).toEqual(["error: missing images", "error: in two classes"]);
    expect(problem(inspection, "in two classes").items).toEqual(["cat/a.jpg = dog/again.jpg"]);
    expect(problem(inspection, "missing images").message).toContain("7 of 6 images, more than in the benchmark");

    const instead = await inspectPets(petsRoot({ "pets/owl/b.jpg": photo(0) }));
    expect(kinds(instead)).toEqual(["warning: in two classes"]);
    const within = await inspectPets(petsRoot({ "pets/owl/b.jpg": photo(4) }), { deep: true });
    expect(kinds(within)).toEqual(["note: twice in a class"]);
    expect(within.benchmarks[0]?.duplicates).toEqual([{ paths: ["owl/a.jpg", "owl/b.jpg"], acrossClasses: false }]);
  });

  it("reports two copies of one set, with the images of each", async () => {
    const pets = petsRoot({ "pets-again/cat/a.jpg": photo(0) });
    const inspection = await inspectPets(pets);
    expect(problem(inspection, "two copies")).toMatchObject({
      severity: "error",
      message: `a second copy with 1 image, in addition to ${join(pets.root, "pets")} with 6`,
      items: [join(pets.root, "pets"), join(pets.root, "pets-again")],
    });
  });

  it("reports two folders with the same number", async () => {
    const root = writeTree(temporaryFolder(), { "imagenetv2/9/a.jpg": photo(0), "imagenetv2/009/b.jpg": photo(1) });
    expect(problem(await inspectData(root), "two folders of one class").items).toEqual(["009 and 9"]);
  });

  it("reports how many of ObjectNet's 50,273 images exist after an interrupted download", async () => {
    const benchmark = await readBenchmark("objectnet");
    const folders = benchmark.classes.keys.get("folder") as string[];
    const root = folderOfManyFiles();
    const target = writeTree(root, { "image.jpg": photo(0) });
    for (let n = 0; n < 23_700; n++) {
      const folder = join(root, "objectnet-1.0/images", folders[n % 150] as string);
      if (n < 150) mkdirSync(folder, { recursive: true });
      symlinkSync(join(target, "image.jpg"), join(folder, `${n}.jpg`));
    }
    const inspection = await inspectData(root);
    expect(problem(inspection, "missing images")).toMatchObject({
      benchmark: "objectnet",
      message: "23,700 of 50,273 images",
      items: expect.arrayContaining(["protocol official: 23,700 of 50,273 images"]),
    });
    expect(problem(inspection, "missing classes").message).toBe("classes without an image: 163 of 313");
  });

  it("leaves out ObjectNet's official protocol if only the 113 scored folders exist", async () => {
    const benchmark = await readBenchmark("objectnet");
    const scored = (benchmark.classes.keys.get("folder") as string[]).filter(
      (_, row) => benchmark.classes.keys.get("class_index")?.[row] !== "",
    );
    const root = writeTree(
      temporaryFolder(),
      Object.fromEntries(scored.map((folder, n) => [`objectnet/${folder}/${n}.jpg`, photo(0)])),
    );
    const { benchmarks } = await inspectData(root);
    expect(benchmarks[0]).toMatchObject({ images: 113, expectedImages: 18_574, classes: 113, expectedClasses: 113 });
    expect(benchmarks[0]?.protocols.map(({ id, state }) => [id, state])).toEqual([
      ["objectnet-names", "incomplete"],
      ["imagenet-names-max-crop2", "incomplete"],
      ["official", "left out"],
    ]);
  });

  it("names the set whose class folders have another set's name", async () => {
    const wnids = (await readBenchmark("imagenet-r")).classes.keys.get("wnid") as string[];
    const root = writeTree(
      temporaryFolder(),
      Object.fromEntries(wnids.map((wnid, n) => [`sketch/${wnid}/${n}.jpg`, photo(n % photos.length)])),
    );
    const inspection = await inspectData(root);
    expect(inspection.problems[0]).toMatchObject({
      kind: "wrong set",
      benchmark: "imagenet-sketch",
      items: ["imagenet-r"],
    });
  });

  it("names the variant of a set in the folder's name if its content does not distinguish it from the requested one", async () => {
    const root = join(temporaryFolder(), "imagenetv2-threshold0.7-format-val");
    writeTree(root, { "0/a.jpg": photo(0), "1/b.jpg": photo(1) });
    const inspection = await inspectData(root, { benchmarks: ["imagenet-v2"] });
    expect(inspection.problems[0]).toMatchObject({
      kind: "wrong set",
      message: expect.stringMatching(/^its name is that of imagenet-v2-threshold: /),
      items: ["imagenet-v2-threshold"],
    });
    expect((await inspectData(root)).problems.map(({ kind }) => kind)).not.toContain("wrong set");
  });

  it("names a truncated tar, and a folder that is not unpacked", async () => {
    const pets = petsRoot();
    const tar = makeTar([
      { name: "s0.jpg", content: photo(0) },
      { name: "s0.cls", content: "0" },
    ]);
    writeTree(pets.root, { "pets-again/test/0.tar": tar.subarray(0, 700) });
    const cut = problem(await inspectPets(pets), "not listed");
    expect(cut.message).toMatch(/pets-again\/test\/0\.tar: member "s0.jpg": it claims/);
    const packed = writeTree(temporaryFolder(), {
      "imagenet-r/imagenet-r.7z": "",
      "sketch/n01440764/a.jpg": photo(0),
    });
    expect(problem(await inspectData(packed), "not recognized")).toMatchObject({
      benchmark: "imagenet-r",
      root: join(packed, "imagenet-r"),
    });
  });

  it("names classes whose number of images differs from nearly all others", async () => {
    const wnids = (await readBenchmark("imagenet")).classes.keys.get("wnid") as string[];
    const root = folderOfManyFiles();
    writeTree(root, { "one.jpg": photo(0) });
    for (const wnid of wnids) {
      mkdirSync(join(root, "imagenetv2", wnid), { recursive: true });
      const images = wnid === "n01443537" ? 9 : 10;
      for (let n = 0; n < images; n++) symlinkSync(join(root, "one.jpg"), join(root, "imagenetv2", wnid, `${n}.jpg`));
    }
    const inspection = await inspectData(root);
    expect(problem(inspection, "uneven classes").items).toEqual(["n01443537: 9"]);
  });

  it("skips a circular link, and names it", async () => {
    const pets = petsRoot();
    symlinkSync(join(pets.root, "pets/owl/loop.jpg"), join(pets.root, "pets/owl/loop.jpg"));
    for (const deep of [false, true]) {
      const inspection = await inspectPets(pets, { deep });
      expect(problem(inspection, "unreadable").items).toEqual(["owl/loop.jpg: a symbolic link that leads in a circle"]);
    }
  });

  it("names a requested benchmark that is missing", async () => {
    const pets = petsRoot();
    const inspection = await inspectData(pets.root, { benchmarks: [pets.benchmark, "imagenet-a"] });
    expect(kinds(inspection)).toEqual(["error: not found"]);
    expect(inspection.problems[0]).toMatchObject({ benchmark: "imagenet-a", root: pets.root });
  });

  it("refuses a root that is not a folder, is empty, or may be several benchmarks", async () => {
    const root = writeTree(temporaryFolder(), { "data/n01440764/a.jpg": photo(0), "file.bin": "", "empty/x.md": "" });
    await expect(inspectData(join(root, "nowhere"))).rejects.toThrow("nowhere: no such folder");
    await expect(inspectData(join(root, "file.bin"))).rejects.toThrow(
      "file.bin: neither a checkpoint (weights or .onnx files) nor data: it is not a known image container",
    );
    await expect(inspectData(join(root, "empty"))).rejects.toThrow(
      "neither a checkpoint (weights or .onnx files) nor data: it contains x.md; expected folders or archives named like imagenet/val",
    );
    await expect(inspectData(join(root, "data"))).rejects.toThrow(
      "its layout fits 5 benchmarks (imagenet, imagenet-sketch, imagenet-v2, imagenet-v2-threshold, imagenet-v2-top); select one with --benchmark ID",
    );
  });
});

describe("inspectData with a store", () => {
  async function writtenDown(): Promise<{ pets: { root: string; benchmark: string }; store: string; path: string }> {
    const pets = petsRoot();
    const store = temporaryFolder();
    const { benchmarks } = await inspectPets(pets, { deep: true, store });
    expect(benchmarks[0]?.manifest?.state).toBe("written");
    return { pets, store, path: benchmarks[0]?.manifest?.path as string };
  }

  it("records path, size, hash and class of every image, and finds them unchanged", async () => {
    const { pets, store, path } = await writtenDown();
    const written = JSON.parse(readFileSync(path, "utf8")) as { images: unknown[] };
    expect(written.images[3]).toEqual(["dog/b.jpg", photo(3).length, expect.stringMatching(/^[0-9a-f]{64}$/), 1]);
    for (const deep of [false, true]) {
      const inspection = await inspectPets(pets, { store, deep });
      expect(inspection.benchmarks[0]?.manifest).toEqual({ path, state: "unchanged", changes: null });
      expect(inspection.sound).toBe(true);
    }
  });

  it("finds an image that was moved to another class by its content, without decoding", async () => {
    const { pets, store } = await writtenDown();
    renameSync(join(pets.root, "pets/cat/a.jpg"), join(pets.root, "pets/owl/c.jpg"));
    renameSync(join(pets.root, "pets/cat/b.jpg"), join(pets.root, "pets/cat/c.jpg"));
    const inspection = await inspectPets(pets, { store });
    expect(inspection.sound).toBe(false);
    expect(kinds(inspection)).toEqual(["error: moved to another class", "error: renamed"]);
    expect(problem(inspection, "moved to another class").items).toEqual(["moved from cat/a.jpg to owl/c.jpg"]);
  });

  it("finds two swapped folders, although every path still exists", async () => {
    const { pets, store } = await writtenDown();
    renameSync(join(pets.root, "pets/cat"), join(pets.root, "pets/x"));
    renameSync(join(pets.root, "pets/dog"), join(pets.root, "pets/cat"));
    renameSync(join(pets.root, "pets/x"), join(pets.root, "pets/dog"));
    const inspection = await inspectPets(pets, { store });
    expect(problem(inspection, "moved to another class").items).toEqual([
      "a.jpg: moved from dog to cat",
      "b.jpg: moved from dog to cat",
      "a.jpg: moved from cat to dog",
      "b.jpg: moved from cat to dog",
    ]);
  });

  it("finds a changed size at once and changed content with a full read, and keeps the record", async () => {
    const { pets, store, path } = await writtenDown();
    const before = readFileSync(path);
    const sameSize = Buffer.from(photo(2));
    sameSize[sameSize.length - 3] = (sameSize.at(-3) as number) ^ 1;
    writeFileSync(join(pets.root, "pets/dog/a.jpg"), sameSize);
    writeFileSync(join(pets.root, "pets/owl/a.jpg"), photo(9));
    rmSync(join(pets.root, "pets/cat/b.jpg"));
    writeFileSync(join(pets.root, "pets/cat/new.jpg"), photo(8));
    const fast = await inspectPets(pets, { store });
    expect(fast.benchmarks[0]?.manifest?.changes).toEqual({
      changed: ["owl/a.jpg"],
      moved: [],
      gone: ["cat/b.jpg"],
      added: ["cat/new.jpg"],
    });
    const deep = await inspectPets(pets, { store, deep: true });
    expect(deep.benchmarks[0]?.manifest?.changes?.changed).toEqual(["dog/a.jpg", "owl/a.jpg"]);
    expect(deep.sound).toBe(false);
    expect(readFileSync(path)).toEqual(before);
  });

  it("refuses a manifest that it did not write, or that was changed", async () => {
    const { pets, store, path } = await writtenDown();
    const whole = readFileSync(path, "utf8");
    const changed = [
      '{"version":3}',
      whole.replace('"version":2', '"version":1'),
      whole.replace("dog/b.jpg", "dog/c.jpg"),
      whole.replace(/[0-9a-f](?=",1\])/, (digit) => (digit === "0" ? "1" : "0")),
      whole.replace(/"check":"[0-9a-f]{64}",/, ""),
    ];
    for (const text of changed) {
      expect(text).not.toBe(whole);
      writeFileSync(path, text);
      await expect(inspectPets(pets, { store })).rejects.toThrow(`${path}: not a content manifest of this version`);
    }
  });

  it("ignores a copied manifest of another folder or benchmark, and writes a new one", async () => {
    const { pets, store, path } = await writtenDown();
    const otherRecord = await writtenDown();
    writeFileSync(path, readFileSync(otherRecord.path));
    expect((await inspectPets(pets, { store })).benchmarks[0]?.manifest).toBeNull();
    expect((await inspectPets(pets, { store, deep: true })).benchmarks[0]?.manifest?.state).toBe("written");
    expect(isContentManifest(basename(path), readFileSync(path, "utf8"))).toBe(true);
    expect(isContentManifest(basename(path), readFileSync(otherRecord.path, "utf8"))).toBe(false);
  });
});

describe("checkImageHeader", () => {
  const files = imagesBelow(join(fixtures, "images", "files")).map((path) => ({ path, bytes: readFileSync(path) }));

  it("accepts every file that can be decoded, and does not judge a header that is too short", async () => {
    let decoded = 0;
    for (const { path, bytes } of files) {
      const isWhole = await decodeImage(bytes).then(
        () => true,
        () => false,
      );
      if (!isWhole) continue;
      decoded++;
      expect([path, checkImageHeader(bytes, bytes.length)]).toEqual([path, null]);
      for (const length of [12, 40, 400]) {
        const head = bytes.subarray(0, length);
        expect([null, NEEDS_MORE]).toContain(checkImageHeader(head, bytes.length));
      }
    }
    expect(decoded).toBeGreaterThan(20);
  });

  it("never throws for a file truncated to any length", () => {
    for (const { bytes } of files) {
      for (let length = 0; length < Math.min(bytes.length, 200); length++) {
        const answer = checkImageHeader(bytes.subarray(0, length), length);
        expect(answer === null || answer.length > 10).toBe(true);
      }
    }
  });
});
