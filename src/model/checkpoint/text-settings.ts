import { InputError } from "../../foundation/errors.ts";
import { CLIP_VOCABULARY_SIZE } from "../tokenizer/clip-byte-pairs.ts";
import type { PaddingFiles, PaddingSource } from "../tokenizer/padding-token.ts";
import type { TokenizerSource } from "../tokenizer/tokenizer.ts";
import { type CheckpointFacts, type CompanionFile, findCompanion, namedCompanion } from "./checkpoint-facts.ts";
import type { FoundCheckpoint } from "./found-checkpoint.ts";
import type { Layout } from "./layout.ts";
import { layoutKind } from "./layout-kinds.ts";
import { type OpenClipText, parseOpenClipText } from "./open-clip-text.ts";
import { describeDraft, draftShiftlineJson } from "./shiftline-draft.ts";
import { type SiglipKind, siglipKind } from "./siglip-text.ts";
import { chooseContext } from "./text-context.ts";
import { tokenizerPlace } from "./tokenizer-place.ts";

/** How a checkpoint's texts become token ids. */
export interface TextSettings {
  readonly source: TokenizerSource;
  /** The source of the cleaning. */
  readonly cleaningSource: string;
  /** Maximum number of tokens of a text. */
  readonly contextLength: number;
  /** The source of the context length. */
  readonly contextSource: string;
  /** Rows of the graph's token embedding; null if unknown. */
  readonly vocabularySize: number | null;
  /** Files used, relative to the checkpoint's folder, with their roles. */
  readonly files: readonly { readonly role: string; readonly path: string }[];
  readonly notes: readonly string[];
  /** Reasons why the numbers may be wrong. */
  readonly warnings: readonly string[];
}

/** Properties of the text graph. */
export interface TextGraphFacts {
  /** The fixed length of its token axis; null if it is dynamic. */
  readonly sequenceLength: number | null;
  /** Rows of its token embedding; null if unknown. */
  readonly vocabularySize: number | null;
  /** Rows of the position embedding of a compiled graph, which limits the length of texts. */
  readonly positionRows: number | null;
}

/**
 * Chooses the tokenizer and the context length of a checkpoint's texts.
 *
 * `shiftline.json` takes precedence. Next is open_clip's configuration, with any layout's file names: its cleaning, padding and
 * context length, and CLIP's vocabulary if the folder has no tokenizer and the model's vocabulary has 49,408 tokens. Last is the
 * unmodified tokenizer.json of a Hugging Face layout, with canonicalized texts for SigLIP 2.
 *
 * @throws InputError if there is no tokenizer for the vocabulary, open_clip's config requires an unsupported tokenizer option, or
 *   no source states the context length
 */
export function chooseTextSettings(found: FoundCheckpoint, graph: TextGraphFacts): TextSettings {
  const { facts, layout, configs } = found;
  const { tokenizerJson, pairs, sideFiles } = findTokenizer(facts, layout);
  const tokenizerConfig = sideFiles.config ?? sideFiles.specialTokens;
  const openClip = parseOpenClipText(configs.openClip);
  const vocabularySize = openClip?.vocabularySize ?? graph.vocabularySize;
  const notes: string[] = [];
  if (pairs !== null) {
    notes.push(
      `no tokenizer.json: the tokenizer is built from ${pairs.vocabulary.file} and ${pairs.merges.file}, as in transformers`,
    );
  } else if (tokenizerJson === null) {
    refuseOtherVocabulary(found, openClip, vocabularySize);
    notes.push("no tokenizer in the folder: CLIP's vocabulary (49,408 tokens) with open_clip's cleaning is used");
  }
  const siglip = openClip === null ? siglipKind(found, tokenizerConfig, graph.vocabularySize) : null;
  const cleaning = chooseCleaning(layout, openClip, siglip, tokenizerJson !== null || pairs !== null);
  const context = chooseContext({ ...graph, layout, configs, openClip, vocabularySize, tokenizerConfig });
  const isClip = configs.huggingFace?.config.model_type === "clip" || graph.vocabularySize === CLIP_VOCABULARY_SIZE;
  const defaultClass = pairs !== null && isClip ? "CLIPTokenizer" : null;
  const paddingFiles: PaddingFiles = {
    ...sideFiles,
    defaultClass: siglip !== null && siglip.version === null ? "SiglipTokenizer" : defaultClass,
  };
  if (openClip?.stripsSeparator) {
    notes.push(`${openClip.file}: strip_sep_token: the separator token of each text becomes 0, as in open_clip`);
  }
  // open_clip's configuration is not part of a Hugging Face layout's fingerprint: its settings are in the text identity
  const isOther = layoutKind(layout.kind).library === "transformers" && context.file === openClip?.file;
  return {
    source: {
      tokenizerJson,
      bytePairs: pairs === null ? undefined : { ...pairs, ...sideFiles, defaultClass },
      cleaning: cleaning.cleaning,
      encoding: openClip !== null && !openClip.isSimple ? "file" : "open_clip",
      padding: choosePaddingSource(layout, openClip, paddingFiles),
      ...(openClip?.stripsSeparator ? { stripSeparator: paddingFiles } : {}),
    },
    cleaningSource: cleaning.source,
    contextLength: context.length,
    contextSource: context.source,
    vocabularySize: graph.vocabularySize,
    files: listFiles({ tokenizerJson, pairs, tokenizerConfig }, isOther ? null : context.file),
    notes: [...notes, ...cleaning.notes, ...context.notes],
    warnings: cleaning.warnings,
  };
}

/** The files of the chosen tokenizer; null for missing files. */
interface FoundTokenizer {
  readonly tokenizerJson: CompanionFile | null;
  readonly pairs: { readonly vocabulary: CompanionFile; readonly merges: CompanionFile } | null;
  readonly sideFiles: Readonly<Record<"config" | "specialTokens" | "addedTokens", CompanionFile | null>>;
}

function findTokenizer(facts: CheckpointFacts, { shiftline }: Layout): FoundTokenizer {
  const place = tokenizerPlace(facts, shiftline);
  const [first, second] = place.vocabulary;
  // A file that a shiftline.json names may be missing until it is used; one that was found must be a file
  const take = (file: string) =>
    shiftline?.tokenizer === undefined ? (findCompanion(facts, file) as CompanionFile) : namedCompanion(facts, file);
  const tokenizerJson = first !== undefined && second === undefined ? take(first) : null;
  const pairs = first !== undefined && second !== undefined ? { vocabulary: take(first), merges: take(second) } : null;
  const [config, specialTokens, addedTokens] = place.sideFiles.map((file) => findCompanion(facts, file));
  return {
    tokenizerJson,
    pairs,
    sideFiles: { config: config ?? null, specialTokens: specialTokens ?? null, addedTokens: addedTokens ?? null },
  };
}

function listFiles(
  {
    tokenizerJson,
    pairs,
    tokenizerConfig,
  }: Omit<FoundTokenizer, "sideFiles"> & { tokenizerConfig: CompanionFile | null },
  contextFile: string | null,
): TextSettings["files"] {
  const files: { role: string; path: string }[] = [];
  const add = (role: string, file: CompanionFile | null | undefined) => {
    if (file !== null && file !== undefined) files.push({ role, path: file.file });
  };
  add("tokenizer", tokenizerJson ?? pairs?.vocabulary);
  add("tokenizer merges", pairs?.merges);
  add("tokenizer config", tokenizerConfig);
  const isListed = files.some((file) => file.path === contextFile);
  return contextFile === null || isListed ? files : [...files, { role: "model config", path: contextFile }];
}

function refuseOtherVocabulary(
  { facts, layout, configs, vision, text, weights }: FoundCheckpoint,
  openClip: OpenClipText | null,
  vocabularySize: number | null,
): void {
  const { root } = facts;
  if (layoutKind(layout.kind).library === "transformers" && (openClip === null || !openClip.isSimple)) {
    const isClip = vocabularySize === CLIP_VOCABULARY_SIZE;
    // For weights, the text tower is known to be CLIP's
    if (weights !== null && isClip && configs.huggingFace?.config.model_type === "clip") return;
    const draft = isClip && weights === null ? draftShiftlineJson(facts, [vision, text]) : null;
    const advice =
      draft === null
        ? ""
        : `; its vocabulary has CLIP's size: to use shiftline's CLIP tokenizer with open_clip's cleaning, ${describeDraft(root, draft)}`;
    throw new InputError(
      `${root}: expected tokenizer.json, or vocab.json with merges.txt; save the checkpoint's tokenizer into the folder (transformers: AutoTokenizer.from_pretrained(…).save_pretrained(…))${advice}`,
    );
  }
  if (vocabularySize === CLIP_VOCABULARY_SIZE) return;
  const name = openClip?.tokenizerName;
  const size = vocabularySize === null ? "is not known" : `has ${vocabularySize} tokens`;
  throw new InputError(
    `${root}: no tokenizer.json, and its vocabulary ${size}, not the ${CLIP_VOCABULARY_SIZE} of shiftline's CLIP tokenizer; put its tokenizer.json${name ? ` (${name})` : ""} into the folder`,
  );
}

interface CleaningChoice {
  readonly cleaning: TokenizerSource["cleaning"];
  readonly source: string;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
}

function chooseCleaning(
  layout: Layout,
  openClip: OpenClipText | null,
  siglip: SiglipKind | null,
  hasTokenizer: boolean,
): CleaningChoice {
  const choice = (cleaning: TokenizerSource["cleaning"], source: string, notes: string[] = []): CleaningChoice => ({
    cleaning,
    source,
    notes,
    warnings: [],
  });
  const unsupported = openClip?.unsupported.join(", ") ?? "";
  const described = layout.shiftline?.cleaning;
  if (described !== undefined) {
    const warning = `${openClip?.file} requires ${unsupported}, which is ignored: shiftline.json states the cleaning`;
    return { ...choice(described, "shiftline.json"), warnings: unsupported === "" ? [] : [warning] };
  }
  if (openClip !== null) {
    if (unsupported !== "") throw new InputError(`${layout.root}: ${openClip.file}: not supported: ${unsupported}`);
    const note = `texts are cleaned and padded as ${openClip.file} states: training used open_clip`;
    return choice(openClip.cleaning, openClip.file, layoutKind(layout.kind).library === "open_clip" ? [] : [note]);
  }
  if (siglip?.version === 2) {
    const note = `SigLIP 2 (${siglip.file}): texts are canonicalized (lower case, no punctuation), as in training`;
    return choice("canonicalize", siglip.file, [note]);
  }
  if (siglip !== null) return choice("siglip", "the kind of SigLIP's tokenizer");
  const usual = layoutKind(hasTokenizer ? layout.kind : "open_clip").cleaning;
  return choice(usual.cleaning, usual.source);
}

/** Padding from shiftline.json, otherwise from open_clip's configuration, otherwise by the vocabulary. */
function choosePaddingSource(layout: Layout, openClip: OpenClipText | null, files: PaddingFiles): PaddingSource {
  const padId = layout.shiftline?.padId;
  if (padId !== undefined) return { rule: "fixed", id: padId, source: "shiftline.json: padId" };
  if (openClip === null) return { rule: "vocabulary", files };
  // open_clip pads with 0 for its SimpleTokenizer, and with the padding token of Hugging Face tokenizers.
  if (openClip.isSimple) return { rule: "fixed", id: 0, source: `${openClip.file}: open_clip's own tokenizer` };
  return { rule: "tokenizer", files };
}
