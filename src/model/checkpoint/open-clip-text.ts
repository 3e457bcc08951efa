import type { ConfigFile, OpenClipModelConfig } from "./model-config.ts";

/** The text settings of open_clip's configuration. */
export interface OpenClipText {
  /** The configuration file. */
  readonly file: string;
  readonly cleaning: "open_clip" | "canonicalize";
  /** Whether open_clip uses its SimpleTokenizer, which pads with 0; otherwise a tokenizer from Hugging Face, with its padding. */
  readonly isSimple: boolean;
  /** The name of a Hugging Face tokenizer; null for the SimpleTokenizer. */
  readonly tokenizerName: string | null;
  readonly vocabularySize: number | null;
  readonly contextLength: number;
  /** Whether the context length is open_clip's default, because the file has none. */
  readonly isDefaultContext: boolean;
  /** Whether separator tokens become 0 (CLIPA). */
  readonly stripsSeparator: boolean;
  /** Options that are not supported, each as "key value". */
  readonly unsupported: readonly string[];
}

/** open_clip's context length for a config without one (tokenizer.py `DEFAULT_CONTEXT_LENGTH`). */
const DEFAULT_CONTEXT = 77;

/**
 * Parses the `text_cfg` of open_clip's configuration as open_clip does, for any file layout, because it describes the
 * tokenization in training.
 *
 * @returns null if there is no such configuration, or it has no text settings
 * @see open_clip 3.3.0 src/open_clip/factory.py `get_tokenizer`, tokenizer.py
 */
export function parseOpenClipText(openClip: ConfigFile<OpenClipModelConfig> | null): OpenClipText | null {
  const text = openClip?.config.text_cfg;
  if (openClip === null || text === undefined || text === null) return null;
  const { clean, ...rest } = text.tokenizer_kwargs ?? {};
  const stripsSeparator = rest.strip_sep_token === true && Boolean(text.hf_tokenizer_name); // only HFTokenizer has this option
  const options = Object.entries(rest).filter(([key]) => !(stripsSeparator && key === "strip_sep_token"));
  const unsupported = [
    ...options.filter(([, value]) => value !== null && value !== false && value !== ""),
    ...(text.tokenizer_mode ? [["tokenizer_mode", text.tokenizer_mode]] : []),
  ].map(([key, value]) => `${key} ${JSON.stringify(value)}`);
  const usual = text.hf_tokenizer_name ? "whitespace" : "lower"; // open_clip's default
  if (clean !== undefined && clean !== null && clean !== "canonicalize" && clean !== usual) {
    unsupported.push(`clean ${JSON.stringify(clean)}`);
  }
  return {
    file: openClip.file,
    cleaning: clean === "canonicalize" ? "canonicalize" : "open_clip",
    isSimple: !text.hf_tokenizer_name,
    tokenizerName: text.hf_tokenizer_name || null,
    vocabularySize: text.vocab_size ?? null,
    contextLength: text.context_length ?? DEFAULT_CONTEXT,
    isDefaultContext: !text.context_length,
    stripsSeparator,
    unsupported,
  };
}
