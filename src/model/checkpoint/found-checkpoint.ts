import type { OnnxModel } from "../onnx/onnx-model.ts";
import type { GraphSource } from "../onnx/onnx-runtime.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import type { Layout } from "./layout.ts";
import type { ModelConfigs } from "./model-config.ts";
import type { PreprocessingConfig } from "./preprocessing-config.ts";
import type { WeightFacts } from "./weight-facts.ts";

/** A graph that was read. */
export interface FoundGraph {
  /** path relative to the checkpoint's folder: the graph, or the weights from which it was compiled */
  readonly file: string;
  readonly model: OnnxModel;
  /** the graph in memory, if it was compiled */
  readonly source?: GraphSource | undefined;
  /** total size of the file and its external data */
  readonly bytes: number;
}

/** The content of a checkpoint, from which its settings follow. */
export interface FoundCheckpoint {
  readonly facts: CheckpointFacts;
  readonly layout: Layout;
  readonly configs: ModelConfigs;
  /** The graph of each tower; the same object if one graph has both. */
  readonly vision: FoundGraph;
  readonly text: FoundGraph;
  /** For compiled graphs: their source, and the preprocessing that follows from it. */
  readonly weights: FoundWeights | null;
}

/** The weights from which a checkpoint was compiled. */
export interface FoundWeights {
  readonly facts: WeightFacts;
  /** Whether `--arch` names pretrained weights, whose preprocessing is known. */
  readonly isPretrained: boolean;
  /** The preprocessing if no file states it; or why it does not follow from the architecture. */
  readonly preprocessing: PreprocessingConfig | { readonly problem: string };
}
