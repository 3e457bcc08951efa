import { type ActivationName, findActivations } from "../../onnx/activation.ts";
import { sliceGraph } from "../../onnx/graph-slice.ts";
import type { OnnxModel } from "../../onnx/onnx-model.ts";
import type { TensorInfo } from "../../onnx/onnx-tensor.ts";
import type { ResolvedCheckpoint } from "../resolve-checkpoint.ts";

/** The activation that each tower's graph has most of; null where none was recognised. */
export interface TowerActivations {
  readonly vision: ActivationName | null;
  readonly text: ActivationName | null;
}

export function towerActivations({ vision, text }: ResolvedCheckpoint): TowerActivations {
  return { vision: mostOf(vision), text: text === null ? null : mostOf(text) };
}

interface Tower {
  readonly model: OnnxModel;
  readonly ports: { readonly embedding: TensorInfo };
}

function mostOf({ model, ports }: Tower): ActivationName | null {
  return findActivations(sliceGraph(model, ports.embedding.name))[0]?.name ?? null;
}
