import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CheckpointFacts } from "../../../src/model/checkpoint/checkpoint-facts.ts";
import { type CheckpointSettings, decideSettings } from "../../../src/model/checkpoint/checkpoint-settings.ts";
import { readCheckpointFacts } from "../../../src/model/checkpoint/companion-files.ts";
import type { FoundGraph } from "../../../src/model/checkpoint/found-checkpoint.ts";
import { parseModelConfigs } from "../../../src/model/checkpoint/model-config.ts";
import { resolveCheckpoint } from "../../../src/model/checkpoint/resolve-checkpoint.ts";
import { readOnnxModel } from "../../../src/model/onnx/onnx-model.ts";
import { openTokenizer } from "../../../src/model/tokenizer/tokenizer.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { layoutOf, makeFacts } from "./make-facts.ts";
import { huggingFaceFolder, openClipFolder, wordTokenizer, wordTokenizerConfig } from "./tiny-checkpoint.ts";
import { tinyText, tinyVision } from "./tiny-towers.ts";

function readGraphs({ root, graphs }: CheckpointFacts): FoundGraph[] {
  return graphs.map((file) => ({ file, model: readOnnxModel(join(root, file)), bytes: 0 }));
}

function settingsOf(facts: CheckpointFacts, graphs: readonly FoundGraph[]): CheckpointSettings {
  const layout = layoutOf(facts);
  const graphOf = (name: string) => graphs.find(({ file }) => file === name) as FoundGraph;
  const [vision, text] = [graphOf(layout.vision), graphOf(layout.text)];
  return decideSettings({ facts, layout, configs: parseModelConfigs(facts), vision, text, weights: null }, undefined);
}

const damaged = "{ not JSON";

describe("the content of a checkpoint's folder", () => {
  it("is read once: later changes of a file have no effect", async () => {
    const folder = huggingFaceFolder({ split: true, files: { "config.json": '{"model_type": "clip"}' } });
    const facts = await readCheckpointFacts(folder);
    const graphs = readGraphs(facts);
    const expected = settingsOf(facts, graphs);
    const small = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile());
    expect(small.sort()).toEqual([...facts.companions.keys()].sort());
    for (const name of small) writeFileSync(join(folder, name), damaged);
    expect(settingsOf(facts, graphs)).toEqual(expected);
    const { source, contextLength } = expected.textSettings as NonNullable<CheckpointSettings["textSettings"]>;
    const tokenizer = openTokenizer(source);
    expect([...tokenizer.encode("a photo of a dog", contextLength)]).toEqual([2, 3, 4, 2, 5, 99]);
    expect([tokenizer.padId, contextLength]).toEqual([0, 24]);
    await expect(resolveCheckpoint(folder)).rejects.toThrow(/not JSON/);
    rmSync(folder, { recursive: true });
    expect(settingsOf(facts, graphs)).toEqual(expected);
  });

  it("has the same effect for any order of the files", () => {
    const folder = writeTree(temporaryFolder(), { "vision_model.onnx": tinyVision(), "text_model.onnx": tinyText() });
    const facts = makeFacts(
      {
        "vision_model.onnx": "",
        "text_model.onnx": "",
        "preprocessor_config.json": { image_processor_type: "CLIPImageProcessor", size: 8, crop_size: 8 },
        "processor_config.json": { processor_class: "CLIPProcessor" },
        "open_clip_config.json": { model_cfg: { vision_cfg: { image_size: 8 } }, preprocess_cfg: { mean: [0, 0, 0] } },
        "config.json": { model_type: "clip", text_config: { max_position_embeddings: 32 } },
        "tokenizer.json": wordTokenizer(),
        "onnx/tokenizer.json": damaged,
        "tokenizer_config.json": wordTokenizerConfig,
        "special_tokens_map.json": { pad_token: "</s>" },
        "vocab.json": damaged,
        "merges.txt": "",
      },
      folder,
    );
    const graphs = readGraphs(facts);
    const expected = settingsOf(facts, graphs);
    expect(expected.warnings).toHaveLength(1); // open_clip's configuration specifies different preprocessing
    fc.assert(
      fc.property(fc.shuffledSubarray([...facts.companions], { minLength: facts.companions.size }), (companions) => {
        expect(settingsOf({ ...facts, companions: new Map(companions) }, graphs)).toEqual(expected);
      }),
      { seed: 17, numRuns: 30 },
    );
  });

  it("may include damaged files that are not needed; a damaged file that is needed is named", async () => {
    const unneeded = { "modules.json": damaged, "preprocessor_config.json": damaged, "preprocess_cfg.json/x": "" };
    const folder = openClipFolder({ files: { "modules.json": damaged, "preprocessor_config.json": damaged } });
    expect((await resolveCheckpoint(folder)).preprocessing.files).toEqual(["open_clip_config.json"]);
    const withFolder = openClipFolder({ files: unneeded });
    await expect(resolveCheckpoint(withFolder)).rejects.toThrow(
      `${join(withFolder, "preprocess_cfg.json")}: expected a file, found a folder`,
    );
    writeFileSync(join(folder, "open_clip_config.json"), damaged);
    await expect(resolveCheckpoint(folder)).rejects.toThrow(
      `${join(folder, "open_clip_config.json")}: not JSON: line 1, column 3`,
    );
    writeFileSync(join(folder, "open_clip_config.json"), Uint8Array.of(0x22, 0xff, 0x22));
    await expect(resolveCheckpoint(folder)).rejects.toThrow(`${join(folder, "open_clip_config.json")}: not UTF-8 text`);
  });

  it("has one tokenizer that is read; the existence of others is recorded", async () => {
    const files = { "textual/tokenizer.json": wordTokenizer(), "onnx/tokenizer.json": "x".repeat(1000) };
    const { companions } = await readCheckpointFacts(openClipFolder({ files }));
    expect(companions.get("textual/tokenizer.json")?.bytes).not.toBeNull();
    expect(companions.get("onnx/tokenizer.json")).toMatchObject({ isFile: true, bytes: null, fault: null });
  });

  it("has one layout even if a folder has a graph's name", async () => {
    const folder = openClipFolder();
    mkdirSync(join(folder, "more.onnx"));
    writeTree(folder, { "other.onnx/model.onnx": tinyVision() });
    const { graphs } = await readCheckpointFacts(folder);
    expect(graphs).toEqual(["other.onnx/model.onnx", "textual.onnx", "visual.onnx"]);
  });
});
