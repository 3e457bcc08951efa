import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clipTokenizerJson } from "../../../src/model/tokenizer/clip-tokenizer-json.ts";
import { temporaryFolder } from "../../helpers.ts";
import { huggingFaceFolder } from "../../model/checkpoint/tiny-checkpoint.ts";
import { noisePng, PATHS, writeDefinition, writeImages } from "./animals.ts";
import { type CliResult, checkpoints, demo, shiftline } from "./run-cli.ts";

/** An open_clip export of a text encoder that depends on case, punctuation and padding; see test/fixtures/README.md. */
const SIGLIP = join(checkpoints, "siglip-open-clip");
const animals = mkdtempSync(join(tmpdir(), "shiftline-animals-"));

/** Its files under Hugging Face's names, or unchanged; `config` replaces its open_clip_config.json. */
function copied(name: string, names: "hugging-face" | "open_clip", config?: object): string {
  const folder = join(temporaryFolder(), name);
  cpSync(SIGLIP, folder, { recursive: true });
  if (config !== undefined) writeFileSync(join(folder, "open_clip_config.json"), JSON.stringify(config));
  if (names === "hugging-face") {
    renameSync(join(folder, "visual.onnx"), join(folder, "vision_model.onnx"));
    renameSync(join(folder, "textual.onnx"), join(folder, "text_model.onnx"));
  }
  return folder;
}

/** The same without text settings: then the file names decide between open_clip's cleaning and none. */
function silent(name: string, names: "hugging-face" | "open_clip"): string {
  const { preprocess_cfg, model_cfg } = JSON.parse(readFileSync(join(SIGLIP, "open_clip_config.json"), "utf8"));
  return copied(name, names, { preprocess_cfg, model_cfg: { vision_cfg: model_cfg.vision_cfg } });
}

/** A template that open_clip's cleaning changes: a character reference, and a full-width letter. */
function oddTemplate(): string {
  const path = join(temporaryFolder(), "odd.txt");
  writeFileSync(path, "an ｅmoji of a &#100;og &amp; a {}\n");
  return path;
}

interface Place {
  readonly out: string;
  readonly store: string;
}

function place(): Place {
  const root = temporaryFolder();
  return { out: join(root, "results"), store: join(root, "store") };
}

/** Images and classes: ImageNet's demo, or three classes of noise, which need few prompts. */
const SETS = {
  demo: ["--benchmark", "imagenet", "--data-dir", `imagenet=${demo}`, "--allow-incomplete"],
  animals: [] as string[],
};

beforeAll(async () => {
  const images = await Promise.all(PATHS.map((_, i) => noisePng(i)));
  const definition = writeDefinition(join(animals, "definition"));
  writeImages(join(animals, "images"), images);
  SETS.animals = ["--benchmark", definition, "--data-dir", `animals=${join(animals, "images")}`];
});
afterAll(() => rmSync(animals, { recursive: true }));

function run(
  paths: readonly string[],
  { out, store }: Place,
  templates: string,
  set: keyof typeof SETS = "animals",
): Promise<CliResult> {
  return shiftline(["evaluate", ...paths, ...SETS[set], "--templates", templates, "--out", out, "--store", store]);
}

async function runWell(...args: Parameters<typeof run>): Promise<CliResult> {
  const result = await run(...args);
  expect(result.stderr).not.toMatch(/defect/);
  expect(result.status).toBe(0);
  return result;
}

function recordOf(out: string, id: string, templates: string) {
  return JSON.parse(readFileSync(join(out, id, "animals", "three", templates, "run.json"), "utf8"));
}

const predictions = (out: string, id: string, templates: string, set = join("animals", "three")) =>
  readFileSync(join(out, id, set, templates, "predictions.csv"), "utf8");

describe("text settings decide what is stored and compared", () => {
  it("follow open_clip's configuration under Hugging Face's names, as open_clip does", async () => {
    const at = place();
    await runWell([copied("renamed", "hugging-face")], at, "simple-7", "demo");
    const text = predictions(at.out, "renamed", "simple-7", join("imagenet", "1000"));
    const ours = parse(text, { columns: true }) as Record<string, string>[];
    const expected = parse(readFileSync(join(checkpoints, "siglip-open-clip.simple-7.expected.csv")), {
      columns: true,
    });
    const byImage = new Map(ours.map((row) => [row.image, row]));
    expect(expected).toHaveLength(123);
    for (const row of expected as Record<string, string>[]) {
      const our = byImage.get(row.file);
      // Summation order in another runtime: measured at most 7e-7
      expect(Number(our?.score1)).closeTo(Number(row.score1) / 100, 1e-5);
    }
    const differing = (expected as Record<string, string>[]).filter(
      ({ file, top1 }) => byImage.get(file)?.top1 !== top1,
    );
    expect(differing.length).toBe(0);
  }, 60_000);

  it("keep embeddings of the same files with different tokenization separate, in one store, in any order, and in one command", async () => {
    const templates = oddTemplate();
    const folders = [silent("hf", "hugging-face"), silent("oc", "open_clip")] as const;
    const fresh: string[] = [];
    for (const [i, folder] of folders.entries()) {
      const at = place();
      await runWell([folder], at, templates);
      fresh.push(predictions(at.out, ["hf", "oc"][i] as string, "odd"));
    }
    expect(fresh[0]).not.toBe(fresh[1]);
    for (const commands of [[[0], [1]], [[1], [0]], [[0, 1]]]) {
      const at = place();
      for (const command of commands) {
        await runWell(
          command.map((i) => folders[i] as string),
          at,
          templates,
        );
      }
      expect(["hf", "oc"].map((id) => predictions(at.out, id, "odd"))).toEqual(fresh);
    }
  }, 120_000);

  it("refuse the same files with other text settings under a name that has results", async () => {
    const at = place();
    const templates = oddTemplate();
    const folders = [silent("same", "hugging-face"), silent("same", "open_clip")] as const;
    await runWell([folders[0]], at, templates);
    const { status, stderr } = await run([folders[1]], at, "single-1");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /same: contains results of the same files with different text settings \(cleaning, padding, context length\)/,
    );
  }, 60_000);

  it("write what decided the token ids into run.json, with its hash in the recipe", async () => {
    const at = place();
    await runWell([SIGLIP], at, "single-1");
    const record = recordOf(at.out, "siglip-open-clip", "single-1");
    expect(record.recipe.text_sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(record.checkpoint.text).toEqual({
      sha256: record.recipe.text_sha256,
      tokenizer_sha256: record.checkpoint.files.find(({ role }: { role: string }) => role === "tokenizer").sha256,
      encoding: "tokenizer.json",
      cleaning: "canonicalize",
      cleaning_source: "open_clip_config.json",
      context_length: 48,
      context_source: "the fixed token axis of textual.onnx",
      pad_id: 1,
      pad_source: 'tokenizer_config.json: pad_token "</s>"',
      pad_attended: false,
    });
  }, 60_000);
});

describe("padding that affects the embeddings and is not in any file", () => {
  function unmasked(): string {
    const folder = huggingFaceFolder({
      split: true,
      text: { vocabulary: 49_408, endOfText: 49_407, pooling: "mean" },
      files: { "tokenizer.json": JSON.stringify(clipTokenizerJson()), "tokenizer_config.json": "{}" },
    });
    const named = join(temporaryFolder(), "mobile");
    cpSync(folder, named, { recursive: true });
    return named;
  }

  it("causes a warning in every run, stored or not, and in run.json", async () => {
    const at = place();
    const folder = unmasked();
    for (const _ of ["fresh", "stored"]) {
      const { stderr } = await runWell([folder], at, "single-1");
      const text = "mobile: text embeddings depend on the padding id, and no file states the id of training: 0 is used";
      expect(stderr).toContain(text);
      expect(recordOf(at.out, "mobile", "single-1").warnings).toContainEqual(expect.stringContaining(text));
    }
  }, 60_000);

  it("causes no warning if a file specifies it", async () => {
    const folder = unmasked();
    writeFileSync(
      join(folder, "open_clip_config.json"),
      JSON.stringify({ model_cfg: { text_cfg: { context_length: 77, vocab_size: 49_408 } } }),
    );
    expect((await runWell([folder], place(), "single-1")).stderr).not.toMatch(/depend on the padding id/);
  }, 60_000);
});
