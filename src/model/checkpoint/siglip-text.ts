import { z } from "zod";
import { jsonAs } from "../../foundation/files/file-content.ts";
import { type CompanionFile, findCompanion } from "./checkpoint-facts.ts";
import type { FoundCheckpoint } from "./found-checkpoint.ts";
import { layoutKind } from "./layout-kinds.ts";
import { isSiglip } from "./model-config.ts";

/** Rows of Gemma's token embedding, which SigLIP 2 has. */
const GEMMA_VOCABULARY = 256_000;

/** SigLIP's texts have 64 tokens where config.json leaves transformers' default out. */
export const SIGLIP_CONTEXT = 64;

/** Which SigLIP a Hugging Face layout holds, and the file that says so. */
export interface SiglipKind {
  /** 2 where a file says so; null where the tokenizer decides: SigLIP 2's is a byte-pair encoding. */
  readonly version: 2 | null;
  readonly file: string;
}

const CLASSES = z.looseObject({
  tokenizer_class: z.string().nullish(),
  processor_class: z.string().nullish(),
  image_processor_type: z.string().nullish(),
});

/**
 * Whether a checkpoint in Hugging Face's layout is SigLIP, and whether its files call it SigLIP 2. Google publishes
 * SigLIP 2 of fixed resolution with the model type "siglip"; its tokenizer's class is Gemma's.
 *
 * @param vocabularySize rows of the graph's token embedding, null where they were not found
 * @returns null for every other model
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
