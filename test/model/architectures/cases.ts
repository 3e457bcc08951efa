import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fixtures } from "../../helpers.ts";
import type { FloatType, TensorRecipes } from "./synthetic-weights.ts";

/** PyTorch's results for one architecture, written by `test/fixtures/architectures/make/make-architectures.py`. */
export interface ArchitectureCase {
  readonly id: string;
  /** open_clip's names with this configuration except for depth, vocabulary and tokenizer, or repositories of the Hub */
  readonly names: readonly string[];
  /** `model_cfg` of open_clip, with reduced depth and vocabulary */
  readonly openClip?: Readonly<Record<string, unknown>>;
  /** `config.json` of transformers, with reduced depth and vocabulary */
  readonly huggingFace?: Readonly<Record<string, unknown>>;
  /** number of blocks of timm's network, which a `model_cfg` cannot express */
  readonly timmDepth?: number;
  /** of the weight file; by default, float32 in safetensors */
  readonly stored?: { readonly format: "safetensors" | "pytorch"; readonly type: FloatType };
  readonly imageSize: readonly [height: number, width: number];
  readonly tensors: TensorRecipes;
  /** token ids, one row per text, all of the context length */
  readonly texts: readonly (readonly number[])[];
  /** unit vectors of images 0 and 1 */
  readonly imageEmbeddings: readonly Float32Array[];
  /** unit vectors of the texts */
  readonly textEmbeddings: readonly Float32Array[];
}

const folder = join(fixtures, "architectures/cases");

export const caseIds: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -".json".length))
  .sort();

export function readCase(id: string): ArchitectureCase {
  const json = JSON.parse(readFileSync(join(folder, `${id}.json`), "utf8"));
  return {
    ...json,
    imageEmbeddings: json.imageEmbeddings.map(decodeFloats),
    textEmbeddings: json.textEmbeddings.map(decodeFloats),
  };
}

function decodeFloats(base64: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(base64, "base64")).buffer);
}
