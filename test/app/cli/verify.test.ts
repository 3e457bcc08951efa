import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Verification } from "../../../src/app/certification/verify-data.ts";
import { definitionFiles } from "../../data/benchmark/make-definition.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { noisePng, PATHS, writeDefinition, writeImages } from "./animals.ts";
import { checkpoints, shiftline } from "./run-cli.ts";

async function animals() {
  const folder = temporaryFolder();
  const definition = writeDefinition(join(folder, "definition"));
  const data = join(folder, "animals");
  writeImages(data, await Promise.all(PATHS.map((_, i) => noisePng(i))));
  const images = ["--data-dir", `animals=${data}`, "--benchmark", definition, "--store", join(folder, "store")];
  const evaluate = ["evaluate", join(checkpoints, "hf-split")];
  return { folder, data, images, evaluate };
}

function imagesOf(out: string) {
  const path = join(out, "hf-split/animals/three/single-1/run.json");
  return JSON.parse(readFileSync(path, "utf8")) as { images: { certified: string | null }; warnings: string[] };
}

describe("shiftline verify", () => {
  it("exits with 0 for a certified copy, which results name, and marks every number after a change", async () => {
    const { folder, data, images, evaluate } = await animals();
    const verified = await shiftline(["verify", ...images, "--json"]);
    expect(verified.status).toBe(0);
    const { certified, benchmarks } = JSON.parse(verified.stdout) as Verification;
    expect([certified, benchmarks[0]?.identity]).toEqual([true, expect.stringMatching(/^[0-9a-f]{64}$/)]);
    const out = join(folder, "results");
    expect(await shiftline([...evaluate, ...images, "--out", out, "--quiet"])).toMatchObject({ status: 0 });
    expect(imagesOf(out).images.certified).toBe(benchmarks[0]?.identity);

    writeFileSync(join(data, PATHS[5] as string), await noisePng(99));
    const changed = await shiftline(["verify", ...images]);
    expect([changed.status, changed.stdout]).toEqual([1, expect.stringContaining("WRONG  animals")]);
    const later = join(folder, "later");
    const { stderr } = await shiftline([...evaluate, ...images, "--out", later, "--quiet"]);
    const warning = `since it was certified, 1 image changed: ${PATHS[5]}`;
    expect(stderr).toContain(warning);
    expect(imagesOf(later).images.certified).toBeNull();
    expect(imagesOf(later).warnings).toContainEqual(expect.stringContaining(warning));
    expect((await shiftline(["table", later])).stdout).toContain(warning);
  });

  it("warns about images whose class contradicts their official number", async () => {
    const folder = temporaryFolder();
    const layouts = [
      { kind: "class-folders", key: "name" },
      { kind: "flat", pattern: "^val_(\\d{4})\\.png$", labels: "labels.txt" },
    ];
    const files = definitionFiles("pets", ["cat", "dog"], { layouts, images: 2, templates: "single-1" });
    const root = writeTree(folder, {
      ...files,
      "labels.txt": "0\n1\n",
      "images/cat/val_0002.png": await noisePng(0),
      "images/dog/val_0001.png": await noisePng(1),
    });
    const words = ["--data-dir", `pets=${root}/images`, "--benchmark", join(root, "pets.json"), "--dry-run"];
    const { stderr } = await shiftline([
      "evaluate",
      join(checkpoints, "hf-split"),
      ...words,
      "--out",
      join(root, "out"),
    ]);
    expect(stderr).toContain("2 images in a different class than the number in the name requires");
  });

  it.each([
    [[], /nothing to verify/],
    [["--data-dir", "imagenet=/nowhere/at-all"], /no such folder/],
    [["/nowhere/at-all"], /no such folder/],
  ])("exits with 1 and one line without data: %s", async (words, message) => {
    const { status, stdout, stderr } = await shiftline(["verify", ...words, "--store", temporaryFolder()]);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(message);
  });
});
