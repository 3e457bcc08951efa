import { join, posix } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { CLIP_VOCABULARY_SIZE } from "../tokenizer/clip-byte-pairs.ts";
import type { PaddingFiles, PaddingSource } from "../tokenizer/padding-token.ts";
import type { TokenizerSource } from "../tokenizer/tokenizer.ts";
import { findCompanion } from "./companion-files.ts";
import type { Layout } from "./layout.ts";
import type { ModelConfigs } from "./model-config.ts";
import { type OpenClipText, readOpenClipText } from "./open-clip-text.ts";
import { describeDraft, draftShiftlineJson } from "./shiftline-draft.ts";
import { readSiglipKind, type SiglipKind } from "./siglip-text.ts";
import { readContext } from "./text-context.ts";

/** How a checkpoint's texts become token ids. */
export interface TextSettings {
  readonly source: TokenizerSource;
  /** What decided the cleaning. */
  readonly cleaningSource: string;
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

/**
 * Decides which tokenizer a checkpoint's texts go through and how long they may be.
 *
 * `shiftline.json` first. Else open_clip's configuration, under every layout's file names: its cleaning, padding and
 * context length, and CLIP's own vocabulary where the folder brings no tokenizer and theirs has 49,408 tokens. Else a
 * Hugging Face layout's tokenizer.json as it is, canonicalized for SigLIP 2.
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
      : await findCompanion(layout.root, ...TOKENIZER_FOLDERS.map((folder) => posix.join(folder, "tokenizer.json")));
  const pairs = tokenizerFile === null ? await findBytePairs(layout.root) : null;
  const beside = await findFilesBeside(layout.root, tokenizerFile ?? pairs?.vocabulary ?? null);
  const configFile = beside.config ?? beside.specialTokens;
  const files: { role: string; path: string }[] = [];
  if (tokenizerFile !== null) files.push({ role: "tokenizer", path: tokenizerFile });
  if (pairs !== null)
    files.push({ role: "tokenizer", path: pairs.vocabulary }, { role: "tokenizer merges", path: pairs.merges });
  if (configFile !== null) files.push({ role: "tokenizer config", path: configFile });
  const openClip = readOpenClipText(configs.openClip);
  const notes: string[] = [];
  const vocabularySize = openClip?.vocabularySize ?? graph.vocabularySize;
  if (pairs !== null) {
    notes.push(
      `no tokenizer.json: its tokenizer is made of ${pairs.vocabulary} and ${pairs.merges}, as transformers makes it`,
    );
  } else if (tokenizerFile === null) {
    await refuseOtherVocabulary(layout, openClip, vocabularySize);
    notes.push("no tokenizer in the folder: CLIP's own vocabulary (49,408 tokens) with open_clip's cleaning is used");
  }
  const siglip = openClip === null ? await readSiglipKind(layout, configs, configFile, graph.vocabularySize) : null;
  const cleaning = chooseCleaning(layout, openClip, siglip, tokenizerFile !== null || pairs !== null);
  const isClip = configs.huggingFace?.config.model_type === "clip" || graph.vocabularySize === CLIP_VOCABULARY_SIZE;
  const defaultClass = pairs !== null && isClip ? "CLIPTokenizer" : null;
  const context = await readContext({
    ...graph,
    ...{ layout, configs, openClip, vocabularySize },
    tokenizerConfig: configFile,
  });
  // open_clip's configuration is no file of a Hugging Face layout's fingerprint: what it says is in the text identity
  const isOther = layout.kind === "hugging-face" && context.file === openClip?.file;
  if (context.file !== null && !isOther && !files.some((file) => file.path === context.file)) {
    files.push({ role: "model config", path: context.file });
  }
  const paddingFiles = {
    ...absolute(layout.root, beside),
    defaultClass: siglip !== null && siglip.version === null ? "SiglipTokenizer" : defaultClass,
  };
  if (openClip?.stripsSeparator) {
    notes.push(`${openClip.file}: strip_sep_token: the separator token of each text becomes 0, as in open_clip`);
  }
  return {
    source: {
      tokenizerJson: tokenizerFile === null ? null : join(layout.root, tokenizerFile),
      bytePairs:
        pairs === null
          ? undefined
          : {
              ...{
                vocabulary: join(layout.root, pairs.vocabulary),
                merges: join(layout.root, pairs.merges),
                defaultClass,
              },
              ...absolute(layout.root, beside),
            },
      cleaning: cleaning.cleaning,
      encoding: openClip !== null && !openClip.isSimple ? "file" : "open_clip",
      padding: choosePadding(layout, openClip, paddingFiles),
      ...(openClip?.stripsSeparator ? { stripSeparator: paddingFiles } : {}),
    },
    cleaningSource: cleaning.source,
    contextLength: context.length,
    contextSource: context.source,
    vocabularySize: graph.vocabularySize,
    files,
    notes: [...notes, ...cleaning.notes, ...context.notes],
    warnings: cleaning.warnings,
  };
}

/** Folders in which a tokenizer's files are looked for. */
const TOKENIZER_FOLDERS = ["", "textual", "onnx", "text", "text_encoder", "tokenizer"];

/** vocab.json and merges.txt in one folder; null where both are in none. */
async function findBytePairs(root: string): Promise<{ vocabulary: string; merges: string } | null> {
  for (const folder of TOKENIZER_FOLDERS) {
    const [vocabulary, merges] = [posix.join(folder, "vocab.json"), posix.join(folder, "merges.txt")];
    if ((await findCompanion(root, vocabulary)) !== null && (await findCompanion(root, merges)) !== null)
      return { vocabulary, merges };
  }
  return null;
}

type FilesBeside = Omit<PaddingFiles, "defaultClass">;

/** The files that transformers reads beside a tokenizer.json, relative to the checkpoint's folder. */
async function findFilesBeside(root: string, tokenizerFile: string | null): Promise<FilesBeside> {
  if (tokenizerFile === null) return { config: null, specialTokens: null, addedTokens: null };
  const find = (name: string) => findCompanion(root, posix.join(posix.dirname(tokenizerFile), name));
  return {
    config: await find("tokenizer_config.json"),
    specialTokens: await find("special_tokens_map.json"),
    addedTokens: await find("added_tokens.json"),
  };
}

function absolute(root: string, { config, specialTokens, addedTokens }: FilesBeside): FilesBeside {
  const at = (file: string | null) => (file === null ? null : join(root, file));
  return { config: at(config), specialTokens: at(specialTokens), addedTokens: at(addedTokens) };
}

async function refuseOtherVocabulary(
  layout: Layout,
  openClip: OpenClipText | null,
  vocabularySize: number | null,
): Promise<void> {
  if (layout.kind === "hugging-face" && (openClip === null || !openClip.isSimple)) {
    const isClip = vocabularySize === CLIP_VOCABULARY_SIZE;
    const draft = isClip ? await draftShiftlineJson(layout.root, [...new Set([layout.vision, layout.text])]) : null;
    const advice =
      draft === null
        ? ""
        : `; its vocabulary has CLIP's size: to use CLIP's tokenizer that ships with shiftline, with open_clip's cleaning, ${describeDraft(layout.root, draft)}`;
    throw new InputError(
      `${layout.root}: no tokenizer.json, nor vocab.json with merges.txt; save the checkpoint's tokenizer into the folder (transformers: AutoTokenizer.from_pretrained(…).save_pretrained(…))${advice}`,
    );
  }
  if (vocabularySize === CLIP_VOCABULARY_SIZE) return;
  const name = openClip?.tokenizerName;
  const size = vocabularySize === null ? "is not known" : `has ${vocabularySize} tokens`;
  throw new InputError(
    `${layout.root}: no tokenizer.json, and its vocabulary ${size}, not the ${CLIP_VOCABULARY_SIZE} of CLIP's tokenizer that ships with shiftline; put its tokenizer.json${name ? ` (${name})` : ""} into the folder`,
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
    ...{ cleaning, source, notes },
    warnings: [],
  });
  const unsupported = openClip?.unsupported.join(", ") ?? "";
  const described = layout.shiftline?.cleaning;
  if (described !== undefined) {
    const warning = `${openClip?.file} asks for ${unsupported}, which is not followed: shiftline.json says the cleaning`;
    return { ...choice(described, "shiftline.json"), warnings: unsupported === "" ? [] : [warning] };
  }
  if (openClip !== null) {
    if (unsupported !== "") throw new InputError(`${layout.root}: ${openClip.file}: not supported: ${unsupported}`);
    const note = `texts are cleaned and padded as ${openClip.file} says: training used open_clip`;
    return choice(openClip.cleaning, openClip.file, layout.kind === "open_clip" ? [] : [note]);
  }
  if (siglip?.version === 2) {
    const note = `SigLIP 2 (${siglip.file}): texts are canonicalized (lower case, no punctuation), as in training`;
    return choice("canonicalize", siglip.file, [note]);
  }
  if (siglip !== null) return choice("siglip", "the kind of SigLIP's tokenizer");
  if (layout.kind === "open_clip" || !hasTokenizer) return choice("open_clip", "open_clip's default");
  return choice("none", layout.kind === "shiftline" ? "shiftline.json's default" : "the Hugging Face layout");
}

/** shiftline.json; else open_clip's configuration; else by the vocabulary. */
function choosePadding(layout: Layout, openClip: OpenClipText | null, files: PaddingFiles): PaddingSource {
  const padId = layout.shiftline?.padId;
  if (padId !== undefined) return { rule: "fixed", id: padId, source: "shiftline.json: padId" };
  if (openClip === null) return { rule: "vocabulary", files };
  // open_clip pads the texts of its own tokenizer with 0; those from Hugging Face with their own padding token.
  if (openClip.isSimple) return { rule: "fixed", id: 0, source: `${openClip.file}: open_clip's own tokenizer` };
  return { rule: "tokenizer", files };
}
