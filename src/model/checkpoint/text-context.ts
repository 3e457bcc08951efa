import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { jsonAs } from "../../foundation/files/file-content.ts";
import { CLIP_VOCABULARY_SIZE } from "../tokenizer/clip-byte-pairs.ts";
import type { CompanionFile } from "./checkpoint-facts.ts";
import type { Layout } from "./layout.ts";
import { isSiglip, type ModelConfigs } from "./model-config.ts";
import type { OpenClipText } from "./open-clip-text.ts";
import { SIGLIP_CONTEXT } from "./siglip-text.ts";

/** The context length of a checkpoint's texts, in tokens. */
export interface TextContext {
  readonly length: number;
  /** The source of the length. */
  readonly source: string;
  /** The source, if it is a file. */
  readonly file: string | null;
  readonly notes: readonly string[];
}

/** Sources of the context length. */
export interface ContextSources {
  readonly layout: Layout;
  readonly configs: ModelConfigs;
  readonly openClip: OpenClipText | null;
  /** tokenizer_config.json, if it exists. */
  readonly tokenizerConfig: CompanionFile | null;
  /** The graph's fixed token axis; null if it is dynamic. */
  readonly sequenceLength: number | null;
  readonly vocabularySize: number | null;
  /** Rows of the position embedding of a compiled graph. */
  readonly positionRows: number | null;
}

/** Maximum context length. A larger `model_max_length` of transformers means "no known limit" (it writes 1e30). */
const MAX_CONTEXT = 32_768;

/**
 * Chooses the context length: the graph's fixed token axis; otherwise that of shiftline.json, of open_clip's configuration, or
 * the shorter of the tokenizer's `model_max_length` and the model's positions.
 *
 * @throws InputError if no source states it, it is invalid or more than fits into memory, or shiftline.json contradicts the graph
 */
export function chooseContext(sources: ContextSources): TextContext {
  const { layout, sequenceLength } = sources;
  const configured = withinPositions(sources, configuredContext(sources));
  if (sequenceLength === null) {
    if (configured !== null && configured.length > MAX_CONTEXT) {
      throw new InputError(
        `${join(layout.root, configured.source)}: a context of ${configured.length} tokens, the maximum is ${MAX_CONTEXT}; put contextLength into a shiftline.json, or model_max_length into tokenizer_config.json`,
      );
    }
    if (configured !== null) return configured;
    throw new InputError(
      `${layout.root}: no file states how many tokens ${layout.text} takes; put contextLength into a shiftline.json, or model_max_length into tokenizer_config.json`,
    );
  }
  const source = `the fixed token axis of ${layout.text}`;
  const differs = configured !== null && configured.length !== sequenceLength;
  if (differs && layout.shiftline?.contextLength !== undefined) {
    throw new InputError(
      `${layout.root}: shiftline.json: contextLength ${configured.length}, but ${layout.text} takes ${sequenceLength} tokens`,
    );
  }
  const note = `context length ${sequenceLength} from the graph; ${configured?.source} states ${configured?.length}`;
  return { length: sequenceLength, source, file: null, notes: differs ? [note] : [] };
}

/** Limits the context length to the number of positions. A smaller length from a file is kept. */
function withinPositions({ layout, positionRows }: ContextSources, configured: TextContext | null): TextContext | null {
  if (positionRows === null || (configured !== null && configured.length <= positionRows)) return configured;
  const source = `the position embedding of ${layout.text}`;
  const note = `context length ${positionRows} from ${source}; ${configured?.source} states ${configured?.length}`;
  return { length: positionRows, source, file: null, notes: configured === null ? [] : [note] };
}

function configuredContext(sources: ContextSources): TextContext | null {
  const { layout, configs, openClip, tokenizerConfig, vocabularySize, positionRows } = sources;
  const from = (length: number, file: string): TextContext => ({ length, source: file, file, notes: [] });
  if (layout.shiftline?.contextLength !== undefined) return from(layout.shiftline.contextLength, "shiftline.json");
  if (openClip !== null) {
    const { contextLength, file, isDefaultContext } = openClip;
    if (!isDefaultContext) return from(contextLength, file);
    const note = `${file} states no context length: open_clip's ${contextLength} is used`;
    return { ...from(contextLength, "open_clip's default"), file, notes: [note] };
  }
  const longest = tokenizerConfig === null ? null : parseLongest(tokenizerConfig);
  const positions = positionsOf(configs);
  if (longest !== null && (positions === null || longest <= positions.length))
    return from(longest, (tokenizerConfig as CompanionFile).file);
  if (positions !== null) {
    const note = `context length ${positions.length} from ${positions.source}; ${tokenizerConfig?.file} states ${longest}`;
    return longest === null ? positions : { ...positions, notes: [...positions.notes, note] };
  }
  if (vocabularySize !== CLIP_VOCABULARY_SIZE || positionRows !== null) return null;
  const notes = ["no file states the context length: 77, that of CLIP's vocabulary, is used"];
  return { length: 77, source: "CLIP's vocabulary", file: null, notes };
}

function parseLongest(tokenizerConfig: CompanionFile): number | null {
  const schema = z.looseObject({ model_max_length: z.number().nullish() });
  const length = jsonAs(tokenizerConfig, schema).model_max_length;
  if (typeof length !== "number" || length > MAX_CONTEXT) return null;
  if (length >= 1 && Number.isInteger(length)) return length;
  throw new InputError(`${tokenizerConfig.path}: model_max_length: expected a positive integer, got ${length}`);
}

/** The model's number of positions, which limits the number of tokens. */
function positionsOf({ huggingFace }: ModelConfigs): TextContext | null {
  if (huggingFace === null) return null;
  const { config, file } = huggingFace;
  const positions = config.text_config?.max_position_embeddings;
  if (positions) return { length: positions, source: file, file, notes: [] };
  if (!isSiglip(config)) return null;
  const notes = [`${file} states no context length: SigLIP's ${SIGLIP_CONTEXT} is used`];
  return { length: SIGLIP_CONTEXT, source: "SigLIP's default", file, notes };
}
