import { z } from "zod";
import { jsonAs } from "../../foundation/files/file-content.ts";
import { type CompanionFile, findCompanion } from "./checkpoint-facts.ts";
import type { FoundCheckpoint } from "./found-checkpoint.ts";
import { layoutKind } from "./layout-kinds.ts";
import { isSiglip } from "./model-config.ts";

/** Rows of Gemma's token embedding, which SigLIP 2 uses. */
const GEMMA_VOCABULARY = 256_000;

/** SigLIP's context length if config.json omits it because it is transformers' default. */
export const SIGLIP_CONTEXT = 64;

/** The version of SigLIP in a Hugging Face layout, and the file that states it. */
export interface SiglipKind {
  /** 2 if a file states it; null if the tokenizer decides: SigLIP 2's is a byte-pair encoding. */
  readonly version: 2 | null;
  readonly file: string;
}

const CLASSES = z.looseObject({
  tokenizer_class: z.string().nullish(),
  processor_class: z.string().nullish(),
  image_processor_type: z.string().nullish(),
});

/**
 * Detects whether a checkpoint in Hugging Face's layout is SigLIP, and whether its files declare SigLIP 2. Google publishes
 * SigLIP 2 of fixed resolution with the model type "siglip" and Gemma's tokenizer class.
 *
 * @param vocabularySize rows of the graph's token embedding; null if unknown
 * @returns null for all other models
 */
export function siglipKind(
  { facts, layout, configs }: FoundCheckpoint,
  tokenizerConfig: CompanionFile | null,
  vocabularySize: number | null,
): SiglipKind | null {
  const { huggingFace } = configs;
  if (layoutKind(layout.kind).library !== "transformers") return null;
  if (huggingFace === null || !isSiglip(huggingFace.config)) return null;
  const { config, file } = huggingFace;
  const types = [config.model_type, config.text_config?.model_type, config.vision_config?.model_type];
  if (types.some((type) => type?.startsWith("siglip2"))) return { version: 2, file };
  const rows = vocabularySize ?? config.text_config?.vocab_size;
  if (rows === GEMMA_VOCABULARY) return { version: 2, file };
  for (const name of [null, "processor_config.json", "preprocessor_config.json"]) {
    const found = name === null ? tokenizerConfig : findCompanion(facts, name);
    if (found === null) continue;
    const { tokenizer_class, processor_class, image_processor_type } = jsonAs(found, CLASSES);
    if (/^(Gemma|Siglip2)/.test(tokenizer_class ?? "")) return { version: 2, file: found.file };
    if ([processor_class, image_processor_type].some((type) => type?.startsWith("Siglip2"))) {
      return { version: 2, file: found.file };
    }
  }
  return { version: null, file };
}
