import type { OnnxModel } from "../onnx/onnx-model.ts";
import type { GraphSource } from "../onnx/onnx-runtime.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import type { Layout } from "./layout.ts";
import type { ModelConfigs } from "./model-config.ts";
import type { PreprocessingConfig } from "./preprocessing-config.ts";
import type { WeightFacts } from "./weight-facts.ts";

/** A graph that was read. */
export interface FoundGraph {
  /** relative to the checkpoint's folder: the graph, or the weights that it was compiled from */
  readonly file: string;
  readonly model: OnnxModel;
  /** the graph in memory, where it was compiled */
  readonly source?: GraphSource | undefined;
  /** of the file and of those beside it that hold its weights */
  readonly bytes: number;
}

/** What was found of a checkpoint, from which follows how it is used. */
export interface FoundCheckpoint {
  readonly facts: CheckpointFacts;
  readonly layout: Layout;
  readonly configs: ModelConfigs;
  /** The graph of each tower; one and the same object where it has both. */
  readonly vision: FoundGraph;
  readonly text: FoundGraph;
  /** Where they were compiled: what from, and the preprocessing that follows from that. */
  readonly weights: FoundWeights | null;
}

/** What was found of the weights that a checkpoint was compiled from. */
export interface FoundWeights {
  readonly facts: WeightFacts;
  /** Whether `--arch` names pretrained weights, and with them how their images are prepared. */
  readonly isPretrained: boolean;
  /** How images are prepared where no file says it; or why that does not follow from the architecture. */
  readonly preprocessing: PreprocessingConfig | { readonly problem: string };
}
