import { copyFileSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openSource } from "../../../src/data/sources/source-formats.ts";
import { InputError } from "../../../src/foundation/errors.ts";
import { fixtures, temporaryFolder, writeTree } from "../../helpers.ts";
import { asTheyAre, listWebDataset, type WebDatasetOptions } from "./list-web-dataset.ts";
import { type MadeMember, makeTar } from "./make-tar.ts";

const expected = JSON.parse(readFileSync(join(fixtures, "tars", "expected.json"), "utf8"));

function sample(key: string, label: number | string, image = "webp"): MadeMember[] {
  return [
    { name: `${key}.cls`, content: String(label) },
    { name: `${key}.${image}`, content: `image ${key}` },
  ];
}

/** A set of shards with the given names, and of other files. */
function setOf(shards: Readonly<Record<string, readonly MadeMember[]>>, files: Record<string, string> = {}): string {
  const root = temporaryFolder();
  const tars = Object.entries(shards).map(([path, members]) => [path, makeTar(members)]);
  return writeTree(root, { ...Object.fromEntries(tars), ...files });
}

const DOWNLOAD = makeTar([
  { name: "README", content: "x" },
  { name: "images/a.png", content: "x" },
]);

async function refusal(root: string, options?: WebDatasetOptions): Promise<string> {
  const error = await listWebDataset(root, options).then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message.startsWith(root)).toBe(true);
  return (error as Error).message.slice(root.length + 1);
}

const names = (count: number) => `${Array.from({ length: count }, (_, i) => `class ${i}`).join("\n")}\n`;

describe("listWebDataset", () => {
  it("lists the samples of a tar by webdataset's rules, with Python's offsets", async () => {
    const root = writeTree(temporaryFolder(), { "test/nshards.txt": "1\n", "classnames.txt": names(5) });
    copyFileSync(join(fixtures, "tars", "webdataset.tar"), join(root, "test", "0.tar"));
    const set = await listWebDataset(root);
    expect(set?.images).toEqual(
      expected.samples.map((expectedSample: object) => ({ tar: "test/0.tar", ...expectedSample })),
    );
  });

  it("sorts shards by number, not by text, and lists members in the tar's order", async () => {
    const shards = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [`test/${i}.tar`, [...sample(`s${i}b`, i), ...sample(`s${i}a`, i)]]),
    );
    const set = await listWebDataset(setOf(shards, { "test/nshards.txt": "12" }));
    expect(set?.images.map((image) => image.label)).toEqual(Array.from({ length: 24 }, (_, i) => i >> 1));
    expect(set?.images.slice(20, 22).map((image) => `${image.tar}/${image.member}`)).toEqual([
      "test/10.tar/s10b.webp",
      "test/10.tar/s10a.webp",
    ]);
  });

  it.each([
    ["shards in the root itself", ["0.tar", "1.tar"], { "nshards.txt": "2" }],
    ["shards in the root without a count", ["0.tar", "1.tar"], {}],
    ["numbers with zeros before, without a count", ["test/000000.tar", "test/000001.tar"], {}],
    ["a name before the number", ["test/val-0.tar", "test/val-1.tar"], {}],
    ["leading zeros and a count", ["test/000000.tar", "test/000001.tar"], { "test/nshards.txt": " 2 \r\n" }],
    ["other tars and folders next to it", ["test/0.tar", "test/1.tar", "other.tar", "train/0.tar"], {}],
  ])("finds %s", async (_, paths, files) => {
    const root = setOf(Object.fromEntries(paths.map((path) => [path, sample("s0", 0)])), files);
    const set = await listWebDataset(root);
    expect(set?.images.map((image) => image.tar)).toEqual(paths.slice(0, 2));
  });

  it.each([
    ["numbers from 1", ["000001.tar", "000002.tar"], {}, ["the shards are numbered from 1"]],
    [
      "numbers from 1, and a count",
      ["1.tar", "2.tar", "3.tar"],
      { "nshards.txt": "3" },
      ["the shards are numbered from 1"],
    ],
    ["numbers from 1 after a name", ["val-1.tar", "val-2.tar"], {}, ["the shards are numbered from 1"]],
    ["names that state the number of shards", ["val-00000-of-00002.tar", "val-00001-of-00002.tar"], {}, []],
    [
      "validation next to train, as for ImageNet on the Hub",
      ["imagenet1k-validation-00.tar", "imagenet1k-validation-01.tar"],
      { "imagenet1k-train-0000.tar": "", "imagenet1k-train-0001.tar": "", "imagenet1k-train-0002.tar": "" },
      ["reading the shards named imagenet1k-validation-*.tar; skipped: 3 named imagenet1k-train-*.tar"],
    ],
    [
      "test next to train, with one number each",
      ["mine_test_0.tar"],
      { "mine_train_0.tar": "" },
      ["reading the shards named mine_test_*.tar; skipped: 1 named mine_train_*.tar"],
    ],
  ])("finds shards with %s, and reports this", async (_, paths, files, notes) => {
    const root = setOf(Object.fromEntries(paths.map((path) => [path, sample("s0", 0)])), files);
    const set = await listWebDataset(root);
    expect(set?.images.map((image) => image.tar)).toEqual(paths);
    expect(set?.notes).toEqual(notes.map((note) => `${root}: ${note}`));
    expect(set?.warnings).toEqual([]);
  });

  it("warns only of shards that are named train", async () => {
    const members = sample("s0", 0);
    const root = setOf({ "imagenet-train-000000.tar": members });
    expect((await listWebDataset(root))?.warnings).toEqual([
      `${join(root, "imagenet-train-000000.tar")}: its name indicates a training set`,
    ]);
    for (const name of ["trains-0.tar", "restrained-0.tar", "val-train-0.tar", "0.tar"]) {
      expect((await listWebDataset(setOf({ [name]: members })))?.warnings).toEqual([]);
    }
  });

  it("follows links to shards, as in the Hub's cache", async () => {
    const real = setOf({ blob: sample("s0", 3) });
    const root = temporaryFolder();
    mkdirSync(join(root, "test"));
    symlinkSync(join(real, "blob"), join(root, "test", "0.tar"));
    expect((await listWebDataset(root))?.images.map((image) => image.label)).toEqual([3]);
  });

  it.each([
    ["an empty folder", {}],
    ["class folders", { "n01440764/a.jpg": "" }],
    ["downloads without labels", { "imagenet-2012.tar": DOWNLOAD, "test/ILSVRC2012.tar": DOWNLOAD }],
    ["hidden files", { "test/._0.tar": "" }],
  ])("returns null for %s", async (_, files) => {
    expect(await listWebDataset(writeTree(temporaryFolder(), files))).toBeNull();
  });

  it("accepts .png, .jpg, .jpeg and .webp, in any case, in folders, and CLIP_benchmark's two dots", async () => {
    const root = setOf({
      "test/0.tar": [
        { name: "a", flag: "5" },
        ...sample("a/s0", "4\n", "png"),
        ...sample("a/s.1/s1", " 5 ", "JPG"),
        ...sample("s2", "06", "jpeg"),
        ...sample("s3", 7, ".jpg"),
        { name: "s3.json", content: "{}" },
        { name: "s3.npy", content: "x" },
        { name: "s3.seg.png", content: "x" },
        { name: ".DS_Store", content: "x" },
        { name: "a/._s0.png", content: "x" },
        { name: "README", content: "x" },
      ],
    });
    expect((await listWebDataset(root))?.images.map((image) => [image.member, image.label])).toEqual([
      ["a/s0.png", 4],
      ["a/s.1/s1.JPG", 5],
      ["s2.jpeg", 6],
      ["s3..jpg", 7],
    ]);
  });

  it("accepts a set with the right number of lines in classnames.txt, with any templates", async () => {
    const root = setOf(
      { "test/0.tar": sample("s0", 1) },
      {
        "classnames.txt": "tench \r\nhen\r\n\r\n",
        "zeroshot_classification_templates.txt": "a photo, with no place for the class\n",
        "dataset_type.txt": "classification\n",
      },
    );
    const set = await listWebDataset(root, { classes: 2 });
    expect(set?.images.map(({ label }) => label)).toEqual([1]);
  });

  it("lists the same with stored indexes", async () => {
    const root = setOf({ "test/0.tar": sample("s0", 0), "test/1.tar": sample("s0", 1) });
    const cacheFolder = join(temporaryFolder(), "tars");
    const first = await listWebDataset(root, { cacheFolder });
    expect(first).toEqual(await listWebDataset(root));
    expect(await listWebDataset(root, { cacheFolder })).toEqual(first);
  });

  it("gives positions from which the source reads the images", async () => {
    const sampleArbitrary = fc.record({
      label: fc.nat(9),
      bytes: fc.uint8Array({ maxLength: 3000 }),
      labelFirst: fc.boolean(),
    });
    const shards = fc.array(fc.array(sampleArbitrary, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(shards, async (made) => {
        const tars = made.map((samples, shard) => {
          const members = samples.flatMap(({ label, bytes, labelFirst }, i) => {
            const pair = [
              { name: `s${i}.cls`, content: String(label) },
              { name: `s${i}.png`, content: bytes },
            ];
            return labelFirst ? pair : pair.reverse();
          });
          return [`test/${shard}.tar`, members] as const;
        });
        const root = setOf(Object.fromEntries(tars));
        const source = openSource({ format: "tar", root });
        const listing = await source.list({ from: "sample", classes: 10, labels: asTheyAre }, { onFault: () => true });
        const images = [...(listing?.images ?? [])];
        expect(images.map((image) => image.label)).toEqual(made.flat().map((madeSample) => madeSample.label));
        for (const [i, image] of images.entries()) {
          const { bytes } = await source.read(image);
          expect(Buffer.from(bytes).equals(Buffer.from(made.flat()[i]?.bytes ?? []))).toBe(true);
        }
        await source.close();
      }),
      { numRuns: 40, seed: 1 },
    );
  });
});

describe("listWebDataset refuses", () => {
  it("a missing shard, and names it", async () => {
    const two = { "test/0.tar": sample("s0", 0), "test/2.tar": sample("s0", 0) };
    expect(await refusal(setOf(two))).toMatch(/^test\/1\.tar: missing: the last shard is 2/);
    expect(await refusal(setOf(two, { "test/nshards.txt": "5" }))).toMatch(
      /^test\/1\.tar: missing, and 2 more: nshards.txt states 5 shards/,
    );
    const padded = { "test/a-000000.tar": sample("s0", 0), "test/a-000002.tar": sample("s0", 0) };
    expect(await refusal(setOf(padded))).toMatch(/^test\/a-000001\.tar: missing/);
    expect(await refusal(setOf({ "test/000001.tar": sample("s0", 0) }))).toMatch(/^test\/000000\.tar: missing/);
    expect(await refusal(setOf({}, { "test/nshards.txt": "1" }))).toMatch(/^test\/0\.tar: missing/);
  });

  it("no missing shards where an incomplete set is allowed, but warns of them", async () => {
    const two = { "0.tar": sample("s0", 3), "2.tar": sample("s0", 4) };
    const root = setOf(two, { "nshards.txt": "5" });
    expect(await refusal(root)).toMatch(/or score the available images with --allow-incomplete$/);
    const set = await listWebDataset(root, { allowIncomplete: true });
    expect(set?.images.map(({ label }) => label)).toEqual([3, 4]);
    expect(set?.warnings).toEqual([
      `${root}/1.tar: missing, and 2 more: nshards.txt states 5 shards, numbered from 0, found 2`,
    ]);
    expect(await refusal(setOf(two, { "nshards.txt": "2" }), { allowIncomplete: true })).toMatch(/one too many/);
  });

  it("more shards than nshards.txt states, two with the same number, and two sets", async () => {
    const members = sample("s0", 0);
    expect(await refusal(setOf({ "test/0.tar": members, "test/1.tar": members }, { "test/nshards.txt": "1" }))).toMatch(
      /^test\/1\.tar: one too many/,
    );
    expect(await refusal(setOf({ "test/0.tar": members, "test/00.tar": members }))).toMatch(/a second shard 0/);
    expect(await refusal(setOf({ "test/a-0.tar": members, "test/b-1.tar": members }))).toMatch(/more than one set/);
    expect(await refusal(setOf({ "val-0.tar": members, "test-0.tar": members }))).toMatch(
      /more than one set: test-0\.tar, val-0/,
    );
    expect(await refusal(setOf({ "val-0.tar": members, "extra-0.tar": members }))).toMatch(/more than one set/);
    const said = { "val-0-of-3.tar": members, "val-1-of-3.tar": members };
    expect(await refusal(setOf(said))).toMatch(/^val-2-of-3\.tar: missing: the names state 3 shards/);
    expect(await refusal(setOf({ ...said, "val-2-of-4.tar": members }))).toMatch(
      /^val-2-of-4\.tar: its name states another number/,
    );
    expect(await refusal(setOf({ "1.tar": members, "3.tar": members }))).toMatch(
      /^2\.tar: missing: the last shard is 3, numbered from 1/,
    );
    expect(await refusal(setOf({ "1.tar": members }, { "nshards.txt": "2" }))).toMatch(/^0\.tar: missing/);
  });

  it.each(["", "0", "-1", "two", "1.5", "99999999999"])("the shard count %j", async (count) => {
    expect(await refusal(setOf({ "test/0.tar": sample("s0", 0) }, { "test/nshards.txt": count }))).toMatch(
      /^test\/nshards\.txt: expected the number of shards/,
    );
  });

  it("a label outside the classes, and states how many there are", async () => {
    const shards = { "test/0.tar": sample("s0", 0), "test/1.tar": [...sample("a/s1", 2), ...sample("s2", 5)] };
    const message = await refusal(setOf(shards, { "classnames.txt": names(2) }));
    expect(message).toContain('test/1.tar: member "a/s1.cls": label 2, but the set has 2 classes (0 to 1)');
    expect(message).toContain("2 of 3 labels are out of range");
    expect(await refusal(setOf(shards), { classes: 5 })).toContain('test/1.tar: member "s2.cls": label 5');
    expect((await listWebDataset(setOf(shards), { classes: 6 }))?.images).toHaveLength(3);
  });

  it.each(["", "-1", "1.0", "tench", "1 2", "0x1", "9999999999", "1".repeat(40)])("the label %j", async (label) => {
    expect(await refusal(setOf({ "test/0.tar": sample("s0", label) }))).toMatch(
      /^test\/0\.tar: member "s0\.cls": expected a class index/,
    );
  });

  it("an image without a label, a label without an image, and two of a kind", async () => {
    const [cls, webp] = sample("s1", 1) as [MadeMember, MadeMember];
    const start = sample("s0", 0);
    expect(await refusal(setOf({ "test/0.tar": [...start, webp] }))).toMatch(/"s1\.webp": an image without a \.cls/);
    expect(await refusal(setOf({ "test/0.tar": [...start, cls] }))).toMatch(/"s1\.cls": a label without an image/);
    expect(await refusal(setOf({ "test/0.tar": [cls, webp, { name: "s1.png" }] }))).toMatch(
      /"s1\.png": a second image of the same sample; the first is "s1\.webp"/,
    );
    const apart = { "test/0.tar": [cls], "test/1.tar": [webp] };
    expect(await refusal(setOf(apart))).toMatch(/^test\/0\.tar: .*without an image/);
  });

  it("shards without any images", async () => {
    expect(await refusal(setOf({ "test/0.tar": [{ name: "README" }] }))).toContain("contains no images");
  });

  it("sets for other tasks than classification", async () => {
    for (const type of ["retrieval", "multilabel"]) {
      const root = setOf({ "test/0.tar": sample("s0", 0) }, { "dataset_type.txt": `${type}\n` });
      expect(await refusal(root)).toMatch(new RegExp(`^dataset_type\\.txt: a set for "${type}"`));
    }
  });

  it("a number of class names that differs from the benchmark's number of classes", async () => {
    const root = setOf({ "test/0.tar": sample("s0", 0) }, { "classnames.txt": names(3) });
    expect(await refusal(root, { classes: 4 })).toMatch(/^classnames\.txt: names 3 classes, expected 4/);
  });

  it("empty lines among names", async () => {
    const shards = { "test/0.tar": sample("s0", 0) };
    expect(await refusal(setOf(shards, { "classnames.txt": "a\n\nb\n" }))).toMatch(/line 2 is empty/);
  });

  it("a damaged tar, naming it and the member", async () => {
    const root = setOf({ "test/0.tar": sample("s0", 0), "test/1.tar": [{ name: "../s0.png" }] });
    expect(await refusal(root)).toMatch(/^test\/1\.tar: member "\.\.\/s0\.png"/);
  });
});
