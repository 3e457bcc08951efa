import { type ActivationName, findActivations } from "../../onnx/activation.ts";
import { sliceGraph } from "../../onnx/graph-slice.ts";
import type { OnnxModel } from "../../onnx/onnx-model.ts";
import type { TensorInfo } from "../../onnx/onnx-tensor.ts";
import type { ResolvedCheckpoint } from "../resolve-checkpoint.ts";

/** The most frequent activation in each tower's graph; null if none was recognized. */
export interface TowerActivations {
  readonly vision: ActivationName | null;
  readonly text: ActivationName | null;
}

export function towerActivations({ vision, text }: ResolvedCheckpoint): TowerActivations {
  return { vision: mostFrequent(vision), text: text === null ? null : mostFrequent(text) };
}

interface TowerGraph {
  readonly model: OnnxModel;
  readonly signature: { readonly embedding: TensorInfo };
}

function mostFrequent({ model, signature }: TowerGraph): ActivationName | null {
  return findActivations(sliceGraph(model, signature.embedding.name))[0]?.name ?? null;
}
