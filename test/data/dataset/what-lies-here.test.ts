import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inspectData } from "../../../src/app/inspection/inspect-data.ts";
import { readBenchmark } from "../../../src/data/benchmark/benchmark.ts";
import { openDataFolder } from "../../../src/data/dataset/locate.ts";
import { describeContents } from "../../../src/data/dataset/what-lies-here.ts";
import { locateBenchmarks } from "../../../src/evaluation/evaluate/locate-benchmarks.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { makeTar } from "../sources/make-tar.ts";

const imagenet = await readBenchmark("imagenet");
const v2 = await readBenchmark("imagenet-v2");
const objectnet = await readBenchmark("objectnet");
const tree = (files: Record<string, string | Uint8Array>) => writeTree(temporaryFolder(), files);
const bytes = (...numbers: number[]) => Uint8Array.from(numbers);

describe("describeContents", () => {
  it.each([
    ["validation-00000-of-00014.parquet", "PAR1…", /Parquet, which is not read here; write its images as files/],
    ["cache-validation.arrow", bytes(0xff, 0xff, 0xff, 0xff, 0, 1), /: Arrow, which is not read here/],
    ["data.arrow", "ARROW1\0\0", /: Arrow, which is not read here/],
    ["ILSVRC2012_img_val.tar", makeTar([{ name: "a.JPEG", content: "x" }]), /a packed tar.*unpack it with tar -xf/],
    ["imagenet-r.tar", "", /a packed tar/],
    ["imagenet-r.tar.gz", gzipSync("x"), /gzip, which is not read here; unpack it with tar -xzf/],
    ["set.tar.zst", bytes(0x28, 0xb5, 0x2f, 0xfd), /zstd, which is not read here; unpack it with tar --zstd -xf/],
    ["objectnet-1.0.zip", "PK\x03\x04", /zip, which is not read here; unpack it with unzip/],
    ["a.bin", "version https://git-lfs.github.com/spec/v1\n", /Git LFS pointers.*git lfs pull/],
    ["validation-00000-of-00128.tfrecord", "", /TFRecord/],
  ])("names a container and how it is unpacked: %s", (name, content, said) => {
    const text = describeContents(imagenet, tree({ [name]: content }));
    expect(text).toMatch(said);
    expect(text.startsWith(`${name}: `)).toBe(true);
  });

  it("counts the files of a kind", () => {
    const files = Object.fromEntries([0, 1, 2].map((i) => [`validation-${i}.parquet`, "PAR1"]));
    expect(describeContents(imagenet, tree(files))).toMatch(/^validation-0\.parquet and 2 more: Parquet/);
  });

  it("names the folder that is one level below", () => {
    const high = tree({ "val/n01440764/0.JPEG": "x", "train/x/0.JPEG": "x" });
    expect(describeContents(imagenet, high)).toBe(`did you mean ${join(high, "val")}?`);
    const flat = tree({ "ILSVRC2012_img_val/ILSVRC2012_val_00000001.JPEG": "x" });
    expect(describeContents(imagenet, flat)).toBe(`did you mean ${join(flat, "ILSVRC2012_img_val")}?`);
    const images = tree({ "images/air_freshener/a.png": "x", "mappings/a.json": "{}" });
    expect(describeContents(objectnet, images)).toBe(`did you mean ${join(images, "images")}?`);
    expect(describeContents(v2, tree({ "some/0/a.jpeg": "x" }))).toMatch(/did you mean .*some\?/);
  });

  it("says that numbers are none of the class list", () => {
    expect(describeContents(imagenet, tree({ "1/a.JPEG": "x", "2012/b.JPEG": "x" }))).toBe(
      "its folders are named by numbers (1, 2012), which are none of its class list; name them by wnid",
    );
  });

  it("says what else is there", () => {
    expect(describeContents(imagenet, temporaryFolder())).toBe("the folder is empty");
    expect(describeContents(imagenet, tree({ ".DS_Store": "x" }))).toBe("the folder is empty");
    expect(describeContents(imagenet, tree({ "a.jpg": "x", "b.jpg": "x" }))).toMatch(/^there are 2 images in it/);
    expect(describeContents(imagenet, tree({ "cats/a.jpg": "x" }))).toBe("its folders are called cats");
    expect(describeContents(imagenet, tree({ "README.md": "x" }))).toBe("it holds README.md");
  });
});

describe("what lies in a folder is told", () => {
  it("by a run", async () => {
    const high = tree({ "val/n01440764/0.JPEG": "x" });
    await expect(openDataFolder(imagenet, high)).rejects.toThrow(
      `no images of imagenet here: did you mean ${join(high, "val")}?`,
    );
  });

  it("by a run with a data root that is not there, or is a benchmark itself", async () => {
    const run = (data: string) => locateBenchmarks({ data, storeRoot: temporaryFolder() });
    await expect(run("/nowhere/at/all")).rejects.toThrow("/nowhere/at/all: no such folder");
    const val = tree({ "n01440764/0.JPEG": "x" });
    await expect(run(val)).rejects.toThrow(
      `${val}: holds no folder of a benchmark, but looks like imagenet itself; give it as --data-dir imagenet=${val}`,
    );
  });

  it("by an inspection", async () => {
    const root = tree({ "imagenet-r/imagenet-r.tar": makeTar([]) });
    const { problems } = await inspectData(root);
    expect(problems.find(({ kind }) => kind === "not recognised")?.message).toMatch(
      /of it: imagenet-r\.tar: a packed tar, which is not read here; unpack it with tar -xf$/,
    );
  });
});
