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

/** A graph and how it is to be used. */
export interface EncoderGraph {
  /** Absolute path of the graph, or of the weights that it was compiled from. */
  readonly path: string;
  /** The graph in memory, where it was compiled; else it is the file. */
  readonly source?: GraphSource | undefined;
  /** Names that a configuration gives the image side's inputs and outputs. */
  readonly visionHints: SignatureHints;
  /** Names that a configuration gives the text side's inputs and outputs. */
  readonly textHints: SignatureHints;
  /** Whether `pooler_output` is the embedding (SigLIP from transformers). */
  readonly pooled: boolean;
  /** The output that is the embedding, as the file declares it: onnxruntime's own shapes may differ. */
  readonly embedding: TensorInfo;
  /** Size of the images that the graph is fed. */
  readonly size: ImageSize;
  /** Token ids per text, with start and end tokens. */
  readonly contextLength: number;
  /** How token states become an embedding, where the text output is these. */
  readonly pooling?: TextPooling | undefined;
  /** Whether its bfloat16 values become float32, for which there are kernels. */
  readonly widens?: boolean;
  /** Bytes of the graph and its weights, by which its runs are given their time. */
  readonly bytes?: number;
  /** Whether rows must be embedded one at a time: the graph quantises its activations by the range of the whole batch. */
  readonly batchDependent: boolean;
  /** Whether the graph rounds activations to whole numbers: texts are then always padded to the context. */
  readonly roundsActivations: boolean;
}

/** The sides of a graph; null where it does not have the side. */
export interface TowerSides {
  readonly vision: VisionSignature | null;
  readonly text: TextSignature | null;
}

/**
 * The inputs and outputs of a graph that has an image side, a text side or both.
 *
 * @throws InputError if a side's input or output cannot be told, or the graph wants inputs that nothing here can feed
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

/** Whether a graph quantises activations when it runs, by the range of all values of a batch (dynamic quantization). */
export function quantizesActivations(model: OnnxModel): boolean {
  return flattenNodes(model.nodes, model).some((node) => node.op.startsWith("DynamicQuantize"));
}
