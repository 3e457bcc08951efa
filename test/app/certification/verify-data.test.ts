import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { compareSets } from "../../../src/app/certification/compare-sets.ts";
import { formatVerification } from "../../../src/app/certification/verification-text.ts";
import { type Verification, type VerifyDataOptions, verifyData } from "../../../src/app/certification/verify-data.ts";
import { isContentManifest } from "../../../src/data/dataset/content-manifest.ts";
import { isExaminedFile } from "../../../src/evaluation/embedding/examined-file.ts";
import { makeTar } from "../../data/sources/make-tar.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { PETS, petsDefinition, petsRoot, photo } from "./pets.ts";

/** Verifies as if the files had not changed for a minute: newer files are read every time. */
async function verify(root: string | undefined, options: Partial<VerifyDataOptions> = {}): Promise<Verification> {
  const { now } = Date;
  const later = vi.spyOn(Date, "now").mockImplementation(() => now() + 60_000);
  try {
    const store = join(temporaryFolder(), "store");
    return await verifyData(root, { benchmarks: [petsDefinition()], store, threads: 1, ...options });
  } finally {
    later.mockRestore();
  }
}

function kinds({ problems }: Verification): string[] {
  return problems.map(({ severity, kind }) => `${severity}: ${kind}`);
}

function items({ problems }: Verification, kind: string): readonly string[] {
  const found = problems.find((problem) => problem.kind === kind);
  if (found === undefined) throw new Error(`no ${kind} in ${problems.map((problem) => problem.kind).join(", ")}`);
  return found.items;
}

describe("verifyData on a sound copy", () => {
  it("certifies it, makes it the reference, and does not read unchanged files again", async () => {
    const store = join(temporaryFolder(), "store");
    const root = petsRoot();
    const first = await verify(root, { store });
    expect([first.certified, first.problems]).toEqual([true, []]);
    expect(first.benchmarks).toMatchObject([{ images: 6, read: 6, certified: true, reference: { state: "written" } }]);
    const second = await verify(root, { store });
    expect(second.benchmarks).toMatchObject([{ read: 0, certified: true, reference: { state: "same" } }]);
    expect(second.benchmarks[0]?.identity).toBe(first.benchmarks[0]?.identity);
    expect((await verify(root, { store, deep: true })).benchmarks[0]?.read).toBe(6);
    writeFileSync(join(root, "pets/cat/a.jpg"), photo(0)); // the same bytes again
    expect((await verify(root, { store })).benchmarks).toMatchObject([{ read: 1, certified: true }]);
    const files = readdirSync(store, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
    for (const name of files) {
      const [kind = "", ...rest] = name.split("/");
      const isOurs = kind === "manifests" ? isContentManifest : isExaminedFile;
      expect(isOurs(rest.join("/"), readFileSync(join(store, name), "utf8")), name).toBe(true);
    }
    expect(files.length).toBeGreaterThan(1);
  });

  it("gives it the same identity in any container, in any order and under any names", async () => {
    const folder = await verify(petsRoot());
    const classes = ["cat", "dog", "owl"];
    const members = Object.entries(PETS)
      .toReversed()
      .flatMap(([path, content], i) => [
        { name: `s${i}.cls`, content: String(classes.indexOf(path.slice(0, 3))) },
        { name: `s${i}.jpg`, content },
      ]);
    const tars = writeTree(temporaryFolder(), { "pets/test/0.tar": makeTar(members) });
    const tar = await verify(tars);
    expect(tar.certified).toBe(true);
    expect(tar.benchmarks[0]?.identity).toBe(folder.benchmarks[0]?.identity);
    const alone = await verify(undefined, { dataDirs: { pets: join(tars, "pets", "test", "0.tar") } });
    expect(alone.benchmarks[0]?.identity).toBe(folder.benchmarks[0]?.identity);
    const exchanged = { ...PETS, "cat/a.jpg": photo(2), "dog/a.jpg": photo(0) };
    expect((await verify(petsRoot(exchanged))).benchmarks[0]?.identity).not.toBe(folder.benchmarks[0]?.identity);
  });

  it("counts benchmarks, not their copies, and names what it finds where there is none", async () => {
    const root = writeTree(
      petsRoot(),
      Object.fromEntries(Object.entries(PETS).map(([name, bytes]) => [`animals/${name}`, bytes])),
    );
    const found = await verify(root, { benchmarks: [petsDefinition({ folders: ["pets", "animals"] })] });
    expect(found.benchmarks).toHaveLength(2);
    expect(formatVerification(found).split("\n")[1]).toMatch(/^1 benchmark: not certified/);
    const noBenchmark = writeTree(temporaryFolder(), { "readme.txt": "hi" });
    await expect(verify(noBenchmark)).rejects.toThrow(
      `${noBenchmark}: no benchmark found: it contains readme.txt; expected`,
    );
  });

  it("prints the verdict, and the identity on a line that can be copied", async () => {
    const verification = await verify(petsRoot());
    const text = formatVerification(verification).split("\n");
    expect(text[1]).toBe("1 benchmark: certified");
    expect(text.at(-1)).toBe(`  ${verification.benchmarks[0]?.identity}`);
    expect(Math.max(...text.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe("verifyData on a copy that changed", () => {
  it("names what was altered, misplaced, taken away and added, until it is accepted", async () => {
    const store = join(temporaryFolder(), "store");
    const root = petsRoot();
    await verify(root, { store });
    writeFileSync(join(root, "pets/cat/a.jpg"), photo(7));
    renameSync(join(root, "pets/dog/a.jpg"), join(root, "pets/owl/moved.jpg"));
    renameSync(join(root, "pets/dog/b.jpg"), join(root, "pets/dog/c.jpg"));
    rmSync(join(root, "pets/owl/a.jpg"));
    writeFileSync(join(root, "pets/dog/new.jpg"), photo(8));
    writeFileSync(join(root, "pets/dog/copy.jpg"), photo(1));
    const changed = await verify(root, { store });
    expect(changed.certified).toBe(false);
    expect(changed.benchmarks).toMatchObject([{ certified: false, reference: { state: "differs" } }]);
    expect(items(changed, "altered")).toEqual(["cat/a.jpg"]);
    expect(items(changed, "misplaced")).toEqual(["owl/moved.jpg: dog/a.jpg there"]);
    expect(items(changed, "missing")).toEqual(["owl/a.jpg"]);
    expect(items(changed, "extra")).toEqual(["dog/copy.jpg: a copy of cat/b.jpg", "dog/new.jpg"]);
    expect(items(changed, "renamed")).toEqual(["dog/c.jpg: dog/b.jpg there"]);
    const steps = changed.problems.flatMap(({ kind, advice }) =>
      / if this is intended/.test(advice) ? [[kind, advice.split(";")[0]]] : [],
    );
    expect(Object.fromEntries(steps)).toEqual({
      altered: "restore them",
      misplaced: "move them back",
      missing: "put them back",
      extra: "remove them",
    });
    expect(kinds(changed)[0]).toBe("error: in two classes");
    expect(kinds(await verify(root, { store }))).toEqual(kinds(changed)); // nothing is overwritten
    await verify(root, { store, accept: true });
    expect(kinds(await verify(root, { store }))).not.toContain("error: altered");
  });

  it("detects a changed label of an unchanged image", async () => {
    const store = join(temporaryFolder(), "store");
    const members = (label: string) =>
      Object.values(PETS).flatMap((content, i) => [
        { name: `s${i}.cls`, content: i === 0 ? label : String(Math.floor(i / 2)) },
        { name: `s${i}.jpg`, content },
      ]);
    const root = writeTree(temporaryFolder(), { "pets/test/0.tar": makeTar(members("0")) });
    await verify(root, { store });
    writeFileSync(join(root, "pets/test/0.tar"), makeTar(members("1")));
    expect(items(await verify(root, { store }), "misplaced")).toEqual(["test/0.tar/s0.jpg: different label"]);
  });

  it("does not make a faulty copy the reference", async () => {
    const store = join(temporaryFolder(), "store");
    const { "owl/b.jpg": last, ...five } = PETS;
    const root = petsRoot(five);
    expect((await verify(root, { store })).benchmarks).toMatchObject([{ reference: { state: "none" } }]);
    writeFileSync(join(root, "pets/owl/b.jpg"), last as Buffer);
    const whole = await verify(root, { store });
    expect(whole.benchmarks).toMatchObject([{ read: 1, certified: true, reference: { state: "written" } }]);
  });
});

describe("verifyData on damage", () => {
  it("distinguishes truncated images from other unreadable ones, and names each on every run", async () => {
    const store = join(temporaryFolder(), "store");
    const cut = photo(0).subarray(0, photo(0).length - 200);
    const broken = Buffer.from("no image at all, but long enough to be one");
    const root = petsRoot({ ...PETS, "cat/a.jpg": cut, "dog/b.jpg": broken, "owl/a.jpg": "" });
    for (const read of [6, 3]) {
      const found = await verify(root, { store });
      expect(found.benchmarks[0]?.read).toBe(read);
      expect(items(found, "truncated")).toEqual([expect.stringMatching(/^cat\/a\.jpg: /)]);
      expect(items(found, "unreadable").map((item) => item.split(":")[0])).toEqual(["dog/b.jpg", "owl/a.jpg"]);
    }
  });

  it("decodes images that were only hashed before, and finds damage", async () => {
    const store = join(temporaryFolder(), "store");
    const root = petsRoot({ ...PETS, "owl/b.jpg": photo(5).subarray(0, 700) });
    const { now } = Date;
    const later = vi.spyOn(Date, "now").mockImplementation(() => now() + 60_000);
    await compareSets(root, root, { benchmarks: [petsDefinition()], store, threads: 1 });
    later.mockRestore();
    const found = await verify(root, { store });
    expect(found.benchmarks[0]?.read).toBe(6);
    expect(items(found, "truncated")).toHaveLength(1);
  });

  it("works without a writable store, and reports it", async () => {
    const store = join(temporaryFolder(), "store");
    writeFileSync(store, "a file where the store should be");
    const found = await verify(petsRoot(), { store });
    expect(kinds(found)).toEqual(["warning: not written down"]);
    expect(found.certified).toBe(true);
  });

  it("names a damaged reference, and ignores damage in the record of files read", async () => {
    const store = join(temporaryFolder(), "store");
    const root = petsRoot();
    await verify(root, { store });
    const place = (kind: string) => {
      const [name = ""] = readdirSync(join(store, kind), { recursive: true, encoding: "utf8" }).filter((file) =>
        file.endsWith(".json"),
      );
      return join(store, kind, name);
    };
    const spoil = (path: string) =>
      writeFileSync(path, readFileSync(path, "utf8").replace(/[0-9a-f]{64}/, "0".repeat(64)));
    spoil(place("examined"));
    expect((await verify(root, { store })).benchmarks).toMatchObject([{ read: 6, certified: true }]);
    spoil(place("manifests"));
    expect(kinds(await verify(root, { store }))).toEqual(["error: damaged reference"]);
    expect((await verify(root, { store, accept: true })).certified).toBe(true);
  });
});

describe("a published manifest", () => {
  it("certifies a copy on another machine under any names, and lists differences", async () => {
    const manifest = join(temporaryFolder(), "pets.csv");
    expect((await verify(petsRoot(), { manifest })).manifest).toEqual({ path: manifest, state: "written" });
    const before = readFileSync(manifest, "utf8");
    expect(before.split("\n").slice(0, 2)).toEqual([
      "benchmark,class,image,bytes,sha256",
      expect.stringMatching(/^pets,cat,cat\/a\.jpg,\d+,[0-9a-f]{64}$/),
    ]);
    const renamed = Object.entries(PETS).map(([path, bytes]) => [path.replace("/", "/photo-"), bytes] as const);
    const copy = petsRoot(Object.fromEntries(renamed));
    const certifiedCopy = await verify(copy, { manifest });
    expect(certifiedCopy.manifest?.state).toBe("compared");
    expect(kinds(certifiedCopy)).toEqual(["note: renamed"]);
    expect(certifiedCopy.problems[0]?.message).toMatch(/^the same images, renamed: 6 images/);
    writeFileSync(join(copy, "pets/cat/photo-a.jpg"), photo(9));
    const altered = await verify(copy, { manifest });
    expect(items(altered, "missing")).toEqual(["cat/a.jpg"]);
    expect(items(altered, "extra")).toEqual(["cat/photo-a.jpg"]);
    expect(readFileSync(manifest, "utf8")).toBe(before);
  });

  it("is reported when it contains no image; benchmarks that were not requested are ignored", async () => {
    const manifest = join(temporaryFolder(), "pets.csv");
    await verify(petsRoot(), { manifest });
    const otherImages = Object.keys(PETS).map((path, i) => [path, photo(20 + i)] as const);
    expect(kinds(await verify(petsRoot(Object.fromEntries(otherImages)), { manifest }))).toEqual([
      "error: other images",
    ]);
    writeFileSync(manifest, `${readFileSync(manifest, "utf8")}birds,owl,owl/a.jpg,1,${"0".repeat(64)}\n`);
    expect(kinds(await verify(petsRoot(), { manifest }))).toEqual([]); // only pets were requested
  });

  it.each([
    ["benchmark,class,image,bytes,sha256\npets,cat,a.jpg,1,xyz\n", /row 2: expected .* 64 hexadecimal digits/],
    ["a,b\n1,2\n", /expected the columns benchmark, class, image, bytes, sha256/],
    [`benchmark,class,image,bytes,sha256\npets,cow,a.jpg,1,${"a".repeat(64)}\n`, /"cow" is not a class of pets/],
    [`benchmark,class,image,bytes,sha256\n${`pets,cat,a.jpg,1,${"a".repeat(64)}\n`.repeat(2)}`, /appears twice/],
  ])("is refused if the file is not a manifest", async (text, message) => {
    const manifest = join(temporaryFolder(), "pets.csv");
    writeFileSync(manifest, text);
    await expect(verify(petsRoot(), { manifest })).rejects.toThrow(message);
  });
});

describe("official numbers", () => {
  it("name missing files, files in another class and duplicates", async () => {
    const folder = temporaryFolder();
    const layouts = [
      { kind: "class-folders", key: "name" },
      { kind: "flat", pattern: "^val_(\\d{4})\\.jpg$", labels: "labels.txt" },
    ];
    const numbered = petsDefinition({ layouts, images: 4 });
    writeFileSync(join(numbered, "..", "labels.txt"), "0\n1\n2\n2\n");
    const root = writeTree(folder, {
      "pets/cat/val_0001.jpg": photo(0),
      "pets/owl/val_0002.jpg": photo(1),
      "pets/owl/val_0003.jpg": photo(2),
      "pets/owl/again/val_0003.jpg": photo(3),
    });
    mkdirSync(join(root, "pets/dog"), { recursive: true });
    const found = await verify(root, { benchmarks: [numbered] });
    expect(items(found, "misplaced")).toEqual(["owl/val_0002.jpg: belongs to dog"]);
    expect(items(found, "missing")).toEqual(["val_0004.jpg"]);
    expect(items(found, "repeated numbers")).toEqual(["owl/again/val_0003.jpg and owl/val_0003.jpg"]);
  });
});
