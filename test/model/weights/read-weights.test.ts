import { copyFileSync, mkdirSync, readFileSync, realpathSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readWeights } from "../../../src/model/weights/read-weights.ts";
import type { StoredTensor } from "../../../src/model/weights/weights.ts";
import { temporaryFolder } from "../../helpers.ts";
import { tensorBytes } from "./fixture-bytes.ts";

interface Expected {
  readonly format: string;
  readonly tensors: Record<string, { readonly type: string; readonly shape: number[]; readonly bytes: string }>;
  readonly unusable: string[];
  readonly values: Record<string, number>;
  readonly notes: number;
}

const folder = join(import.meta.dirname, "../../fixtures/weights");
const { files } = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as {
  files: Record<string, Expected>;
};

const read = (name: string) => readWeights(join(folder, name));
const described = ({ type, shape }: StoredTensor, bytes: string) => ({ type, shape, bytes });

describe("readWeights", () => {
  it.each(Object.keys(files))("finds in %s the values that PyTorch and safetensors read from it", async (name) => {
    const weights = await read(name);
    const expected = files[name] as Expected;
    const found = [...weights.tensors].map(([key, tensor]) => [key, described(tensor, tensorBytes(tensor))]);
    expect(Object.fromEntries(found)).toEqual(expected.tensors);
    expect([...weights.unusable.keys()].sort()).toEqual(expected.unusable);
    expect(Object.fromEntries(weights.values)).toEqual(expected.values);
    expect(weights.notes).toHaveLength(expected.notes);
    expect(weights.format).toBe(expected.format);
    expect([...weights.tensors].every(([key, tensor]) => tensor.name === key)).toBe(true);
  });

  it("reports strides only if elements are not row-major; the stride of an axis of size 1 does not matter", async () => {
    const { tensors } = await read("views.pt");
    const strides = Object.fromEntries([...tensors].map(([name, tensor]) => [name, tensor.strides]));
    expect(strides).toEqual({
      base: null,
      same: null,
      row: null,
      rows: null,
      columns: [4, 1],
      "every.second": [8, 1],
      transposed: [1, 4],
      permuted: [1, 12, 4],
      expanded: [0, 1],
      channels_last: [12, 1, 6, 3],
      "axis.of.one": null,
      scalar: null,
      "empty.at.end": null,
    });
  });

  it("lets tensors share a storage: two names have one location", async () => {
    const { tensors } = await read("views.pt");
    const [base, same, rows] = ["base", "same", "rows"].map((name) => tensors.get(name) as StoredTensor);
    expect(same).toEqual({ ...base, name: "same" });
    expect(rows?.offset).toBe((base?.offset ?? 0) + 16);
  });

  it("reports why a tensor cannot be used, and reads the rest", async () => {
    const views = await read("views.pt");
    expect(views.unusable.get("negated")).toMatch(/negates or conjugates/);
    expect(views.unusable.get("conjugated")).toMatch(/negates or conjugates/);
    expect(views.unusable.get("sparse")).toMatch(/torch\._utils\._rebuild_sparse_tensor/);
    expect((await read("types.pt")).unusable.get("float8_e5m2")).toMatch(/float8_e5m2/);
    expect((await read("types.safetensors")).unusable.get("uint16")).toMatch(/U16/);
    expect((await read("parameters.pt")).unusable.get("array")).toMatch(/numpy/);
  });

  it("reports where the state dict was, which other entries contain tensors, and which prefix was removed", async () => {
    expect((await read("training.pt")).notes).toEqual([
      'the state dict is the entry "state_dict"; the tensors of "state_dict_ema" are not read',
      "module. was removed from the names of tensors",
    ]);
    expect((await read("compiled-parts.pt")).notes).toEqual([
      "module. and _orig_mod. were removed from the names of tensors",
    ]);
  });

  it("follows the links of the Hub's cache, and reports their targets", async () => {
    const root = temporaryFolder();
    const names = [
      "model.safetensors.index.json",
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
    ];
    for (const folder of ["blobs", "snapshot"]) mkdirSync(join(root, folder));
    for (const [i, name] of names.entries()) {
      copyFileSync(join(folder, "sharded", name), join(root, "blobs", String(i)));
      symlinkSync(join("..", "blobs", String(i)), join(root, "snapshot", name));
    }
    const weights = await readWeights(join(root, "snapshot", names[0] as string));
    const blobs = names.map((_, i) => realpathSync(join(root, "blobs", String(i))));
    expect(weights.files).toEqual(blobs);
    expect(weights.tensors.get("a.weight")?.file).toBe(blobs[1]);
  });

  it("reads only the header of a file of 600 MB", async () => {
    const path = join(temporaryFolder(), "large.safetensors");
    const header = Buffer.from(JSON.stringify({ a: { dtype: "F32", shape: [15e7], data_offsets: [0, 6e8] } }));
    const length = Buffer.alloc(8);
    length.writeUInt32LE(header.length);
    writeFileSync(path, Buffer.concat([length, header]));
    truncateSync(path, 8 + header.length + 6e8); // a sparse file: it takes no disk space
    const { arrayBuffers } = process.memoryUsage();
    const { tensors } = await readWeights(path);
    expect(tensors.get("a")?.byteLength).toBe(6e8);
    expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(1e6);
  });

  it("names real paths: of the weights, of each shard and of their index", async () => {
    const { files: found, tensors } = await read("sharded/model.safetensors.index.json");
    const names = [
      "model.safetensors.index.json",
      "model-00001-of-00002.safetensors",
      "model-00002-of-00002.safetensors",
    ];
    expect(found).toEqual(names.map((name) => realpathSync(join(folder, "sharded", name))));
    expect(tensors.get("logit_scale")?.file).toBe(found[2]);
  });
});
