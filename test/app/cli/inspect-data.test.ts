import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runInspect } from "../../../src/app/cli/inspect-command.ts";
import { runInspectData } from "../../../src/app/cli/inspect-data-command.ts";
import { formatDataInspection } from "../../../src/app/inspection/data-inspection-text.ts";
import { type DataInspection, inspectData } from "../../../src/app/inspection/inspect-data.ts";
import { definitionFiles } from "../../data/benchmark/make-definition.ts";
import { makeTar } from "../../data/sources/make-tar.ts";
import { fixtures, temporaryFolder, writeTree } from "../../helpers.ts";
import { captured } from "./run-cli.ts";

const sketches = join(fixtures, "sketches", "root");
const photo = readFileSync(join(sketches, "imagenet/val/n01440764/ILSVRC2012_val_00025129.JPEG"));
const otherPhoto = readFileSync(join(sketches, "imagenet/val/n01484850/ILSVRC2012_val_00030127.JPEG"));

/** Runs the command and returns its output and exit status. */
const run = (path: string, options: Parameters<typeof runInspectData>[1]) =>
  captured(() => runInspectData(path, { store: join(temporaryFolder(), "store"), quiet: true, ...options }));

function columns(text: string): number {
  return Math.max(...text.split("\n").map((line) => line.length));
}

describe("shiftline inspect <data root>", () => {
  it.each(["folder/photos.csv", "folder/photos.jsonl", "arrow-file/photos.arrow"])("takes a file: %s", async (name) => {
    const path = join(fixtures, "containers", "same", name);
    const store = join(temporaryFolder(), "store");
    const { stdout } = await captured(() => runInspect(path, { store, quiet: true, benchmark: ["imagenet"] }));
    expect(stdout).toMatch(/imagenet: (?:list|arrow|parquet): labels that come with the images; 1000: 20 of 50,000/);
  });

  it("exits with 0 and reports that all is complete and sound", async () => {
    const about = { classNames: "imagenet-openai", protocols: [{ id: "two" }] };
    const definition = writeTree(temporaryFolder(), definitionFiles("mine", ["cat", "dog"], about));
    const root = writeTree(temporaryFolder(), { "cat/a.jpg": photo, "dog/b.jpg": otherPhoto });
    const { status, stdout } = await run(root, { benchmark: [join(definition, "mine.json")] });
    expect(status).toBe(0);
    expect(stdout.split("\n").slice(1)).toEqual([
      "1 benchmark: complete and sound",
      "",
      "benchmark  images  of  classes  folder",
      "---------  ------  --  -------  ------",
      "mine            2   2      2/2  .",
      "",
      "mine: class folders named by name; two: 2",
      "",
      "first bytes checked; --deep decodes every image and records its content",
      "",
    ]);
  });

  it("exits with 1 and names the most serious first, in 80 columns, with what to do", async () => {
    const root = join(temporaryFolder(), "data");
    cpSync(sketches, root, { recursive: true });
    writeFileSync(join(root, "imagenet-r/n01443537.jpg"), photo);
    mkdirSync(
      join(root, "imagenet-r/a-folder-with-a-name-so-long-that-it-would-not-fit-into-eighty-columns-by-itself"),
    );
    writeFileSync(
      join(root, "imagenet-r/a-folder-with-a-name-so-long-that-it-would-not-fit-into-eighty-columns-by-itself/x.jpg"),
      photo,
    );
    cpSync(join(root, "imagenet-a"), join(root, "ImageNet-A"), { recursive: true });
    rmSync(join(root, "objectnet-1.0"), { recursive: true });
    mkdirSync(join(root, "objectnet-1.0"));
    const { status, stdout } = await run(root, {});
    expect(status).toBe(1);
    expect(columns(stdout)).toBeLessThanOrEqual(80);
    const wrong = stdout.split("\n").filter((line) => line.startsWith("WRONG"));
    expect(wrong.slice(0, 4)).toEqual([
      expect.stringMatching(/^WRONG {2}imagenet-a \(ImageNet-A\): a second copy with 30 images, in addition to/),
      "WRONG  objectnet (objectnet-1.0): no images of objectnet here: the folder is",
      "WRONG  imagenet-r: folders of images that are not a class of the benchmark: 1",
      "WRONG  imagenet-r: images outside the class folders, which have no class: 1",
    ]);
    expect(stdout).toContain("  → move one elsewhere, or select one with --data-dir imagenet-a=PATH\n");
    expect(stdout).toContain("class folders named by index, read as numbers (10 after 9)");
  });

  it("prints everything as JSON for scripts", async () => {
    const { status, stdout } = await run(sketches, { json: true });
    const inspection = JSON.parse(stdout) as DataInspection;
    expect(status).toBe(1);
    expect(inspection.benchmarks.map(({ benchmark, images }) => [benchmark, images])).toContainEqual([
      "imagenet-r",
      44,
    ]);
    expect(inspection.problems.find(({ kind }) => kind === "missing classes")?.items.length).toBe(948);
    expect(inspection.sound).toBe(false);
  });

  it("escapes control characters in a file name", async () => {
    const root = writeTree(temporaryFolder(), {
      "imagenet-r/n01443537/\u001b[31mred.jpg": "",
      "imagenet-r/n01443537/b.jpg": photo,
    });
    const { stdout } = await run(root, {});
    expect(stdout).toContain("\\u{1b}[31mred.jpg: the image file is empty (0 bytes)");
    expect(stdout).not.toContain("\u001b");
  });

  it("reports what was moved since the content was recorded", async () => {
    const store = join(temporaryFolder(), "store");
    const root = writeTree(temporaryFolder(), {
      "imagenet-r/n01443537/a.jpg": photo,
      "imagenet-r/n01484850/b.jpg": otherPhoto,
    });
    expect((await run(root, { deep: true, store })).stdout).toContain("content recorded");
    rmSync(join(root, "imagenet-r/n01443537/a.jpg"));
    writeFileSync(join(root, "imagenet-r/n01484850/a.jpg"), photo);
    const { stdout } = await run(root, { store });
    expect(stdout).toContain(
      "imagenet-r: images in a different class than recorded: 1\n    a.jpg: moved from n01443537 to n01484850\n",
    );
    expect(stdout).toContain("content changed since recorded");
  });
});

describe("formatDataInspection", () => {
  it("names a few of many items and counts the rest", () => {
    const items = Array.from({ length: 1200 }, (_, i) => `a-class-folder-of-a-long-name/${i}.jpg: unreadable`);
    const problem = {
      severity: "error",
      kind: "unreadable",
      benchmark: "x",
      root: "/data/x",
      message: "m",
      advice: "",
    };
    const text = formatDataInspection({
      root: "/data",
      deep: true,
      benchmarks: [],
      problems: [{ ...problem, severity: "error", items }],
      sound: false,
    });
    expect(text.split("\n").filter((line) => line.includes("unreadable")).length).toBe(5);
    expect(text).toContain("    and 1,195 more\n");
  });

  it("advises unpacking for folders only", async () => {
    const folder = writeTree(temporaryFolder(), { "n01440764/a.jpg": photo });
    const tar = join(temporaryFolder(), "val.tar");
    writeFileSync(tar, makeTar([{ name: "n01440764/a.jpg", content: photo }]));
    const advice = async (place: string) =>
      (await inspectData(place, { benchmarks: ["imagenet"] })).problems.map((problem) => problem.advice.split(";")[0]);
    expect(await advice(folder)).toEqual([
      "fetch and unpack it again",
      "fetch their folders, or check whether they were renamed or not unpacked",
    ]);
    expect(await advice(tar)).toEqual(["fetch it again", "fetch the whole set again"]);
  });

  it("does not name a format if the images could not be listed", async () => {
    const place = writeTree(temporaryFolder(), { "1/a.jpg": "", "2/b.jpg": "", "3/c.jpg": "" });
    const text = formatDataInspection(await inspectData(place, { benchmarks: ["imagenet"] }));
    expect(text).toContain("\nimagenet: class folders named by numbers; ");
  });
});
