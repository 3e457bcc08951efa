import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findContainerFiles } from "../../../src/data/sources/container-files.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";

function folderOf(...paths: string[]): string {
  return writeTree(temporaryFolder(), Object.fromEntries(paths.map((path) => [path, ""])));
}

const find = (root: string, picked?: string[]) => findContainerFiles(root, [".parquet", ".zip"], { picked });
const shards = (name: string, of: number) =>
  Array.from({ length: of }, (_, i) => `${name}-0000${i}-of-0000${of}.parquet`);

describe("findContainerFiles", () => {
  it.each([
    ["shards with the Hub's names", shards("data/validation", 2), shards("data/validation", 2)],
    ["with a name before", shards("imagenet-1k-validation", 3), shards("imagenet-1k-validation", 3)],
    ["in the folder of a split", ["default/validation/0000.parquet"], ["default/validation/0000.parquet"]],
    ["a single file", ["validation.parquet"], ["validation.parquet"]],
    ["a download", ["objectnet-1.0.zip"], ["objectnet-1.0.zip"]],
    ["capital letters", ["Set.ZIP"], ["Set.ZIP"]],
    ["shards next to single files", [...shards("validation", 2), "devkit.zip"], shards("validation", 2)],
  ])("finds %s", async (_, paths, expected) => {
    const found = await find(folderOf(...paths));
    expect(found?.sets.flatMap(({ files }) => files)).toEqual(expected);
    expect(found).toMatchObject({ rival: null, notes: [] });
  });

  it("chooses validation over train and test, with test as a rival; test over train alone", async () => {
    const root = folderOf(...["train", "validation", "test"].flatMap((split) => shards(`data/${split}`, 2)));
    const found = await find(root);
    expect(found?.sets.map(({ files }) => files)).toEqual([shards("data/validation", 2)]);
    expect(found?.rival?.files).toEqual(shards("data/test", 2));
    expect(found?.notes).toHaveLength(2);
    expect(found?.notes[0]).toBe(
      `${root}: reading the shards named data/validation-*.parquet; skipped: 2 named data/test-*.parquet`,
    );
    const splits = folderOf("default/train/0000.parquet", "default/test/0000.parquet");
    expect((await find(splits))?.sets.map(({ files }) => files)).toEqual([["default/test/0000.parquet"]]);
    const both = await find(folderOf("test/0.zip", "validation/0.zip"));
    expect(both?.sets.map(({ files }) => files)).toEqual([["validation/0.zip"]]);
    expect(both?.rival?.files).toEqual(["test/0.zip"]);
  });

  it("returns every single file except training files, where none is named like a held-out split", async () => {
    const found = await find(folderOf("train.zip", "a.zip", "b.zip"));
    expect(found?.sets.map(({ files }) => files)).toEqual([["a.zip"], ["b.zip"]]);
    expect((await find(folderOf("train.zip")))?.sets[0]).toMatchObject({ files: ["train.zip"], isTraining: true });
    expect((await find(folderOf("train.zip", "val.zip")))?.sets.map(({ files }) => files)).toEqual([["val.zip"]]);
    expect(await find(folderOf("train.tar", "a.txt"))).toBeNull();
  });

  it("ignores a training set where the held-out split is a single file or in the next folder", async () => {
    const filesIn = async (...paths: string[]) => (await find(folderOf(...paths)))?.sets.flatMap(({ files }) => files);
    expect(await filesIn(...shards("train", 2), "validation.parquet")).toEqual(["validation.parquet"]);
    expect(await filesIn(...shards("train", 2), ...shards("data/val", 2))).toEqual(shards("data/val", 2));
    expect(await filesIn(...shards("val", 2), "devkit.zip")).toEqual(shards("val", 2));
    await expect(filesIn(...shards("val-small", 2), "val.parquet")).rejects.toThrow(
      /more than one set: val-small-00000-of-00002\.parquet, val\.parquet/,
    );
  });

  it("refuses shards of two sets, and states how to choose", async () => {
    const root = folderOf("a-0.zip", "b-0.zip");
    await expect(find(root)).rejects.toThrow(
      `${root}: shards of more than one set: a-0.zip, b-0.zip; choose those to read with --data-dir ID=${join(root, "PREFIX*")}`,
    );
    const picked = await find(root, ["b-0.zip"]);
    expect(picked?.sets.map(({ files }) => files)).toEqual([["b-0.zip"]]);
  });

  it("sorts selected shards by number, and other selected files by name", async () => {
    const numbered = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((i) => `v-${i}.zip`);
    expect((await find("unused", numbered))?.sets[0]?.files).toEqual([...numbered].reverse());
    expect((await find("unused", ["b.zip", "a.zip"]))?.sets[0]?.files).toEqual(["a.zip", "b.zip"]);
    await expect(find("root", ["v-0.zip", "v-2.zip"])).rejects.toThrow("root/v-1.zip: missing");
  });
});
