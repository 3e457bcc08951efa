import { join, posix } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { checkExternalData, graphBytes } from "../onnx/external-data.ts";
import { type OnnxModel, readOnnxModel } from "../onnx/onnx-model.ts";
import { roundsActivations } from "../onnx/rounded-activations.ts";
import { tokenEmbeddingRows } from "../onnx/token-embedding.ts";
import { describeWidened } from "../onnx/widen-bfloat16.ts";
import { checkByteInput } from "./byte-input.ts";
import { checkFixedImages, checkFixedTexts } from "./fixed-sizes.ts";
import { fixedAxis } from "./graph-feeds.ts";
import { type Layout, readLayout } from "./layout.ts";
import { isSiglip, type ModelConfigs, readModelConfigs } from "./model-config.ts";
import { type PreprocessingConfig, readPreprocessing, warnOfOtherPreprocessing } from "./preprocessing-config.ts";
import { readTextPooling } from "./text-pooling.ts";
import { readTextSettings, type TextSettings } from "./text-settings.ts";
import { findSides, quantizesActivations, type Tower } from "./tower.ts";
import {
  describeTensor,
  givesStates,
  NO_HINTS,
  type PortHints,
  type TextPorts,
  type VisionPorts,
} from "./tower-ports.ts";

/** One tower: its graph's file, what the graph says of itself, and where things go in and come out. */
export interface ResolvedTower<Ports> {
  /** Relative to the checkpoint's folder. */
  readonly file: string;
  readonly model: OnnxModel;
  readonly ports: Ports;
}

/** Everything that a checkpoint's files say, before onnxruntime is asked. */
export interface ResolvedCheckpoint {
  readonly layout: Layout;
  readonly configs: ModelConfigs;
  readonly vision: ResolvedTower<VisionPorts>;
  /** Null where one file was given that holds no text tower. */
  readonly text: ResolvedTower<TextPorts> | null;
  readonly preprocessing: PreprocessingConfig;
  readonly textSettings: TextSettings | null;
  /** How the graphs are to be opened. */
  readonly visionTower: Tower;
  readonly textTower: Tower | null;
  /** Every file that can change a number, with its role. */
  readonly files: readonly { readonly role: string; readonly path: string }[];
  readonly notes: readonly string[];
  /** Why its numbers may be wrong, in the same form. */
  readonly warnings: readonly string[];
}

/**
 * Reads a checkpoint's files and decides how they are used; no graph is loaded.
 *
 * @throws InputError if anything is missing, truncated, contradictory or not supported
 */
export async function resolveCheckpoint(path: string, variant?: string): Promise<ResolvedCheckpoint> {
  const layout = await readLayout(path, variant);
  const configs = await readModelConfigs(layout.root);
  const hints = readHints(layout);
  const pooled = layout.kind === "hugging-face" && isSiglip(configs.huggingFace?.config);
  const graphs = await readGraphs(layout);
  const pools = layout.shiftline?.text.pooling !== undefined || givesStates(graphs.text, hints.textHints, pooled);
  const poolingConfig = pools ? await readTextPooling(layout.root, layout.shiftline) : null;
  const found = { ...hints, pooled, pooling: poolingConfig?.pooling };
  const visionSides = findSides(graphs.vision, found);
  const textSides = graphs.text === graphs.vision ? visionSides : findSides(graphs.text, found);
  if (visionSides.vision === null) throw wrongSide(layout, layout.vision, "texts", "images");
  if (textSides.text === null && !layout.singleFile) throw wrongSide(layout, layout.text, "images", "texts");

  const vision = { file: layout.vision, model: graphs.vision, ports: visionSides.vision };
  if (graphs.text === graphs.vision) refuseOneOutput(graphs.vision, visionSides.vision, textSides.text);
  const text = textSides.text === null ? null : { file: layout.text, model: graphs.text, ports: textSides.text };
  const preprocessing = await readPreprocessing(layout, configs, vision.ports.pixels);
  const byteWarnings = checkByteInput(vision, preprocessing.leavesNormalization === true);
  const textSettings =
    text === null
      ? null
      : await readTextSettings(layout, configs, {
          sequenceLength: fixedAxis(text.ports.ids, 1),
          vocabularySize: tokenEmbeddingRows(text.model, text.ports.ids.name),
        });
  checkFixedImages(vision.ports, preprocessing.preprocessing.size, vision.model.path);
  if (text !== null && textSettings !== null) checkFixedTexts(text.ports, textSettings.contextLength, text.model.path);
  const quantizing = [graphs.vision, graphs.text].some(quantizesActivations);
  const tower: Omit<Tower, "path" | "rowByRow" | "roundsActivations" | "embedding"> = {
    ...hints,
    pooled,
    pooling: poolingConfig?.pooling,
    size: preprocessing.preprocessing.size,
    contextLength: textSettings?.contextLength ?? 0, // not used without a text side
  };
  const textNote = text === null ? [`${layout.vision} has no text tower: only images can be embedded`] : [];
  return {
    layout,
    configs,
    vision,
    text,
    preprocessing,
    textSettings,
    visionTower: makeTower(graphs.vision, vision.ports, tower),
    textTower: text === null ? null : makeTower(graphs.text, text.ports, tower),
    files: [
      ...(await listFiles(layout, configs, graphs, preprocessing, textSettings, pooled)),
      ...(poolingConfig?.files ?? []),
    ],
    notes: [
      ...layout.notes,
      ...(quantizing ? [ROW_BY_ROW] : []),
      ...textNote,
      ...([graphs.vision, graphs.text].some(({ widens }) => widens) ? [WIDENED] : []),
      ...(poolingConfig === null ? [] : [poolingConfig.description]),
      ...preprocessing.notes,
      ...(textSettings?.notes ?? []),
    ],
    warnings: [
      ...byteWarnings,
      ...(await warnOfOtherPreprocessing(layout, configs, vision.ports.pixels, preprocessing)),
      ...warnOfStates(configs, vision, hints.visionHints),
      ...(text === null ? [] : warnOfStates(configs, text, hints.textHints)),
      ...(textSettings?.warnings ?? []),
    ],
  };
}

/** A graph with both sides and one output for both gives what compares them, whatever the output is called. */
function refuseOneOutput({ path }: OnnxModel, vision: VisionPorts, text: TextPorts | null): void {
  if (vision.embedding.name !== text?.embedding.name) return;
  throw new InputError(
    `${path}: its output ${describeTensor(vision.embedding)} would be the image embedding and the text embedding at once; what a graph gives for both is scores of images against texts: export it with an output for each (image_embeds, text_embeds)`,
  );
}

/** A pooled state that a shiftline.json names: in CLIP's towers from transformers it comes before the projection. */
function warnOfStates(
  configs: ModelConfigs,
  { file, model, ports }: ResolvedTower<VisionPorts | TextPorts>,
  hints: PortHints,
): string[] {
  const named = hints.output ?? "";
  if (!/hidden_state|pooler_output|pooled_output/i.test(named) || isSiglip(configs.huggingFace?.config)) return [];
  const projected = model.outputs.find((output) => /^(?:image|text)_(?:embed|feature)/.test(output.name));
  const isClip = configs.huggingFace?.config.model_type === "clip";
  if (projected === undefined && !isClip) return [];
  const instead = projected === undefined ? "" : `; the graph also has ${projected.name}`;
  return [
    `shiftline.json names ${ports.embedding.name} of ${file}, in CLIP's towers the state before the projection: images and texts cannot be compared by it${instead}`,
  ];
}

const ROW_BY_ROW =
  "activations are quantised over a whole batch: images and texts are embedded one at a time, so that no result depends on its batch";

const WIDENED =
  "bfloat16 weights are computed with in float32, which holds them exactly: onnxruntime has no bfloat16 kernels on processors, and activations are not rounded to bfloat16";

function makeTower(
  model: OnnxModel,
  { embedding }: VisionPorts | TextPorts,
  tower: Omit<Tower, "path" | "rowByRow" | "roundsActivations" | "embedding">,
): Tower {
  return {
    ...tower,
    embedding,
    path: model.path,
    bytes: graphBytes(model),
    ...(model.widens ? { widens: true } : {}),
    rowByRow: quantizesActivations(model),
    roundsActivations: roundsActivations(model),
  };
}

async function readGraphs(layout: Layout): Promise<{ vision: OnnxModel; text: OnnxModel }> {
  const read = (file: string) => describeWidened(readOnnxModel(join(layout.root, file)));
  const vision = read(layout.vision);
  const text = layout.text === layout.vision ? vision : read(layout.text);
  return { vision, text };
}

function readHints({ shiftline }: Layout): { visionHints: PortHints; textHints: PortHints } {
  if (shiftline === null) return { visionHints: NO_HINTS, textHints: NO_HINTS };
  const hint = (tower: {
    input?: string | undefined;
    output?: string | undefined;
    attentionMask?: string | undefined;
  }) => ({
    input: tower.input ?? null,
    output: tower.output ?? null,
    attentionMask: tower.attentionMask ?? null,
  });
  return { visionHints: hint(shiftline.vision), textHints: hint(shiftline.text) };
}

function wrongSide(layout: Layout, file: string, has: string, needed: string): InputError {
  const advice = layout.singleFile ? "; give the folder that holds both towers" : "; are the files swapped?";
  return new InputError(
    `${join(layout.root, file)}: its graph takes ${has}, but one that takes ${needed} is needed${advice}`,
  );
}

async function listFiles(
  layout: Layout,
  configs: ModelConfigs,
  graphs: { vision: OnnxModel; text: OnnxModel },
  preprocessing: PreprocessingConfig,
  text: TextSettings | null,
  pooled: boolean,
): Promise<{ role: string; path: string }[]> {
  const files: { role: string; path: string }[] = [];
  const add = (role: string, path: string) => {
    if (!files.some((file) => file.path === path)) files.push({ role, path });
  };
  const addGraph = async (role: string, path: string, model: OnnxModel) => {
    add(role, path);
    const beside = posix.dirname(path);
    for (const location of await checkExternalData(model)) add(`${role} data`, posix.join(beside, location));
  };
  if (layout.vision === layout.text)
    await addGraph(layout.singleFile && text === null ? "vision" : "vision and text", layout.vision, graphs.vision);
  else {
    await addGraph("vision", layout.vision, graphs.vision);
    await addGraph("text", layout.text, graphs.text);
  }
  for (const file of preprocessing.files) add("preprocessing", file);
  if (layout.shiftline !== null) add("preprocessing", "shiftline.json");
  for (const file of text?.files ?? []) add(file.role, file.path);
  if (layout.kind === "open_clip" && configs.openClip !== null && text !== null)
    add("model config", configs.openClip.file);
  if (pooled && configs.huggingFace !== null) add("model config", configs.huggingFace.file);
  return files;
}
