import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { madeWith } from "../../../src/evaluation/results/made-with.ts";
import { checkRun, formatRun, parseRun, type RunRecord } from "../../../src/evaluation/results/run-file.ts";
import { summarizeRun } from "../../../src/output/report/run-summary.ts";
import { sampleResult } from "./sample-result.ts";

const preprocessing = {
  size: { height: 224, width: 224 },
  resizeMode: "shortest",
  interpolation: "bicubic",
  mean: [0.5, 0.5, 0.5],
};

const record: RunRecord = {
  schema: 1,
  shiftline: { version: "0.1.0", commit: "0123456789abcdef" },
  recipe: {
    fingerprint: "f".repeat(64),
    preprocessing,
    benchmark_version: 3,
    definition: { protocol: "p" },
    manifest_sha256: "m",
    templates_sha256: "t",
    class_names_sha256: "c",
    text_sha256: null,
    provider: "cpu",
    precision: "float32",
  },
  checkpoint: {
    id: "a",
    layout: "open_clip",
    files: [{ role: "vision", path: "visual.onnx", bytes: 1, sha256: "v" }],
    preprocessing: { ...preprocessing, source: "open_clip_config.json", rule: "Pillow" },
    tokenizer: null,
    text: null,
    notes: ["a note"],
  },
  benchmark: { id: "imagenet", version: 3, sha256: "b", protocol: "1000", classes: 1000, pre_crop: 0 },
  prompts: {
    templates: { id: "openai-80", sha256: "t", n: 80 },
    class_names: { id: "imagenet-openai", sha256: "c", n: 1000 },
  },
  images: {
    n: 10,
    expected: 10,
    skipped: [{ image: "a.jpg", reason: "not an image" }],
    layout: "class-folders",
    manifest_sha256: "m",
    content_sha256: "x",
    certified: null,
  },
  warnings: ["labels"],
  options: { limit: 10 },
  store: { folder: "store", parts: 1 },
  versions: { node: "20.20.2" },
  machine: { cpu: "CPU", cores: 2, platform: "linux-x64" },
  allocation: { threads: 2, threadsFrom: "CPU affinity", memory: 1e9, memoryFrom: "machine" },
  runtime: { provider: "cpu", precision: "float32", threads: 2 },
  threads: 2,
  batch_size: 8,
  execution_provider: "cpu",
  started: "2026-01-01T00:00:00.000Z",
  seconds: { embedding: 1.5, scoring: 0.25 },
  images_embedded: 10,
  images_per_second: null,
};
const metrics = sampleResult({}, 5);
const parse = (content: object) => parseRun(JSON.stringify(content), "run.json");

describe("run.json", () => {
  it("is read back unchanged", () => {
    expect(parseRun(formatRun(record), "run.json")).toEqual(record);
    expect(() => checkRun(parse(record), metrics, "run.json")).not.toThrow();
    expect(madeWith(parse(record))).toEqual({
      ...{ benchmarkVersion: 3, definition: { protocol: "p" }, templates: "t", classNames: "c" },
    });
  });

  it("names the compiled weights, for display in a report", () => {
    const architecture = { name: "ViT-B-32", source: "--arch ViT-B-32", format: "pytorch" };
    const ofWeights: RunRecord = { ...record, checkpoint: { ...record.checkpoint, architecture } };
    expect(parseRun(formatRun(ofWeights), "run.json")).toEqual(ofWeights);
    const said = summarizeRun(parse(ofWeights), metrics).recipe.find(([name]) => name === "architecture");
    expect(said?.[1]).toBe("ViT-B-32, from pytorch weights; described by --arch ViT-B-32");
  });

  it("may lack any part: older versions wrote fewer parts", () => {
    for (const name of Object.keys(record) as (keyof RunRecord)[]) {
      const { [name]: _, ...rest } = record;
      expect(parse(rest)).toEqual(rest);
      expect(() => checkRun(parse(rest), metrics, "run.json")).not.toThrow();
    }
    for (const name of Object.keys(record.recipe) as (keyof RunRecord["recipe"])[]) {
      const { [name]: _, ...recipe } = record.recipe;
      expect(parse({ ...record, recipe }).recipe).toEqual(recipe);
    }
    expect(madeWith(parse({}))).toEqual({});
    expect(summarizeRun(parse({}), metrics)).toMatchObject({ checkpoint: "a", n: 10, skipped: 0, recipe: [] });
  });

  it("of every shipped result is complete, and belongs to that result", () => {
    const base = join(import.meta.dirname, "../../../results/emojishift");
    const paths = readdirSync(base, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith("run.json"));
    expect(paths.length).toBeGreaterThan(200);
    for (const path of paths) {
      const text = readFileSync(join(base, path), "utf8");
      expect(parseRun(text, path)).toEqual(JSON.parse(text));
    }
  });

  it.each([
    ["a list", [], /^run\.json: the whole file: /],
    ["another schema", { schema: 2 }, /^run\.json: schema: not a run of schema 1, which is what this version reads$/],
    ["a number as fingerprint", { recipe: { fingerprint: 5 } }, /^run\.json: recipe\.fingerprint: /],
    ["warnings that are no list", { warnings: "labels" }, /^run\.json: warnings: /],
    ["a checkpoint without a name", { checkpoint: {} }, /^run\.json: checkpoint\.id: /],
    ["a number of images as text", { images: { n: "10" } }, /^run\.json: images\.n: /],
  ])("is refused with %s", (_, content, message) => {
    expect(() => parse(content)).toThrow(message);
  });

  it("is read without purely informative parts if these have another form", () => {
    const content = {
      ...record,
      shiftline: "0.1.0",
      threads: "two",
      recipe: { ...record.recipe, benchmark_version: "3", definition: [] },
    };
    const run = parse(content);
    expect([run.shiftline, run.threads, run.recipe?.benchmark_version]).toEqual([undefined, undefined, undefined]);
    expect(madeWith(run)).toEqual({ templates: "t", classNames: "c" });
  });

  it.each([
    ["checkpoint", { checkpoint: "b" }],
    ["benchmark", { benchmark: "imagenet-r" }],
    ["protocol", { protocol: "200" }],
    ["templates", { templates: "simple-7" }],
    ["class names", { classNames: "mine" }],
    ["images", { n: 9 }],
    ["expected images", { expectedN: 9 }],
  ])("is refused with metrics of another %s", (name, changed) => {
    const [value] = Object.values(changed);
    expect(() => checkRun(parse(record), { ...metrics, ...changed }, "run.json")).toThrow(
      new RegExp(`^run\\.json: ${name}: .*, but metrics\\.json in the same folder states ${value}$`),
    );
  });
});

describe("the summary of a run", () => {
  it("contains the recipe of a result, without paths of the machine", () => {
    const { recipe, ...rest } = summarizeRun(record as never, metrics);
    expect(rest).toMatchObject({ checkpoint: "a", skipped: 1, warnings: ["labels"], notes: ["a note"] });
    expect(Object.fromEntries(recipe)).toMatchObject({
      Shiftline: "0.1.0, commit 0123456789",
      preprocessing: "224×224, shortest, bicubic (open_clip_config.json); Pillow",
      benchmark: "version 3, 1000 classes, SHA-256 b",
      templates: "80, SHA-256 t",
      "run on": "CPU, 2 cores, linux-x64",
      seconds: "embedding 1.5, scoring 0.25",
    });
    expect(JSON.stringify(recipe)).not.toMatch(/store|visual\.onnx/);
  });
});
