import { join, posix } from "node:path";
import { OPENAI_MEAN, OPENAI_STD } from "../../data/image/preprocessing.ts";
import { InputError } from "../../foundation/errors.ts";
import { tokenEmbeddingRows } from "../onnx/token-embedding.ts";
import { CLIP_VOCABULARY_SIZE } from "../tokenizer/clip-byte-pairs.ts";
import { type CheckpointFacts, findCompanion } from "./checkpoint-facts.ts";
import { findTextSignature, findVisionSignature, graphTakes, refuseNaFlex } from "./encoder-signature.ts";
import type { FoundGraph } from "./found-checkpoint.ts";
import { fixedAxis } from "./graph-feeds.ts";
import { parseHuggingFaceFiles } from "./hugging-face-preprocessing.ts";
import { parseModelConfigs } from "./model-config.ts";
import { parseOpenClipFiles } from "./open-clip-preprocessing.ts";
import { graphImageSize } from "./preprocessing-config.ts";

/** A draft of a shiftline.json for graphs that fit no layout. */
export interface ShiftlineDraft {
  readonly json: Readonly<Record<string, unknown>>;
  /** Fields that no file states and that the user must check. */
  readonly assumed: readonly string[];
  /** The model whose values are assumed for these fields. */
  readonly model: "CLIP" | "Chinese-CLIP";
  /** Size of the vocabulary whose tokenizer is missing; null if nothing is missing. */
  readonly missingVocabulary: number | null;
}

/**
 * Rows of the token embedding of Chinese-CLIP (RoBERTa-wwm-ext), whose exports have no configuration; it squashes images.
 *
 * Source: OFA-Sys/Chinese-CLIP cn_clip/clip/utils.py `image_transform`
 */
const CHINESE_CLIP_VOCABULARY = 21_128;

/**
 * Drafts the shiftline.json of a folder's graphs: the first that takes images and the first that takes texts, or one that takes
 * both. It contains the preprocessing that files state, and CLIP's values for the rest.
 *
 * @param graphs the readable graphs in order of preference
 * @returns null if the graphs are not those of two towers, or their inputs and outputs cannot be identified
 */
export function draftShiftlineJson(facts: CheckpointFacts, graphs: readonly FoundGraph[]): ShiftlineDraft | null {
  try {
    for (const { model } of graphs) refuseNaFlex(model);
    const found = graphs.map((graph) => ({ ...graph, takes: graphTakes(graph.model) }));
    const both = found.find(({ takes }) => takes.images && takes.texts);
    const vision = found.find(({ takes }) => takes.images && !takes.texts) ?? both;
    const text = found.find(({ takes }) => takes.texts && !takes.images) ?? both;
    if (vision === undefined || text === undefined) return null;
    return draftOf(facts, vision, text);
  } catch (cause) {
    if (cause instanceof InputError) return null; // the draft is only advice in addition to another message
    throw cause;
  }
}

/** The draft for a message: one line that can be pasted. */
export function describeDraft(root: string, { json, assumed, model, missingVocabulary }: ShiftlineDraft): string {
  const check =
    assumed.length === 0
      ? ""
      : ` (${assumed.join(" and ")} are those of ${model}, because no file states them: check them)`;
  const missing =
    missingVocabulary === null ? "" : `put its tokenizer.json (${missingVocabulary} tokens) into ${root}, and `;
  return `${missing}write this into ${join(root, "shiftline.json")}${check}: ${JSON.stringify(json)}`;
}

function draftOf(facts: CheckpointFacts, vision: FoundGraph, text: FoundGraph): ShiftlineDraft {
  const configs = parseModelConfigs(facts);
  const { pixels } = findVisionSignature(vision.model);
  const { ids } = findTextSignature(text.model);
  const assumed: string[] = [];
  const found = parseHuggingFaceFiles(facts, configs, pixels) ?? parseOpenClipFiles(facts, configs, pixels);
  const images = found?.preprocessing;
  const size = images?.size ?? graphImageSize(pixels);
  if (images === undefined) assumed.push(`${size === null ? "size, " : ""}mean, std, resizeMode and interpolation`);
  const { height, width } = size ?? { height: 224, width: 224 };
  const length = fixedAxis(ids, 1);
  const saysLength = configs.openClip !== null || configs.huggingFace !== null || length !== null;
  const rows = tokenEmbeddingRows(text.model, ids.name);
  const isClip = rows === CLIP_VOCABULARY_SIZE;
  const isChinese = rows === CHINESE_CLIP_VOCABULARY;
  const contextLength = length ?? (saysLength && !isClip ? undefined : isChinese ? 52 : 77);
  if (length === null && contextLength !== undefined && !isClip) assumed.push("contextLength");
  const tokenizer = findCompanion(
    facts,
    "tokenizer.json",
    "textual/tokenizer.json",
    "onnx/tokenizer.json",
    posix.join(posix.dirname(text.file), "tokenizer.json"),
  );
  return {
    json: {
      vision: { file: vision.file },
      text: { file: text.file },
      size: height === width ? height : [height, width],
      mean: images?.mean ?? OPENAI_MEAN,
      std: images?.std ?? OPENAI_STD,
      resizeMode: images?.resizeMode ?? (isChinese ? "squash" : "shortest"),
      ...(images?.resize === undefined ? {} : { resize: images.resize }),
      interpolation: images?.interpolation ?? "bicubic",
      ...(images?.fillColor ? { fillColor: images.fillColor } : {}),
      ...(contextLength === undefined ? {} : { contextLength }),
      ...(tokenizer === null ? {} : { tokenizer: tokenizer.file }),
    },
    assumed: assumed,
    model: isChinese ? "Chinese-CLIP" : "CLIP",
    missingVocabulary: tokenizer !== null || hasBytePairs(facts) || isClip ? null : rows,
  };
}

function hasBytePairs(facts: CheckpointFacts): boolean {
  return findCompanion(facts, "vocab.json") !== null && findCompanion(facts, "merges.txt") !== null;
}
