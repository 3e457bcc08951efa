import { join, posix } from "node:path";
import type { FileState } from "../../foundation/files/file-state.ts";
import { carriedWarnings } from "../onnx/carried-warnings.ts";
import { checkExternalData, graphBytes } from "../onnx/external-data.ts";
import { readOnnxModel } from "../onnx/onnx-model.ts";
import { describeWidened } from "../onnx/widen-bfloat16.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import { poolsOutside, signatureRules } from "./checkpoint-settings.ts";
import { readDenseLayer } from "./dense-weights.ts";
import { graphTakes } from "./encoder-signature.ts";
import type { FoundCheckpoint, FoundGraph } from "./found-checkpoint.ts";
import type { FoundModel, RoleFile } from "./found-model.ts";
import type { Layout } from "./layout.ts";
import { parseModelConfigs } from "./model-config.ts";
import { type PoolingConfig, parsePooling } from "./pooling-config.ts";
import { stateIfReadable } from "./read-companion.ts";
import type { TextPooling } from "./text-pooling.ts";

/**
 * Reads the graphs of an export without their weights, and how token states are pooled if the graphs return these.
 *
 * @throws InputError if a graph or a file that belongs to it is missing, truncated or not supported
 */
export async function readExport(facts: CheckpointFacts, layout: Layout): Promise<FoundModel> {
  const states = new Map<string, FileState | null>();
  const look = async (file: string) => states.set(file, await stateIfReadable(join(facts.root, file)));
  const read = async (file: string): Promise<FoundGraph> => {
    await look(file);
    return readGraph(facts.root, file);
  };
  const vision = await read(layout.vision);
  const text = layout.text === layout.vision ? vision : await read(layout.text);
  const found: FoundCheckpoint = { facts, layout, configs: parseModelConfigs(facts), vision, text, weights: null };
  const poolingConfig = choosePooling(found);
  if (poolingConfig?.dense) await look(poolingConfig.dense.weights);
  const pooling = poolingConfig === null ? undefined : await readPooling(facts, poolingConfig);

  const files: RoleFile[] = [];
  for (const [role, { file, model }] of graphRoles(found)) {
    const externalFiles = (await checkExternalData(model)).map((location) => posix.join(posix.dirname(file), location));
    for (const location of externalFiles) await look(location);
    files.push({ role, path: file }, ...externalFiles.map((path) => ({ role: `${role} data`, path })));
  }
  return {
    found,
    pooling,
    files,
    poolingFiles: poolingConfig?.files ?? [],
    states,
    notes: [...layout.notes],
    laterNotes: poolingConfig === null ? [] : [poolingConfig.description],
    warnings: [...new Set([vision, text].flatMap(({ model }) => carriedWarnings(model)))],
  };
}

/** @throws InputError if the file is not a complete graph */
export function readGraph(root: string, file: string): FoundGraph {
  const model = describeWidened(readOnnxModel(join(root, file)));
  return { file, model, bytes: graphBytes(model) };
}

function graphRoles({ layout, vision, text }: FoundCheckpoint): (readonly [string, FoundGraph])[] {
  if (text !== vision) {
    return [
      ["vision", vision],
      ["text", text],
    ];
  }
  return [[layout.singleFile && !graphTakes(vision.model).texts ? "vision" : "vision and text", vision]];
}

function choosePooling({ facts, layout, configs, text }: FoundCheckpoint): PoolingConfig | null {
  const pools = poolsOutside(layout, signatureRules(layout, configs), text.model);
  return pools ? parsePooling(facts, layout.shiftline) : null;
}

async function readPooling({ root }: CheckpointFacts, { mode, dense }: PoolingConfig): Promise<TextPooling> {
  return { mode, dense: dense === null ? null : await readDenseLayer(root, dense) };
}
