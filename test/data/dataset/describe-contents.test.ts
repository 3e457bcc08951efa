import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inspectData } from "../../../src/app/inspection/inspect-data.ts";
import { type Benchmark, readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { describeContents } from "../../../src/data/dataset/describe-contents.ts";
import { openDataFolder } from "../../../src/data/dataset/locate.ts";
import { locateBenchmarks } from "../../../src/evaluation/evaluate/locate-benchmarks.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { makeTar } from "../sources/make-tar.ts";

const imagenet = await readBenchmark("imagenet");
const v2 = await readBenchmark("imagenet-v2");
const objectnet = await readBenchmark("objectnet");
const tree = (files: Record<string, string | Uint8Array>) => writeTree(temporaryFolder(), files);
const contentsOf = (benchmark: Benchmark, files: Record<string, string | Uint8Array>) =>
  describeContents([benchmark], { root: tree(files) });

describe("describeContents", () => {
  it.each([
    ["imagenet-r.tar.xz", "\xfd7zXZ", "xz, which is not supported; unpack it with tar -xJf"],
    ["imagenet-r.tar.bz2", "BZh9", "bzip2, which is not supported; unpack it with tar -xjf"],
    ["imagenet-r.7z", "7z\xbc\xaf\x27\x1c", "7z, which is not supported; unpack it with 7z x"],
    ["imagenet-r.rar", "Rar!", "RAR, which is not supported; unpack it with unrar x"],
    ["val.h5", "\x89HDF", "HDF5, which is not supported; write its images as files, one folder per class"],
    [
      "validation-00000-of-00128",
      "",
      "TFRecord, which is not supported; write its images as files, one folder per class",
    ],
    [
      "imagenet-validation.tfrecord-00000-of-00064",
      "",
      "TFRecord, which is not supported; write its images as files, one folder per class",
    ],
    ["val.lmdb", "", "LMDB, which is not supported; write its images as files, one folder per class"],
    ["val.beton", "", "FFCV's format, which is not supported; write its images as files, one folder per class"],
    [
      "a.bin",
      "version https://git-lfs.github.com/spec/v1\n",
      "a pointer of Git LFS, not the file itself; fetch the files with git lfs pull",
    ],
    ["imagenet-r.tar.crdownload", "x", "an unfinished download; fetch it again"],
    ["index.bin", "<!DOCTYPE html><html>", "a web page, not the file that its name suggests; fetch it again"],
  ])("names what is not supported, and what to do: %s", async (name, content, said) => {
    expect(await contentsOf(imagenet, { [name]: Buffer.from(content, "latin1") })).toBe(`${name}: ${said}`);
  });

  it("counts the files of a kind, and recognizes a folder that is a database", async () => {
    const files = Object.fromEntries([0, 1, 2].map((i) => [`part-${i}.tfrecord`, ""]));
    expect(await contentsOf(imagenet, files)).toMatch(/^part-0\.tfrecord and 2 more: TFRecord/);
    expect(await contentsOf(imagenet, { "val.lmdb/data.mdb": "" })).toMatch(/^val\.lmdb: LMDB/);
  });

  it("names a folder some levels below with folders, files or a container in it", async () => {
    const high = tree({ "val/n01440764/0.JPEG": "x", "train/x/0.JPEG": "x" });
    expect(await describeContents([imagenet], { root: high })).toBe(
      `images of a benchmark may be in ${join(high, "val")}`,
    );
    expect(await contentsOf(imagenet, { "ILSVRC2012_img_val/ILSVRC2012_val_00000001.JPEG": "x" })).toMatch(
      /^images of a benchmark may be in .*\/ILSVRC2012_img_val$/,
    );
    expect(await contentsOf(objectnet, { "images/air_freshener/a.png": "x", "mappings/a.json": "{}" })).toMatch(
      /^images of a benchmark may be in .*\/images$/,
    );
    expect(await contentsOf(v2, { "some/0/a.jpeg": "x" })).toMatch(/may be in .*some$/);
    expect(await contentsOf(imagenet, { "a/b/val/n01440764/0.JPEG": "x" })).toMatch(/may be in .*\/a\/b\/val$/);
    const tar = makeTar([{ name: "n01440764/a.JPEG", content: "x" }]);
    expect(await contentsOf(imagenet, { "downloads/images.tar": tar })).toMatch(/may be in .*\/downloads$/);
  });

  it("describes a container with other content", async () => {
    const tar = makeTar([{ name: "cats/a.jpg", content: "x" }]);
    expect(await contentsOf(imagenet, { "x.tar": tar })).toMatch(
      /^x\.tar: it contains 1 image in folders named cats, such as cats\/a\.jpg; expected one folder per class/,
    );
    const train = makeTar([{ name: "n01440764.tar", content: "x" }]);
    expect(await contentsOf(imagenet, { "ILSVRC2012_img_train.tar": train })).toMatch(
      /^ILSVRC2012_img_train\.tar: it contains no images, but n01440764\.tar/,
    );
  });

  it("names the most likely set", async () => {
    const wnids = (await readBenchmark("imagenet-a")).classes.keys.get("wnid") as string[];
    const files = Object.fromEntries(wnids.map((wnid) => [`${wnid}/a.jpg`, "x"]));
    const root = tree(files);
    const said =
      "it has images of exactly the classes of imagenet-a; if it is that set, specify it as --data-dir imagenet-a=PATH";
    expect(await describeContents([objectnet], { root })).toBe(said);
    const tar = makeTar(Object.keys(files).map((name) => ({ name, content: "x" })));
    expect(await contentsOf(objectnet, { "images.tar": tar })).toContain(`such as ${wnids[0]}/a.jpg; ${said}`);
  });

  it("states what else is there, and what is expected", async () => {
    const expected =
      "; expected one folder per class, named by its wnid, or files named like ILSVRC2012_val_00000001.JPEG, or these in a tar, zip, Parquet or Arrow file, or listed in a .csv or .jsonl file";
    expect(await contentsOf(imagenet, {})).toBe(`the folder is empty${expected}`);
    expect(await contentsOf(imagenet, { ".DS_Store": "x" })).toBe(`the folder is empty${expected}`);
    expect(await contentsOf(imagenet, { "a.jpg": "x", "b.jpg": "x" })).toBe(
      `it contains 2 images of unknown class; put each in the folder of its class${expected}`,
    );
    expect(await contentsOf(imagenet, { "ILSVRC2012_test_00000001.JPEG": "x" })).toMatch(
      /^its 1 image is from the test set, whose labels are not published; get the validation set/,
    );
    expect(await contentsOf(imagenet, { "cats/a.jpg": "x" })).toBe(`its folders are named cats${expected}`);
    expect(await contentsOf(imagenet, { "README.md": "x" })).toBe(`it contains README.md${expected}`);
    expect(await contentsOf(imagenet, { "1/a.JPEG": "x", "2012/b.JPEG": "x" })).toMatch(
      /^its folders are named by numbers \(1, 2012\), which are not in its class list; name them by wnid/,
    );
  });
});

describe("the content of a place is reported", () => {
  it("by a run and by an inspection, in the same words", async () => {
    const root = tree({
      "imagenet-r/imagenet-r.tar.xz": Buffer.from("\xfd7zXZ", "latin1"),
      "sketch/n01440764/a.JPEG": "x",
    });
    const said = "no images of imagenet-r here: imagenet-r.tar.xz: xz, which is not supported; unpack it with tar -xJf";
    const imagenetR = await readBenchmark("imagenet-r");
    await expect(openDataFolder(imagenetR, join(root, "imagenet-r"))).rejects.toThrow(
      `${join(root, "imagenet-r")}: ${said}`,
    );
    const { problems } = await inspectData(root);
    expect(problems.find(({ kind }) => kind === "not recognized")?.message).toBe(said);
    const storeRoot = temporaryFolder();
    await expect(locateBenchmarks({ data: root, benchmarks: ["imagenet-r"], storeRoot })).rejects.toThrow(said);
    const { benchmarks, notes } = await locateBenchmarks({ data: root, storeRoot });
    expect(benchmarks.map(({ benchmark }) => benchmark.id)).toEqual(["imagenet-sketch"]);
    expect(notes.map(({ severity, text }) => [severity, text])).toEqual([
      ["note", `${join(root, "imagenet-r")}: ${said}`],
    ]);
  });

  it("for a data root that does not exist, is a file, is empty, or is a benchmark", async () => {
    const run = (data: string) => locateBenchmarks({ data, storeRoot: temporaryFolder() });
    await expect(run("/nowhere/at/all")).rejects.toThrow("/nowhere/at/all: no such folder");
    const val = tree({ "n01440764/0.JPEG": "x", "n02129165/1.JPEG": "x" });
    await expect(run(val)).rejects.toThrow(
      /: contains no folder of a benchmark, but looks like imagenet or .* itself; specify it as --data-dir imagenet=/,
    );
    await expect(run(join(val, "n01440764/0.JPEG"))).rejects.toThrow(/0\.JPEG: is a file; specify its folder/);
    const folder = tree({ "a/b.txt": "x" });
    const contents = "its folders are named a; expected folders or archives named like ";
    await expect(run(folder)).rejects.toThrow(`${folder}: no benchmark found: ${contents}`);
    await expect(inspectData(folder)).rejects.toThrow(
      `${folder}: neither a checkpoint (weights or .onnx files) nor data: ${contents}`,
    );
  });

  it("of a container by itself", async () => {
    const root = tree({ "imagenet-r.tar": makeTar([{ name: "imagenet-r/n01443537/art_0.jpg", content: "x" }]) });
    const { benchmarks } = await inspectData(join(root, "imagenet-r.tar"));
    expect(benchmarks.map(({ benchmark, root: place, images }) => [benchmark, place, images])).toEqual([
      ["imagenet-r", join(root, "imagenet-r.tar"), 1],
    ]);
  });
});
