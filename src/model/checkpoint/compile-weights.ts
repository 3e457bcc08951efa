import { InputError } from "../../foundation/errors.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import type { FoundModel } from "./found-model.ts";
import type { WeightChoice } from "./weight-choice.ts";

export async function compileWeights(
  facts: CheckpointFacts,
  choice: WeightChoice,
  _arch: string | undefined,
): Promise<FoundModel> {
  throw new InputError(`${facts.path}: weights are not read yet (${choice.weights}); export them to ONNX`);
}
