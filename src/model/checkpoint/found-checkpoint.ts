import type { OnnxModel } from "../onnx/onnx-model.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import type { Layout } from "./layout.ts";
import type { ModelConfigs } from "./model-config.ts";

/** A graph that was read. */
export interface FoundGraph {
  /** relative to the checkpoint's folder */
  readonly file: string;
  readonly model: OnnxModel;
  /** of the file and of those beside it that hold its weights */
  readonly bytes: number;
}

/** What was found of a checkpoint, from which follows how it is used. */
export interface FoundCheckpoint {
  readonly facts: CheckpointFacts;
  readonly layout: Layout;
  readonly configs: ModelConfigs;
  /** The layout's graphs, each once, that of the image tower first. */
  readonly graphs: readonly FoundGraph[];
}
