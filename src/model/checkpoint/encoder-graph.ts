import type { ImageSize } from "../../data/image/preprocessing.ts";
import { flattenNodes } from "../onnx/graph-slice.ts";
import type { OnnxModel } from "../onnx/onnx-model.ts";
import type { GraphSource } from "../onnx/onnx-runtime.ts";
import type { TensorInfo } from "../onnx/onnx-tensor.ts";
import type { GraphSession } from "../onnx/session.ts";
import {
  findTextSignature,
  findVisionSignature,
  type GraphSignature,
  graphTakes,
  refuseNaFlex,
  refuseOtherInputs,
  type SignatureHints,
  type TextSignature,
  type VisionSignature,
} from "./encoder-signature.ts";
import type { TextPooling } from "./text-pooling.ts";

/** A graph and how it is used. */
export interface EncoderGraph {
  /** Absolute path of the graph, or of the weights from which it was compiled. */
  readonly path: string;
  /** The graph in memory if it was compiled; otherwise it is read from `path`. */
  readonly source?: GraphSource | undefined;
  /** Names that a configuration gives the image side's inputs and outputs. */
  readonly visionHints: SignatureHints;
  /** Names that a configuration gives the text side's inputs and outputs. */
  readonly textHints: SignatureHints;
  /** Whether `pooler_output` is the embedding (SigLIP from transformers). */
  readonly pooled: boolean;
  /** The output that contains the embedding, as the file declares it: onnxruntime may report another shape. */
  readonly embedding: TensorInfo;
  /** Size of the images that the graph is fed. */
  readonly size: ImageSize;
  /** Token ids per text, with start and end tokens. */
  readonly contextLength: number;
  /** How token states become an embedding, if the text output contains token states. */
  readonly pooling?: TextPooling | undefined;
  /** Whether its bfloat16 values are converted to float32, for which there are kernels. */
  readonly widens?: boolean;
  /** Bytes of the graph and its weights, which determine the time limit of a run. */
  readonly bytes?: number;
  /**
   * Whether embeddings depend on their batch, because the graph quantizes activations by the range of the whole batch: rows are
   * then embedded one at a time.
   */
  readonly batchDependent: boolean;
  /** Whether the graph rounds activations to integers: texts are then always padded to the context length. */
  readonly roundsActivations: boolean;
}

/** The towers of a graph; null for a missing tower. */
export interface TowerSides {
  readonly vision: VisionSignature | null;
  readonly text: TextSignature | null;
}

/**
 * Finds the signatures of a graph with an image tower, a text tower or both.
 *
 * @throws InputError if a tower's input or output cannot be identified, or the graph requires unknown inputs
 */
export function findSides(
  graph: GraphSignature | GraphSession,
  tower: Pick<EncoderGraph, "visionHints" | "textHints" | "pooled" | "pooling">,
): TowerSides {
  refuseNaFlex(graph);
  const takes = graphTakes(graph);
  const vision = takes.images ? findVisionSignature(graph, tower.visionHints, tower.pooled) : null;
  const text = takes.texts
    ? findTextSignature(graph, tower.textHints, tower.pooled, tower.pooling !== undefined)
    : null;
  refuseOtherInputs(graph, vision, text);
  return { vision, text };
}

/** Whether a graph quantizes activations at run time by the range of all values of a batch (dynamic quantization). */
export function quantizesActivations(model: OnnxModel): boolean {
  return flattenNodes(model.nodes, model).some((node) => node.op.startsWith("DynamicQuantize"));
}
