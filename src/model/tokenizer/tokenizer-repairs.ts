import { createCharsmap } from "./sentencepiece-charsmap.ts";

/**
 * Corrects the parts of `@huggingface/tokenizers` 0.2 that differ from the Rust tokenizers with which the models were trained:
 * JavaScript's white space includes U+FEFF and excludes U+0085, its lower-case sigma depends on adjacent letters, its \w and \d
 * are ASCII, and the library only approximates SentencePiece's character map.
 *
 * @throws InputError if a character map is invalid
 */
export function repairTokenizer(pipeline: PipelineParts, content: PipelineConfig): void {
  for (const [config, part] of pairs(content.normalizer, pipeline.normalizer)) repairNormalizer(config, part);
  for (const [config, part] of pairs(content.pre_tokenizer, pipeline.pre_tokenizer)) repairPreTokenizer(config, part);
}

/** A part of a pipeline in tokenizer.json. */
export interface PartConfig {
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface PipelineConfig {
  readonly normalizer: PartConfig | null;
  readonly pre_tokenizer: PartConfig | null;
}

/** The same parts as built by the library, which has no types for them. */
export interface PipelineParts {
  readonly normalizer: Normalizer | null;
  readonly pre_tokenizer: PreTokenizer | null;
}

export interface Normalizer {
  normalize(text: string): string;
  readonly normalizers?: readonly Normalizer[];
}

export interface PreTokenizer {
  pre_tokenize(text: string, options: { section_index: number }): string[];
  pre_tokenize_text(text: string, options?: { section_index: number }): string[];
  pattern?: RegExp;
  readonly tokenizers?: readonly PreTokenizer[];
}

/** The configuration of each part that is not a sequence. */
export function partsOf(config: PartConfig | null): PartConfig[] {
  if (config === null) return [];
  return config.type === "Sequence" ? innerParts(config).flatMap(partsOf) : [config];
}

function innerParts(config: PartConfig): readonly PartConfig[] {
  return (config.normalizers ?? config.pretokenizers ?? []) as readonly PartConfig[];
}

/** Each part that is not a sequence, with its configuration. */
export function pairs<P extends { normalizers?: readonly P[]; tokenizers?: readonly P[] }>(
  config: PartConfig | null,
  part: P | null,
): [PartConfig, P][] {
  if (config === null || part === null) return [];
  if (config.type !== "Sequence") return [[config, part]];
  const parts = part.normalizers ?? part.tokenizers ?? [];
  return innerParts(config).flatMap((each, i) => pairs(each, parts[i] ?? null));
}

function repairNormalizer(config: PartConfig, part: Normalizer): void {
  if (/^NFK?[CD]$/.test(config.type)) {
    part.normalize = (text) => normalizeAsOfUnicode9(text, config.type);
  } else if (config.type === "Lowercase") {
    part.normalize = lowerCase;
  } else if (config.type === "Strip") {
    part.normalize = (text) => {
      const left = config.strip_left ? text.replace(/^\p{White_Space}+/u, "") : text;
      return config.strip_right ? left.replace(/\p{White_Space}+$/u, "") : left;
    };
  } else if (config.type === "Precompiled") {
    const charsmap = config.precompiled_charsmap;
    part.normalize = typeof charsmap === "string" && charsmap !== "" ? createCharsmap(charsmap) : (text) => text;
  } else if (config.type === "BertNormalizer") {
    part.normalize = (text) => normalizeForBert(text, config);
  }
}

function repairPreTokenizer(config: PartConfig, part: PreTokenizer): void {
  if (config.type === "ByteLevel") {
    part.pattern = BYTE_LEVEL_WORD;
  } else if (config.type === "WhitespaceSplit") {
    part.pre_tokenize_text = (text) => text.match(/\P{White_Space}+/gu) ?? [];
  } else if (config.type === "Whitespace") {
    part.pre_tokenize_text = (text) => text.match(WORD_OR_SIGNS) ?? [];
  } else if (config.type === "BertPreTokenizer") {
    part.pattern = BERT_WORD;
  } else if (config.type === "Digits") {
    part.pattern = config.individual_digits === true ? /\P{N}+|\p{N}/gu : /\P{N}+|\p{N}+/gu;
  } else if (config.type === "Metaspace" && config.split !== false) {
    splitAtMarks(part, typeof config.replacement === "string" ? config.replacement : "\u2581");
  }
}

/** Metaspace splits before each mark by default; the library leaves the text in one piece. */
function splitAtMarks(part: PreTokenizer, mark: string): void {
  const inOnePiece = part.pre_tokenize_text.bind(part);
  part.pre_tokenize_text = (text, options) =>
    inOnePiece(text, options).flatMap((piece) => {
      const [first, ...rest] = piece.split(mark) as [string, ...string[]];
      const words = rest.map((word) => mark + word);
      return first === "" ? words : [first, ...words];
    });
}

const BYTE_LEVEL_WORD =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;
const WORD_OR_SIGNS =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu;
const BERT_WORD = /[^\p{White_Space}\p{P}!-/:-@[-`{-~]+|[\p{P}!-/:-@[-`{-~]/gu;

/** Converts each character to lower case separately, so that no sigma becomes a final one. */
function lowerCase(text: string): string {
  return text.replaceAll("\u03a3", "\u03c3").toLowerCase();
}

/** Unicode's normal form with the tables of Unicode 9, in which later marks are ordinary characters. */
function normalizeAsOfUnicode9(text: string, form: string): string {
  return text
    .split(LATER_MARK)
    .map((part, i) => (i % 2 === 1 ? part : part.normalize(form)))
    .join("");
}

/** Marks with a combining class that were added in Unicode 10 to 14, and two that received their class then. */
// biome-ignore format: a comment must directly precede its line
// biome-ignore lint/suspicious/noMisleadingCharacterClass: each mark is matched separately
const LATER_MARK = /([\u07fd\u0898-\u089f\u08ca-\u08d3\u09fe\u0c3c\u0d3b\u0d3c\u0eba\u1715\u1abf-\u1ace\u1df6-\u1dfa\ua82c\u{10d24}-\u{10d27}\u{10eab}\u{10eac}\u{10f46}-\u{10f50}\u{10f82}-\u{10f85}\u{11070}\u{1133b}\u{1145e}\u{11839}\u{1183a}\u{1193d}\u{1193e}\u{11943}\u{119e0}\u{11a34}\u{11a47}\u{11a99}\u{11d42}\u{11d44}\u{11d45}\u{11d97}\u{16ff0}\u{16ff1}\u{1e130}-\u{1e136}\u{1e2ae}\u{1e2ec}-\u{1e2ef}])/u;

/**
 * BERT's normalizer: removes control characters, separates CJK ideographs, strips accents and converts to lower case, as
 * configured.
 */
function normalizeForBert(text: string, config: Readonly<Record<string, unknown>>): string {
  let normalized = text;
  if (config.clean_text !== false) {
    normalized = normalized.replace(/(?![\t\n\r])[\0\ufffd\p{C}]/gu, "").replace(/\p{White_Space}/gu, " ");
  }
  if (config.handle_chinese_chars !== false) normalized = normalized.replace(CJK_IDEOGRAPH, " $& ");
  if (config.strip_accents ?? config.lowercase ?? true)
    normalized = normalizeAsOfUnicode9(normalized, "NFD").replace(/\p{Mn}/gu, "");
  return (config.lowercase ?? true) ? lowerCase(normalized) : normalized;
}

const CJK_IDEOGRAPH =
  /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;
