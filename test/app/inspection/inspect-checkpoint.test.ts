import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { inspectCheckpoint } from "../../../src/app/inspection/inspect-checkpoint.ts";
import { openCheckpoint } from "../../../src/model/checkpoint/open-checkpoint.ts";
import { fixtures } from "../../helpers.ts";
import { huggingFaceFolder, openClipConfig, openClipFolder } from "../../model/checkpoint/tiny-checkpoint.ts";

/** name → "status: detail" of an inspection's checks. */
async function checksOf(folder: string): Promise<Record<string, string>> {
  const { checks } = await inspectCheckpoint(folder);
  return Object.fromEntries(checks.map(({ name, status, detail }) => [name, `${status}: ${detail}`]));
}

describe("inspectCheckpoint", () => {
  it("describes a sound export, with every check ok", async () => {
    const folder = openClipFolder();
    const inspection = await inspectCheckpoint(folder);
    const checkpoint = await openCheckpoint(folder);
    expect(inspection).toMatchObject({
      id: checkpoint.id,
      layout: "open_clip",
      fingerprint: checkpoint.fingerprint,
      files: checkpoint.files,
      preprocessing: checkpoint.preprocessing,
      preprocessingSource: "open_clip_config.json",
      tokenizer: { cleaning: "open_clip", vocabularySize: 49_408, padId: 0, endOfText: 49_407 },
      contextLength: 77,
      contextSource: "open_clip_config.json",
      ownLength: true,
    });
    expect(inspection.image).toEqual({
      file: "visual.onnx",
      inputs: [{ name: "image", type: "float32", shape: ["batch", 3, 8, 8] }],
      outputs: [{ name: "image_features", type: "float32", shape: ["batch", 4] }],
      input: "image",
      output: "image_features",
      producer: "shiftline-test 1.0",
      irVersion: 8,
      opsets: { "": 17, "com.microsoft": 1 },
      precision: "float32",
      batchSize: null,
      sequenceLength: null,
      dimension: 4,
      activations: [],
      parameters: 12,
      parameterBytes: 48,
      storedTypes: [{ type: "float32", parameters: 12 }],
      gflops: null,
    });
    expect(inspection.text).toMatchObject({
      input: "text",
      dimension: 4,
      sequenceLength: null,
      parameters: 49_408 * 2 + 8,
    });
    expect(inspection.checks.map(({ name, status }) => [name, status])).toEqual(
      [
        "towers agree in width",
        "image embeddings are finite",
        "image embeddings are deterministic",
        "image embeddings do not depend on the batch",
        "image embeddings have a length",
        "image embeddings of different images differ",
        "image embeddings are not scores",
        "image activation",
        "text embeddings are finite",
        "text embeddings are deterministic",
        "text embeddings do not depend on the batch",
        "text embeddings have a length",
        "text embeddings of different texts differ",
        "text embeddings are not scores",
        "captions that differ only at their end differ",
        "text activation",
      ].map((name) => [name, "ok"]),
    );
    for (const { detail } of inspection.checks) expect(detail).not.toMatch(/\n|undefined|NaN, /);
  });

  it("is plain data: it survives JSON", async () => {
    const inspection = await inspectCheckpoint(huggingFaceFolder());
    expect(JSON.parse(JSON.stringify(inspection))).toEqual(inspection);
  });

  it("finds the wrong-EOT bug: captions that differ only at their end get one embedding", async () => {
    const checks = await checksOf(openClipFolder({ text: { pooling: "start" } }));
    expect(checks["captions that differ only at their end differ"]).toMatch(
      /^failed: they do not differ \(short captions by 0, captions of \d+ tokens by 0\): the export searches for the wrong end-of-text token/,
    );
  });

  it("reports encoders of different width instead of stopping", async () => {
    const checks = await checksOf(openClipFolder({ vision: { dimension: 6 } }));
    expect(checks["towers agree in width"]).toBe("failed: the image tower returns 6 numbers, the text tower 4");
  });

  it("finds an export that mixes the rows of a batch", async () => {
    const checks = await checksOf(openClipFolder({ vision: { mixes: true, batch: "batch" } }));
    expect(checks["image embeddings do not depend on the batch"]).toMatch(
      /^failed: alone and in a batch of 3 they differ by up to (Infinity|[\d.e+-]+): the export mixes the rows of a batch/,
    );
  });

  it("reports embeddings that are not finite", async () => {
    const checks = await checksOf(openClipFolder({ vision: { broken: true } }));
    expect(checks["image embeddings are finite"]).toMatch(
      /^failed: .*visual.onnx: the image tower returned (NaN|-?Infinity)/,
    );
  });

  it("reports whether the graph normalizes", async () => {
    const checks = await checksOf(openClipFolder({ vision: { normalize: true } }));
    expect(checks["image embeddings have a length"]).toBe("ok: normalized by the graph");
    expect(checks["text embeddings have a length"]).toMatch(
      /^ok: not normalized by the graph: lengths [\d.]+ to [\d.]+$/,
    );
  });

  it("warns when open_clip's quick_gelu contradicts the graph, either way", async () => {
    const quick = { ...openClipConfig, model_cfg: { ...openClipConfig.model_cfg, quick_gelu: true } };
    const gelu = { vision: { activation: "GELU" }, text: { activation: "GELU" } } as const;
    const quickGelu = { vision: { activation: "QuickGELU" }, text: { activation: "QuickGELU" } } as const;
    const wrong = await checksOf(openClipFolder({ ...gelu, config: quick }));
    const message =
      "warning: the graph has GELU x1, but open_clip_config.json (quick_gelu true) states QuickGELU: one of them is wrong, which costs several points of accuracy";
    expect([wrong["image activation"], wrong["text activation"]]).toEqual([message, message]);
    const not = { ...openClipConfig, model_cfg: { ...openClipConfig.model_cfg, quick_gelu: false } };
    const contradicting = await checksOf(openClipFolder({ ...quickGelu, config: not }));
    expect(contradicting["image activation"]).toMatch(
      /^warning: the graph has QuickGELU x1, but .* \(quick_gelu false\) states GELU/,
    );
    const right = await checksOf(openClipFolder({ ...quickGelu, config: quick }));
    expect(right["text activation"]).toBe(
      "ok: the graph has QuickGELU x1, as open_clip_config.json (quick_gelu true) states",
    );
  });

  it("accepts QuickGELU if open_clip's config does not mention it, as for OpenAI's weights", async () => {
    const towers = { vision: { activation: "QuickGELU" }, text: { activation: "QuickGELU" } } as const;
    const checks = await checksOf(openClipFolder(towers));
    const detail =
      "ok: the graph has QuickGELU x1, open_clip_config.json (quick_gelu not set): correct for OpenAI's weights and others trained with QuickGELU";
    expect([checks["image activation"], checks["text activation"]]).toEqual([detail, detail]);
  });

  it("compares with transformers' hidden_act for each encoder", async () => {
    const config = {
      model_type: "clip",
      text_config: { hidden_act: "quick_gelu" },
      vision_config: { hidden_act: "gelu" },
    };
    const files = { "config.json": JSON.stringify(config) };
    const gelu = { vision: { activation: "GELU" }, text: { activation: "GELU" }, files } as const;
    const checks = await checksOf(huggingFaceFolder(gelu));
    expect(checks["image activation"]).toMatch(/^ok: .*as config.json \(hidden_act gelu\) states/);
    expect(checks["text activation"]).toMatch(/^warning: .*but config.json \(hidden_act quick_gelu\) states QuickGELU/);
  });

  it("knows that transformers leaves QuickGELU out of a CLIP's config, because it is the default", async () => {
    const inspected = (config: object) =>
      checksOf(huggingFaceFolder({ vision: { activation: "GELU" }, files: { "config.json": JSON.stringify(config) } }));
    const checks = await inspected({ model_type: "clip", vision_config: { image_size: 8 } });
    expect(checks["image activation"]).toMatch(/^warning: .*config.json \(hidden_act quick_gelu\) states QuickGELU/);
    // transformers writes the configs of both encoders: a file without them comes from another program and does not describe them
    const bare = await inspected({ model_type: "clip" });
    expect(bare["image activation"]).toBe("ok: the graph has GELU x1");
  });

  it("uses the config of the checkpoint's layout if the folder has those of both libraries", async () => {
    const files = { "config.json": JSON.stringify({ model_type: "clip" }) };
    const towers = { vision: { activation: "GELU" }, text: { activation: "GELU" } } as const;
    const checks = await checksOf(openClipFolder({ ...towers, files }));
    expect(checks["image activation"]).toMatch(/^ok: .*as open_clip_config.json \(quick_gelu not set\) states/);
  });

  it("inspects an image graph alone", async () => {
    const inspection = await inspectCheckpoint(`${openClipFolder()}/visual.onnx`);
    expect(inspection).toMatchObject({ text: null, tokenizer: null, contextLength: null, ownLength: null });
    expect(inspection.checks.map((check) => check.status)).toEqual(Array(7).fill("ok"));
  });

  it.each([1, 2])("inspects a graph with a fixed batch of %d", async (batch) => {
    const folder = huggingFaceFolder({
      split: true,
      vision: { batch, outputShape: [batch, 4], type: "float16" },
      text: { batch, length: 24 },
    });
    const inspection = await inspectCheckpoint(folder);
    expect([inspection.image.batchSize, inspection.text?.batchSize, inspection.text?.sequenceLength]).toEqual([
      batch,
      batch,
      24,
    ]);
    expect(inspection.checks.filter((check) => check.status !== "ok")).toEqual([]);
  });

  it("finds the trained ModifiedResNet sound: ReLU images, QuickGELU texts", async () => {
    const inspection = await inspectCheckpoint(join(fixtures, "checkpoints", "resnet-open-clip"));
    expect(inspection.checks.filter((check) => check.status !== "ok")).toEqual([]);
    expect(inspection.image.activations).toEqual([{ name: "ReLU", count: 15 }]);
    expect(inspection.text?.activations).toEqual([{ name: "QuickGELU", count: 2 }]);
    expect(inspection.image.producer).toMatch(/^pytorch /);
  });
});
