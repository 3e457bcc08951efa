import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import {
  readTensors,
  shardTensors,
  weightBytes,
  weightFolder,
  weightPath,
} from "../../model/checkpoint/weight-folders.ts";
import { shiftline } from "./run-cli.ts";

/** The printed facts by their names. */
function facts(stdout: string): Record<string, string> {
  return Object.fromEntries(
    stdout
      .split("\n\n")[0]
      ?.split("\n")
      .map((line) => line.split(/ {2,}/, 2)) ?? [],
  );
}

it("inspect describes weights given as a folder, a file or an index of shards", async () => {
  const folder = weightFolder("hf-clip", shardTensors(readTensors(weightBytes("hf-clip"))));
  for (const path of [folder, join(folder, "model.safetensors.index.json")]) {
    const { status, stdout } = await shiftline(["inspect", path]);
    expect(status).toBe(0);
    expect(facts(stdout)).toMatchObject({
      layout: "hugging-face",
      architecture: "ViT of 2 blocks, width 48, patches of 8 px, 64 px (config.json)",
      weights: "safetensors, 0.54 MB used of 0.56; image_embeds: 0.07 M float32; text_embeds: 0.06 M float32",
      work: expect.stringMatching(/^0\.0\d+ GFLOP per image, 0\.00\d+ GFLOP per text of 32 tokens$/),
      preprocessing: expect.stringMatching(/^64×64, squash, bilinear, .* \(preprocessor_config.json\)$/),
      "context length": "32 (tokenizer_config.json), prompts at variable length (verified)",
    });
    expect(stdout).toMatch(/model-00001-of-00002.safetensors +weights +\d/);
    expect(stdout).toContain(
      "image activation: the graph has QuickGELU x2, as config.json (hidden_act quick_gelu) states",
    );
  }
  const json = await shiftline(["inspect", "--json", folder]);
  const { weights, image } = JSON.parse(json.stdout);
  expect(weights).toMatchObject({ format: "safetensors", source: "config.json", unused: [] });
  expect(image.gflops).toBe((2 * weights.image.multiplyAdds) / 1e9);
});

it("inspect refuses weights without a description, and treats a folder of images with a meta.bin as data", async () => {
  const epoch = await shiftline(["inspect", weightPath("tiny.pt")]);
  expect([epoch.status, epoch.stdout]).toEqual([1, ""]);
  expect(epoch.stderr).toMatch(
    /tiny.pt: no file describes its architecture; .* add its open_clip_config.json to the folder/,
  );
  const data = writeTree(temporaryFolder(), { "meta.bin": "x", "val/n01440764/a.txt": "x" });
  expect((await shiftline(["inspect", data])).stderr).not.toMatch(/not a checkpoint|weights/);
});
