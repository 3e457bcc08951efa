import { join } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import type { Architecture } from "../architectures/architecture.ts";
import { type CompiledGraph, compileImageTower, compileTextTower } from "../architectures/compile.ts";
import { openClipNames } from "../architectures/open-clip-names.ts";
import { readArchitecture } from "../architectures/read-architecture.ts";
import { parseOnnxModel } from "../onnx/onnx-model.ts";
import { tensorBytes } from "../onnx/onnx-tensor.ts";
import { architecturePreprocessing } from "./architecture-preprocessing.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import type { FoundGraph } from "./found-checkpoint.ts";
import type { FoundModel } from "./found-model.ts";
import { ACCEPTED } from "./layout-kinds.ts";
import { type ConfigFile, type ModelConfigs, type OpenClipModelConfig, parseModelConfigs } from "./model-config.ts";
import { readSettledWeights, type SettledWeights } from "./read-settled-weights.ts";
import { readTrainingParams, warnOfTraining } from "./training-params.ts";
import type { WeightChoice } from "./weight-choice.ts";
import type { WeightFacts } from "./weight-facts.ts";
import { isWeightName } from "./weight-names.ts";

/**
 * Compiles a checkpoint's weights to the graphs of its towers, which stay in memory and refer to the weight files.
 *
 * @param arch the value of `--arch`
 * @throws InputError if the weights cannot be read, their architecture is unknown, or they do not fit it
 */
export async function compileWeights(
  facts: CheckpointFacts,
  { weights: file, notes }: WeightChoice,
  arch: string | undefined,
): Promise<FoundModel> {
  const settled = await readSettledWeights(facts, file).catch((cause: unknown) => {
    if (!(cause instanceof InputError) || isWeightName(file)) throw cause;
    throw new InputError(cause.message, { cause, detail: ACCEPTED });
  });
  const { weights, files, states } = settled;
  const configs = parseModelConfigs(facts);
  const names = await openClipNames();
  const training = await readTrainingParams(facts.root, names);
  const { openClip, huggingFace } = configs;
  const trained = training?.arch == null ? undefined : { file: training.file, arch: training.arch };
  const architecture = await readArchitecture(weights, { openClip, huggingFace, arch, trained });
  const image = compileImageTower(architecture.image);
  const text = compileTextTower(architecture.text);
  // A configuration in the folder of the weights states the activation
  const isOfTraining = arch !== undefined || (trained !== undefined && architecture.source.startsWith(trained.file));
  const { root, stem } = facts;
  // Results contain the source, so it must not depend on the folder of the weights
  const byName = (text: string) => text.replaceAll(weights.path, file);
  const kind = architecture.library === "transformers" ? "hugging-face" : "open_clip";
  return {
    found: {
      facts,
      layout: { kind, root, stem, vision: file, text: file, singleFile: false, shiftline: null, notes: [] },
      configs: describedConfigs(configs, architecture, arch),
      vision: graphOf(facts, file, image),
      text: graphOf(facts, file, text),
      weights: {
        isPretrained: architecture.openClipPreprocessing !== null,
        facts: weightFacts(settled, architecture, { image, text }),
        preprocessing: architecturePreprocessing(names, { path: weights.path, arch, architecture, training }),
      },
    },
    pooling: undefined,
    files: files.map((path) => ({ role: "weights", path })),
    poolingFiles: [],
    states,
    notes: [...facts.notes, ...notes, ...[...weights.notes, ...architecture.notes].map(byName)],
    laterNotes: [],
    warnings: [...architecture.warnings.map(byName), ...warnOfTraining(isOfTraining ? training : null, arch)],
  };
}

function graphOf({ root }: CheckpointFacts, file: string, { bytes, folder }: CompiledGraph): FoundGraph {
  const path = join(root, file);
  const model = parseOnnxModel(bytes, path);
  const stored = model.tensors.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  return { file, model, source: { bytes, folder, name: path }, bytes: bytes.length + stored };
}

function weightFacts(
  { weights }: SettledWeights,
  architecture: Architecture,
  { image, text }: { readonly image: CompiledGraph; readonly text: CompiledGraph },
): WeightFacts {
  const towerOf = ({ sha256, parameters, multiplyAdds }: CompiledGraph) => ({ sha256, parameters, multiplyAdds });
  const { tokenEmbedding, contextLength } = architecture.text;
  return {
    architecture: architecture.name,
    source: architecture.source,
    format: weights.format,
    image: towerOf(image),
    text: { ...towerOf(text), vocabularySize: tokenEmbedding.shape[0] as number, contextLength },
    unused: architecture.unused,
  };
}

/** Tokenization follows from the description that was used; that of another library is ignored. */
function describedConfigs(
  configs: ModelConfigs,
  { openClipConfig, source }: Architecture,
  arch: string | undefined,
): ModelConfigs {
  if (openClipConfig === null || (arch === undefined && configs.openClip !== null)) return configs;
  const file = arch === undefined ? source : `--arch ${arch}`;
  const openClip: ConfigFile<OpenClipModelConfig> = { file, config: openClipConfig, isNamed: true };
  return { ...configs, openClip };
}
