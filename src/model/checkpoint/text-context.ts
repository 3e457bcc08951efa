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

/** How many tokens a checkpoint's texts have. */
export interface TextContext {
  readonly length: number;
  /** What said it. */
  readonly source: string;
  /** The file that said it, where it is one. */
  readonly file: string | null;
  readonly notes: readonly string[];
}

/** Where the context length is looked for. */
export interface ContextSources {
  readonly layout: Layout;
  readonly configs: ModelConfigs;
  readonly openClip: OpenClipText | null;
  /** tokenizer_config.json, or what there is of its kind. */
  readonly tokenizerConfig: CompanionFile | null;
  /** The graph's fixed token axis, null where it is dynamic. */
  readonly sequenceLength: number | null;
  readonly vocabularySize: number | null;
  /** Rows of the position embedding, where the graph was compiled. */
  readonly positionRows: number | null;
}

/** Above this, transformers' `model_max_length` means "no limit known" (it writes 1e30). */
const MAX_CONTEXT = 32_768;

/**
 * The context length: the graph's fixed token axis; else shiftline.json, open_clip's configuration, then the shorter of
 * the tokenizer's `model_max_length` and the model's positions.
 *
 * @throws InputError if nothing says it, it is no number of tokens or more than fit in memory, or shiftline.json contradicts
 *   the graph
 */
export function chooseContext(sources: ContextSources): TextContext {
  const { layout, sequenceLength } = sources;
  const configured = withinPositions(sources, configuredContext(sources));
  if (sequenceLength === null) {
    if (configured !== null && configured.length > MAX_CONTEXT) {
      throw new InputError(
        `${join(layout.root, configured.source)}: a context of ${configured.length} tokens, of which at most ${MAX_CONTEXT} are accepted; put contextLength into a shiftline.json, or model_max_length into tokenizer_config.json`,
      );
    }
    if (configured !== null) return configured;
    throw new InputError(
      `${layout.root}: nothing says how many tokens ${layout.text} takes; put contextLength into a shiftline.json, or model_max_length into tokenizer_config.json`,
    );
  }
  const source = `the fixed token axis of ${layout.text}`;
  const differs = configured !== null && configured.length !== sequenceLength;
  if (differs && layout.shiftline?.contextLength !== undefined) {
    throw new InputError(
      `${layout.root}: shiftline.json: contextLength ${configured.length}, but ${layout.text} takes ${sequenceLength} tokens`,
    );
  }
  const note = `context length ${sequenceLength} from the graph; ${configured?.source} says ${configured?.length}`;
  return { length: sequenceLength, source, file: null, notes: differs ? [note] : [] };
}

/** More tokens than positions a text cannot have. Fewer are what a file says. */
function withinPositions({ layout, positionRows }: ContextSources, configured: TextContext | null): TextContext | null {
  if (positionRows === null || (configured !== null && configured.length <= positionRows)) return configured;
  const source = `the position embedding of ${layout.text}`;
  const note = `context length ${positionRows} from ${source}; ${configured?.source} says ${configured?.length}`;
  return { length: positionRows, source, file: null, notes: configured === null ? [] : [note] };
}

function configuredContext(sources: ContextSources): TextContext | null {
  const { layout, configs, openClip, tokenizerConfig, vocabularySize, positionRows } = sources;
  const from = (length: number, file: string): TextContext => ({ length, source: file, file, notes: [] });
  if (layout.shiftline?.contextLength !== undefined) return from(layout.shiftline.contextLength, "shiftline.json");
  if (openClip !== null) {
    const { contextLength, file, isDefaultContext } = openClip;
    if (!isDefaultContext) return from(contextLength, file);
    const note = `${file} says no context length: open_clip's ${contextLength} is used`;
    return { ...from(contextLength, "open_clip's default"), file, notes: [note] };
  }
  const longest = tokenizerConfig === null ? null : parseLongest(tokenizerConfig);
  const positions = positionsOf(configs);
  if (longest !== null && (positions === null || longest <= positions.length))
    return from(longest, (tokenizerConfig as CompanionFile).file);
  if (positions !== null) {
    const note = `context length ${positions.length} from ${positions.source}; ${tokenizerConfig?.file} says ${longest}`;
    return longest === null ? positions : { ...positions, notes: [...positions.notes, note] };
  }
  if (vocabularySize !== CLIP_VOCABULARY_SIZE || positionRows !== null) return null;
  const notes = ["no file says the context length: 77, that of CLIP's vocabulary, is used"];
  return { length: 77, source: "CLIP's vocabulary", file: null, notes };
}

function parseLongest(tokenizerConfig: CompanionFile): number | null {
  const schema = z.looseObject({ model_max_length: z.number().nullish() });
  const length = jsonAs(tokenizerConfig, schema).model_max_length;
  if (typeof length !== "number" || length > MAX_CONTEXT) return null;
  if (length >= 1 && Number.isInteger(length)) return length;
  throw new InputError(`${tokenizerConfig.path}: model_max_length: expected a whole number from 1 on, got ${length}`);
}

/** The positions that the model has: more tokens it cannot take. */
function positionsOf({ huggingFace }: ModelConfigs): TextContext | null {
  if (huggingFace === null) return null;
  const { config, file } = huggingFace;
  const positions = config.text_config?.max_position_embeddings;
  if (positions) return { length: positions, source: file, file, notes: [] };
  if (!isSiglip(config)) return null;
  const notes = [`${file} says no context length: SigLIP's ${SIGLIP_CONTEXT} is used`];
  return { length: SIGLIP_CONTEXT, source: "SigLIP's default", file, notes };
}
