import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import type { OnnxModel } from "../onnx/onnx-model.ts";
import { roundsActivations } from "../onnx/rounded-activations.ts";
import { tokenEmbeddingRows } from "../onnx/token-embedding.ts";
import { choosePreprocessing, warnOfArchPreprocessing, warnOfOtherPreprocessing } from "./choose-preprocessing.ts";
import { type EncoderGraph, findSides, quantizesActivations } from "./encoder-graph.ts";
import {
  describeTensor,
  givesStates,
  NO_HINTS,
  type SignatureHints,
  type TextSignature,
  type VisionSignature,
} from "./encoder-signature.ts";
import type { FoundCheckpoint, FoundGraph } from "./found-checkpoint.ts";
import { fixedAxis } from "./graph-feeds.ts";
import { checkByteInput, checkFixedImages, checkFixedTexts } from "./graph-input-checks.ts";
import type { Layout } from "./layout.ts";
import { layoutKind } from "./layout-kinds.ts";
import { isSiglip, type ModelConfigs } from "./model-config.ts";
import type { PreprocessingConfig } from "./preprocessing-config.ts";
import type { TextPooling } from "./text-pooling.ts";
import { chooseTextSettings, type TextSettings } from "./text-settings.ts";

/** A tower: the file of its graph, the graph's metadata, and its signature. */
export interface ResolvedTower<Signature> extends FoundGraph {
  readonly signature: Signature;
}

/** The settings with which a checkpoint is used. */
export interface CheckpointSettings {
  readonly vision: ResolvedTower<VisionSignature>;
  /** Null if the given file contains no text tower. */
  readonly text: ResolvedTower<TextSignature> | null;
  readonly preprocessing: PreprocessingConfig;
  readonly textSettings: TextSettings | null;
  /** How the graphs are opened. */
  readonly visionTower: EncoderGraph;
  readonly textTower: EncoderGraph | null;
  /** Unusual properties of its graphs. */
  readonly graphNotes: readonly string[];
  /** Why its numbers may be wrong. */
  readonly warnings: readonly string[];
}

/** How the inputs and outputs of a layout's graphs are identified. */
export type SignatureRules = Pick<EncoderGraph, "visionHints" | "textHints" | "pooled">;

export function signatureRules({ kind, shiftline }: Layout, configs: ModelConfigs): SignatureRules {
  const pooled = layoutKind(kind).library === "transformers" && isSiglip(configs.huggingFace?.config);
  if (shiftline === null) return { visionHints: NO_HINTS, textHints: NO_HINTS, pooled };
  const { vision, text } = shiftline;
  return {
    visionHints: { input: vision.input ?? null, output: vision.output ?? null, attentionMask: null },
    textHints: { input: text.input ?? null, output: text.output ?? null, attentionMask: text.attentionMask ?? null },
    pooled,
  };
}

/** Whether text embeddings must be pooled outside the graph. */
export function poolsOutside({ shiftline }: Layout, rules: SignatureRules, text: OnnxModel): boolean {
  return shiftline?.text.pooling !== undefined || givesStates(text, rules.textHints, rules.pooled);
}

/**
 * Decides how a checkpoint is used from its files.
 *
 * @param pooling how token states become an embedding, if the graph returns token states
 * @throws InputError if anything is missing, contradictory or not supported
 */
export function decideSettings(found: FoundCheckpoint, pooling: TextPooling | undefined): CheckpointSettings {
  const { layout, configs, vision: visionGraph, text: textGraph } = found;
  const rules = { ...signatureRules(layout, configs), pooling };
  const visionSides = findSides(visionGraph.model, rules);
  const textSides = textGraph === visionGraph ? visionSides : findSides(textGraph.model, rules);
  if (visionSides.vision === null) throw wrongSide(layout, layout.vision, "texts", "images");
  if (textSides.text === null && !layout.singleFile) throw wrongSide(layout, layout.text, "images", "texts");

  const vision = { ...visionGraph, signature: visionSides.vision };
  if (textGraph === visionGraph) refuseOneOutput(vision.model, vision.signature, textSides.text);
  const text = textSides.text === null ? null : { ...textGraph, signature: textSides.text };
  const preprocessing = choosePreprocessing(found, vision.signature.pixels);
  const { size } = preprocessing.preprocessing;
  const byteWarnings = checkByteInput(vision, preprocessing.leavesNormalization === true);
  const textSettings = text === null ? null : settingsOfTexts(found, text);
  checkFixedImages(vision.signature, size, vision.model.path);
  if (text !== null && textSettings !== null)
    checkFixedTexts(text.signature, textSettings.contextLength, text.model.path);
  const contextLength = textSettings?.contextLength ?? 0; // not used without a text tower
  const models = [visionGraph.model, textGraph.model];
  const textNote = text === null ? [`${layout.vision} has no text tower: only images can be embedded`] : [];
  return {
    vision,
    text,
    preprocessing,
    textSettings,
    visionTower: makeTower(vision, { ...rules, size, contextLength }),
    textTower: text === null ? null : makeTower(text, { ...rules, size, contextLength }),
    graphNotes: [
      ...(models.some(quantizesActivations) ? [BATCH_DEPENDENT] : []),
      ...textNote,
      ...(models.some(({ widens }) => widens) ? [WIDENED] : []),
    ],
    warnings: [
      ...byteWarnings,
      ...warnOfOtherPreprocessing(found, vision.signature.pixels, preprocessing),
      ...warnOfArchPreprocessing(found, preprocessing),
      ...warnOfStates(configs, vision, rules.visionHints),
      ...(text === null ? [] : warnOfStates(configs, text, rules.textHints)),
      ...(textSettings?.warnings ?? []),
    ],
  };
}

function settingsOfTexts(found: FoundCheckpoint, { model, signature }: ResolvedTower<TextSignature>): TextSettings {
  const tower = found.weights?.facts.text;
  return chooseTextSettings(found, {
    sequenceLength: fixedAxis(signature.ids, 1),
    vocabularySize: tower?.vocabularySize ?? tokenEmbeddingRows(model, signature.ids.name),
    positionRows: tower?.contextLength ?? null,
  });
}

/** A graph with both towers and a single output for both returns scores, regardless of the output's name. */
function refuseOneOutput({ path }: OnnxModel, vision: VisionSignature, text: TextSignature | null): void {
  if (vision.embedding.name !== text?.embedding.name) return;
  throw new InputError(
    `${path}: its output ${describeTensor(vision.embedding)} cannot be both the image and the text embedding; a common output contains scores of images against texts: export it with separate outputs (image_embeds, text_embeds)`,
  );
}

/** Warns of a pooled state that a shiftline.json names: in transformers' CLIP towers it precedes the projection. */
function warnOfStates(
  configs: ModelConfigs,
  { file, model, signature }: ResolvedTower<VisionSignature | TextSignature>,
  hints: SignatureHints,
): string[] {
  const named = hints.output ?? "";
  if (!/hidden_state|pooler_output|pooled_output/i.test(named) || isSiglip(configs.huggingFace?.config)) return [];
  const projected = model.outputs.find((output) => /^(?:image|text)_(?:embed|feature)/.test(output.name));
  const isClip = configs.huggingFace?.config.model_type === "clip";
  if (projected === undefined && !isClip) return [];
  const instead = projected === undefined ? "" : `; the graph also has ${projected.name}`;
  return [
    `shiftline.json names ${signature.embedding.name} of ${file}, in CLIP's towers the state before the projection, which cannot be compared between images and texts${instead}`,
  ];
}

const BATCH_DEPENDENT =
  "activations are quantized over a whole batch: images and texts are embedded one at a time, so that no result depends on its batch";

const WIDENED =
  "bfloat16 weights are converted to float32, which is exact: onnxruntime has no bfloat16 kernels for CPUs; activations are not rounded to bfloat16";

function makeTower(
  { model, bytes, source, signature }: ResolvedTower<VisionSignature | TextSignature>,
  use: Omit<EncoderGraph, "path" | "source" | "batchDependent" | "roundsActivations" | "embedding">,
): EncoderGraph {
  return {
    ...use,
    embedding: signature.embedding,
    path: model.path,
    ...(source === undefined ? {} : { source }),
    bytes,
    ...(model.widens ? { widens: true } : {}),
    batchDependent: quantizesActivations(model),
    roundsActivations: roundsActivations(model),
  };
}

function wrongSide(layout: Layout, file: string, has: string, needed: string): InputError {
  const advice = layout.singleFile ? "; give the folder that contains both towers" : "; are the files swapped?";
  return new InputError(
    `${join(layout.root, file)}: expected a graph that takes ${needed}, got one that takes ${has}${advice}`,
  );
}
