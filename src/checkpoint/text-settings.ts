import { join, posix } from "node:path";
import { z } from "zod";
import { InputError } from "../input-error.ts";
import { CLIP_VOCABULARY_SIZE } from "../tokenizer/clip-byte-pairs.ts";
import type { TokenizerSource } from "../tokenizer/tokenizer.ts";
import { findCompanion } from "./companion-files.ts";
import type { Layout } from "./layout.ts";
import { type ModelConfigs, readConfig } from "./model-config.ts";

/** How a checkpoint's texts become token ids. */
export interface TextSettings {
  readonly source: TokenizerSource;
  /** Most tokens of a text. */
  readonly contextLength: number;
  /** What said the context length. */
  readonly contextSource: string;
  /** Rows of the graph's token embedding, null where they were not found. */
  readonly vocabularySize: number | null;
  /** Files used, relative to the checkpoint's folder, with their roles. */
  readonly files: readonly { readonly role: string; readonly path: string }[];
  readonly notes: readonly string[];
  /** Why the numbers may be wrong. */
  readonly warnings: readonly string[];
}

/** What the text graph itself says. */
export interface TextGraphFacts {
  /** The fixed length of its token axis, null where it is dynamic. */
  readonly sequenceLength: number | null;
  /** Rows of its token embedding, null where they were not found. */
  readonly vocabularySize: number | null;
}

/** Above this, transformers' `model_max_length` means "no limit known" (it writes 1e30). */
const LARGEST_CONTEXT = 32_768;

/** open_clip's context length where the model's config does not say one (tokenizer.py `DEFAULT_CONTEXT_LENGTH`). */
const OPEN_CLIP_CONTEXT = 77;

/**
 * Decides which tokenizer a checkpoint's texts go through and how long they may be.
 *
 * Hugging Face layouts: their tokenizer.json as it is. open_clip layouts: their tokenizer.json behind open_clip's
 * cleaning, or CLIP's own vocabulary where they bring none and theirs has 49,408 tokens. shiftline.json: as it says.
 *
 * @throws InputError if there is no tokenizer for the vocabulary, open_clip's config asks for a tokenizer option that is
 *   not supported, or nothing says the context length
 */
export async function readTextSettings(
  layout: Layout,
  configs: ModelConfigs,
  graph: TextGraphFacts,
): Promise<TextSettings> {
  const own = layout.shiftline?.tokenizer;
  const tokenizerFile =
    own !== undefined
      ? own
      : await findCompanion(layout.root, "tokenizer.json", "textual/tokenizer.json", "onnx/tokenizer.json");
  const configFile =
    tokenizerFile === null
      ? null
      : await findCompanion(
          layout.root,
          ...["tokenizer_config.json", "special_tokens_map.json"].map((name) =>
            posix.join(posix.dirname(tokenizerFile), name),
          ),
        );
  const files: { role: string; path: string }[] = [];
  if (tokenizerFile !== null) files.push({ role: "tokenizer", path: tokenizerFile });
  if (configFile !== null) files.push({ role: "tokenizer config", path: configFile });
  const notes: string[] = [];
  const vocabularySize = configs.openClip?.config.text_cfg?.vocab_size ?? graph.vocabularySize;
  if (tokenizerFile === null) {
    refuseOtherVocabulary(layout, configs, vocabularySize);
    notes.push("no tokenizer in the folder: CLIP's own vocabulary (49,408 tokens) with open_clip's cleaning is used");
  }
  const ruling = readRuling(layout, configs, tokenizerFile !== null, vocabularySize);
  const source: TokenizerSource = {
    tokenizerJson: tokenizerFile === null ? null : join(layout.root, tokenizerFile),
    tokenizerConfig: configFile === null ? null : join(layout.root, configFile),
    ...ruling,
  };
  const context = await readContext(layout, configs, graph, configFile, vocabularySize);
  if (context.file !== null && !files.some((file) => file.path === context.file)) {
    files.push({ role: "model config", path: context.file });
  }
  return {
    source,
    contextLength: context.length,
    contextSource: context.source,
    vocabularySize: graph.vocabularySize,
    files,
    notes: [...notes, ...context.notes],
    warnings: [],
  };
}

function refuseOtherVocabulary(layout: Layout, configs: ModelConfigs, vocabularySize: number | null): void {
  if (layout.kind === "hugging-face") {
    throw new InputError(
      `${layout.root}: no tokenizer.json; save the checkpoint's tokenizer into the folder (transformers: AutoTokenizer.from_pretrained(…).save_pretrained(…))`,
    );
  }
  if (vocabularySize === CLIP_VOCABULARY_SIZE) return;
  const name = configs.openClip?.config.text_cfg?.hf_tokenizer_name;
  const size = vocabularySize === null ? "is not known" : `has ${vocabularySize} tokens`;
  throw new InputError(
    `${layout.root}: no tokenizer.json, and its vocabulary ${size}, not the ${CLIP_VOCABULARY_SIZE} of CLIP's tokenizer that ships with shiftline; put its tokenizer.json${name ? ` (${name})` : ""} into the folder`,
  );
}

/** Cleaning and padding: open_clip 3.3.0 src/open_clip/factory.py `get_tokenizer`, tokenizer.py. */
function readRuling(
  layout: Layout,
  configs: ModelConfigs,
  hasTokenizer: boolean,
  vocabularySize: number | null,
): { cleaning: TokenizerSource["cleaning"]; padId: number | null } {
  if (layout.kind === "hugging-face") return { cleaning: "none", padId: null };
  if (layout.shiftline !== null) {
    const { cleaning, padId } = layout.shiftline;
    return { cleaning: cleaning ?? (hasTokenizer ? "none" : "open_clip"), padId: padId ?? (hasTokenizer ? null : 0) };
  }
  const text = configs.openClip?.config.text_cfg;
  const { clean, ...others } = text?.tokenizer_kwargs ?? {};
  const refused = [
    ...Object.entries(others).filter(([, value]) => value !== null && value !== false && value !== ""),
    ...(text?.tokenizer_mode ? [["tokenizer_mode", text.tokenizer_mode]] : []),
  ].map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  const usual = text?.hf_tokenizer_name ? "whitespace" : "lower"; // what open_clip does when the config is silent
  if (clean !== undefined && clean !== null && clean !== "canonicalize" && clean !== usual) {
    refused.push(`clean ${JSON.stringify(clean)}`);
  }
  if (refused.length > 0) {
    throw new InputError(`${layout.root}: ${configs.openClip?.file}: not supported: ${refused.join(", ")}`);
  }
  // open_clip pads the texts of CLIP's tokenizer with 0; those from Hugging Face with their own padding token.
  const isClip = text ? !text.hf_tokenizer_name : vocabularySize === CLIP_VOCABULARY_SIZE;
  return { cleaning: clean === "canonicalize" ? "canonicalize" : "open_clip", padId: isClip ? 0 : null };
}

interface Context {
  readonly length: number;
  readonly source: string;
  /** The file that said it, where that is not among the tokenizer's or preprocessing's files already. */
  readonly file: string | null;
  readonly notes: readonly string[];
}

async function readContext(
  layout: Layout,
  configs: ModelConfigs,
  graph: TextGraphFacts,
  tokenizerConfig: string | null,
  vocabularySize: number | null,
): Promise<Context> {
  const said = await readConfiguredContext(layout, configs, tokenizerConfig, vocabularySize);
  if (graph.sequenceLength === null) {
    if (said !== null) return said;
    throw new InputError(
      `${layout.root}: nothing says how many tokens ${layout.text} takes; put contextLength into a shiftline.json, or model_max_length into tokenizer_config.json`,
    );
  }
  const source = `the fixed token axis of ${layout.text}`;
  if (said !== null && said.length !== graph.sequenceLength && layout.shiftline?.contextLength !== undefined) {
    throw new InputError(
      `${layout.root}: shiftline.json: contextLength ${said.length}, but ${layout.text} takes ${graph.sequenceLength} tokens`,
    );
  }
  const differs = said !== null && said.length !== graph.sequenceLength;
  const note = `context length ${graph.sequenceLength} from the graph; ${said?.source} says ${said?.length}`;
  return { length: graph.sequenceLength, source, file: null, notes: differs ? [note] : [] };
}

async function readConfiguredContext(
  layout: Layout,
  configs: ModelConfigs,
  tokenizerConfig: string | null,
  vocabularySize: number | null,
): Promise<Context | null> {
  const from = (length: number, file: string): Context => ({ length, source: file, file, notes: [] });
  if (layout.shiftline?.contextLength !== undefined) return from(layout.shiftline.contextLength, "shiftline.json");
  if (layout.kind !== "hugging-face" && configs.openClip?.config.text_cfg) {
    const length = configs.openClip.config.text_cfg.context_length;
    if (length) return from(length, configs.openClip.file);
    const note = `${configs.openClip.file} says no context length: open_clip's ${OPEN_CLIP_CONTEXT} is used`;
    return { ...from(OPEN_CLIP_CONTEXT, "open_clip's default"), file: configs.openClip.file, notes: [note] };
  }
  if (tokenizerConfig !== null) {
    const schema = z.looseObject({ model_max_length: z.number().nullish() });
    const length = (await readConfig(layout.root, tokenizerConfig, schema)).config.model_max_length;
    if (length && Number.isInteger(length) && length <= LARGEST_CONTEXT) return from(length, tokenizerConfig);
  }
  const positions = configs.huggingFace?.config.text_config?.max_position_embeddings;
  if (configs.huggingFace !== null && positions) return from(positions, configs.huggingFace.file);
  if (vocabularySize !== CLIP_VOCABULARY_SIZE) return null;
  const notes = ["no file says the context length: 77, that of CLIP's vocabulary, is used"];
  return { length: 77, source: "CLIP's vocabulary", file: null, notes };
}
