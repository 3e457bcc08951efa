import { InputError } from "../../foundation/errors.ts";
import type { TensorInfo } from "../onnx/onnx-tensor.ts";

/** Names of a graph's inputs and outputs from a shiftline.json; null for names that it omits and that are searched. */
export interface SignatureHints {
  /** input for pixels or token ids */
  readonly input: string | null;
  /** output that is the embedding */
  readonly output: string | null;
  /** input for the attention mask of texts */
  readonly attentionMask: string | null;
}

/** The input and output of an image tower. */
export interface VisionSignature {
  readonly pixels: TensorInfo;
  readonly embedding: TensorInfo;
}

/** The inputs and output of a text tower. */
export interface TextSignature {
  readonly ids: TensorInfo;
  readonly attentionMask: TensorInfo | null;
  readonly positionIds: TensorInfo | null;
  readonly tokenTypeIds: TensorInfo | null;
  readonly embedding: TensorInfo;
}

/** A graph's inputs and outputs from its metadata. */
export interface GraphSignature {
  /** Name of the graph in messages: its path. */
  readonly path: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

export const NO_HINTS: SignatureHints = { input: null, output: null, attentionMask: null };

const PIXEL_NAMES = ["pixel_values", "image", "images", "input_image", "pixels", "input"];
const ID_NAMES = ["input_ids", "text", "texts", "input_text", "tokens", "text_tokens", "token_ids", "input"];
const IMAGE_EMBEDDING_NAMES = ["image_embeds", "image_features", "image_embeddings", "image_embedding", "image_embed"];
const TEXT_EMBEDDING_NAMES = ["text_embeds", "text_features", "text_embeddings", "text_embedding", "text_embed"];
const EMBEDDING_NAMES = [
  "unnorm_image_features",
  "unnorm_text_features",
  "embedding",
  "embeddings",
  "features",
  "output",
];
/** Outputs of the correct rank that are not embeddings: pooled states before the projection, and logits. */
const NOT_EMBEDDINGS = /hidden_state|pooler_output|pooled_output|logits|logit_scale|logit_bias|attentions/i;
/** Scores of a run's images against its texts, which a complete CLIP returns: never an embedding, even if a file states it. */
const PAIR_LOGITS = /logits[_-]?per[_-]?(?:image|text)/i;
const LOGITS = /logits/i;
const WHAT_LOGITS_ARE = "scores of a run's images against its texts, not embeddings";

/**
 * Refuses SigLIP 2's NaFlex, which takes patches of images of any shape: open_clip and transformers do not choose the patches by
 * a single image size.
 *
 * @throws InputError with its inputs and what to use instead
 */
export function refuseNaFlex({ path, inputs }: GraphSignature): void {
  const naFlexInputs = inputs.filter(({ name }) => /^(?:spatial_shapes|pixel_attention_mask)$/.test(name));
  if (naFlexInputs.length === 0) return;
  throw new InputError(
    `${path}: a SigLIP 2 NaFlex graph (${naFlexInputs.map(describeTensor).join(", ")}), which takes patches of images of any shape: not supported; use the fixed-resolution version, such as siglip2-base-patch16-256 for siglip2-base-patch16-naflex`,
  );
}

/** Whether the graph takes images, texts, or both. */
export function graphTakes(graph: GraphSignature): { images: boolean; texts: boolean } {
  return { images: graph.inputs.some(mayBePixels), texts: graph.inputs.some(mayBeIds) };
}

/**
 * Finds the signature of a graph's image tower: by the hints, otherwise by the names that exporters use, otherwise as the only
 * candidate by rank and type.
 *
 * @param pooled whether `pooler_output` is the embedding, as in SigLIP towers exported from transformers
 * @throws InputError with the inputs or outputs and their shapes if there is no candidate or several, or the input's type or
 *   layout is not supported
 */
export function findVisionSignature(
  graph: GraphSignature,
  hints: SignatureHints = NO_HINTS,
  pooled = false,
): VisionSignature {
  const pixels = pick(graph, "vision", "input", hints.input, PIXEL_NAMES, mayBePixels);
  if (!["float32", "float16", "float64", "uint8"].includes(pixels.type)) {
    throw new InputError(
      `${graph.path}: input ${describeTensor(pixels)}: expected float32, float16, float64 or uint8 pixels`,
    );
  }
  const channels = pixels.shape[1];
  if (typeof channels === "number" && channels !== 3 && !isChannelsLast(pixels)) {
    throw new InputError(
      `${graph.path}: input ${describeTensor(pixels)}: expected (n, 3, height, width) or (n, height, width, 3)`,
    );
  }
  const names = [...IMAGE_EMBEDDING_NAMES, ...EMBEDDING_NAMES, ...(pooled ? ["pooler_output"] : [])];
  const isCandidate = (output: TensorInfo) => mayBeEmbedding(output, pooled) && !/text/i.test(output.name);
  return { pixels, embedding: pick(graph, "vision", "output", hints.output, names, isCandidate) };
}

/**
 * Finds the signature of a graph's text tower in the same way. Apart from the ids, it may have `attention_mask`, `position_ids`
 * and `token_type_ids`; any other input is refused by name.
 *
 * @param poolsStates whether the pooling of token states is known, so that they can be used if no output is an embedding
 * @throws InputError with the inputs or outputs and their shapes
 */
export function findTextSignature(
  graph: GraphSignature,
  hints: SignatureHints = NO_HINTS,
  pooled = false,
  poolsStates = false,
): TextSignature {
  const ids = pick(graph, "text", "input", hints.input, ID_NAMES, mayBeIds);
  if (ids.type !== "int32" && ids.type !== "int64") {
    throw new InputError(`${graph.path}: input ${describeTensor(ids)}: expected int32 or int64 token ids`);
  }
  const find = (name: string) => graph.inputs.find((input) => input.name === name) ?? null;
  if (hints.attentionMask !== null && find(hints.attentionMask) === null) {
    throw missing(graph, "text.attentionMask", hints.attentionMask, "input");
  }
  const names = [...TEXT_EMBEDDING_NAMES, ...EMBEDDING_NAMES, ...(pooled ? ["pooler_output"] : [])];
  const isEmbedding = (output: TensorInfo) => mayBeTextEmbedding(output, pooled);
  const pools = poolsStates && !graph.outputs.some(isEmbedding);
  const isCandidate = pools ? mayBeStates : isEmbedding;
  return {
    ids,
    attentionMask: find(hints.attentionMask ?? "attention_mask"),
    positionIds: find("position_ids"),
    tokenTypeIds: find("token_type_ids"),
    embedding: pick(graph, "text", "output", hints.output, names, isCandidate),
  };
}

/** Whether a text graph returns a state per token and no embedding. */
export function givesStates(graph: GraphSignature, hints: SignatureHints, pooled: boolean): boolean {
  const { outputs } = graph;
  if (hints.output !== null) return outputs.some((output) => output.name === hints.output && mayBeStates(output));
  return outputs.some(mayBeStates) && !outputs.some((output) => mayBeTextEmbedding(output, pooled));
}

/** @throws InputError with the inputs of the graph that belong to neither signature, if there are any */
export function refuseOtherInputs(
  graph: GraphSignature,
  vision: VisionSignature | null,
  text: TextSignature | null,
): void {
  const fed = [vision?.pixels, text?.ids, text?.attentionMask, text?.positionIds, text?.tokenTypeIds];
  const unknownInputs = graph.inputs.filter((input) => !fed.some((tensor) => tensor?.name === input.name));
  if (unknownInputs.length > 0) {
    throw new InputError(
      `${graph.path}: the graph has ${unknownInputs.length === 1 ? "an input" : "inputs"} that shiftline cannot feed: ${unknownInputs.map(describeTensor).join(", ")}; export it without`,
    );
  }
}

/** Whether pixels have the layout (n, H, W, 3): the last axis has size 3 and the second does not. */
export function isChannelsLast({ shape }: Pick<TensorInfo, "shape">): boolean {
  return shape.length === 4 && shape[3] === 3 && shape[1] !== 3;
}

/** Describes a tensor for messages: `pixel_values float32 (batch, 3, 224, 224)`. */
export function describeTensor(tensor: TensorInfo): string {
  const axes = tensor.shape.map((size) => (size === "" ? "?" : size)).join(", ");
  return `${tensor.name} ${tensor.type} ${tensor.shape.length === 0 ? "(shape unknown)" : `(${axes})`}`;
}

function pick(
  graph: GraphSignature,
  tower: "vision" | "text",
  kind: "input" | "output",
  hint: string | null,
  names: readonly string[],
  isCandidate: (tensor: TensorInfo) => boolean,
): TensorInfo {
  const all = kind === "input" ? graph.inputs : graph.outputs;
  if (hint !== null) {
    const named = all.find((tensor) => tensor.name === hint);
    if (named === undefined) throw missing(graph, `${tower}.${kind}`, hint, kind);
    if (kind === "output" && PAIR_LOGITS.test(hint)) {
      throw new InputError(
        `${graph.path}: shiftline.json names ${tower}.output "${hint}": logits are ${WHAT_LOGITS_ARE}; ${EXPORT_EMBEDDINGS}`,
      );
    }
    return named;
  }
  const candidates = all.filter(isCandidate);
  for (const name of names) {
    const known = candidates.find((tensor) => tensor.name === name);
    if (known !== undefined) return known;
  }
  if (candidates.length === 1) return candidates[0] as TensorInfo;
  const tensorNames = {
    visioninput: "pixels",
    visionoutput: "image embedding",
    textinput: "token ids",
    textoutput: "text embedding",
  };
  const problem = candidates.length === 0 ? "no" : "more than one";
  const hasLogits = kind === "output" && candidates.length === 0 && all.some((tensor) => LOGITS.test(tensor.name));
  const isText = tower === "text" && kind === "output" && candidates.length === 0;
  const states = isText ? all.find(mayBeStates) : undefined;
  const advice = hasLogits
    ? `logits are ${WHAT_LOGITS_ARE}; ${EXPORT_EMBEDDINGS}`
    : states !== undefined
      ? `${states.name} has a state per token, and no file states how they are pooled: ${SAY_POOLING}`
      : `name it in a shiftline.json as ${tower}.${kind}`;
  throw new InputError(
    `${graph.path}: ${problem} ${kind} can be the ${tensorNames[`${tower}${kind}`]}; the graph's ${kind}s: ${all.map(describeTensor).join(", ")}; ${advice}`,
  );
}

const SAY_POOLING =
  "add sentence-transformers' 1_Pooling/config.json (and 2_Dense), or text.pooling to a shiftline.json, or export the graph with the pooled and projected embedding";
const EXPORT_EMBEDDINGS = "export the graph with its image and text embeddings (image_embeds, text_embeds) as outputs";

function missing(graph: GraphSignature, key: string, name: string, kind: "input" | "output"): InputError {
  const all = kind === "input" ? graph.inputs : graph.outputs;
  return new InputError(
    `${graph.path}: shiftline.json names ${key} "${name}", which the graph does not have; its ${kind}s: ${all.map(describeTensor).join(", ")}`,
  );
}

function mayBePixels(input: TensorInfo): boolean {
  return input.shape.length === 4;
}

function mayBeIds(input: TensorInfo): boolean {
  const integers = input.type === "int32" || input.type === "int64";
  return integers && input.shape.length === 2 && !/mask|position_ids|token_type_ids/.test(input.name);
}

/** Whether an output may be the states of tokens before pooling. */
function mayBeStates(output: TensorInfo): boolean {
  const isNamed = /^(?:last_hidden_state|token_embeddings)$/.test(output.name);
  return isNamed && /^float/.test(output.type) && (output.shape.length === 3 || output.shape.length === 0);
}

function mayBeTextEmbedding(output: TensorInfo, pooled: boolean): boolean {
  return mayBeEmbedding(output, pooled) && !/image/i.test(output.name);
}

/** Whether an output may be an embedding. One of unknown shape may be: some exporters omit shapes. */
function mayBeEmbedding(output: TensorInfo, pooled: boolean): boolean {
  const rank = output.shape.length;
  const isOther = NOT_EMBEDDINGS.test(output.name) && !(pooled && output.name === "pooler_output");
  return /^float/.test(output.type) && (rank === 2 || rank === 0) && !isOther;
}
