import { InputError } from "../../foundation/errors.ts";
import type { Weights } from "../weights/weights.ts";
import type { Architecture } from "./architecture.ts";
import { inferOpenAi, isOpenAiArchive } from "./infer-open-clip.ts";
import { isPublishedName, knownWeights } from "./known-weights.ts";
import { isOneArchitecture, namesByTensors, namesOf } from "./matching-names.ts";
import { type OpenClipConfig, parseOpenClipConfig } from "./open-clip-config.ts";
import { findArchitecture, type OpenClipNames, openClipNames, type PretrainedName } from "./open-clip-names.ts";
import { openClipTowers } from "./open-clip-towers.ts";
import { activationWarning } from "./quick-gelu.ts";
import { takeTensors } from "./take-tensors.ts";
import type { VisionTower } from "./towers.ts";
import { transformersTowers } from "./transformers-towers.ts";

/** A configuration in the folder of the weights. */
export interface FoundConfig {
  /** its name in messages */
  readonly file: string;
  /** the parsed `model_cfg` of open_clip, or transformers' complete `config.json` */
  readonly config: unknown;
}

/** Possible descriptions of an architecture; null if missing. */
export interface ArchitectureConfigs {
  readonly openClip: FoundConfig | null;
  readonly huggingFace: FoundConfig | null;
  /** the value of `--arch` */
  readonly arch?: string | undefined;
  /** the open_clip model in the training arguments, and the file of the arguments */
  readonly trained?: { readonly file: string; readonly arch: string } | undefined;
}

/** An architecture of open_clip, before its tensors are taken. */
interface OpenClipDescription {
  readonly config: OpenClipConfig;
  readonly source: string;
  readonly modelCfg: Readonly<Record<string, unknown>> | null;
  readonly pretrained: PretrainedName | null;
  readonly notes: readonly string[];
  /** reasons why its numbers may be wrong */
  readonly warnings?: readonly string[];
}

/** Maximum number of names in a message. */
const LISTED = 5;

/**
 * Finds the two towers in a state dict. The names of its tensors identify the library; `--arch`, the configuration of that
 * library, the training arguments or the shapes then describe the architecture. Shapes do not show the activation: if only they
 * are available and the path names no weights, GELU is used, with a warning.
 *
 * @throws InputError if there is no description, it is not supported, or a tensor is missing, unexpected or of another shape
 */
export async function readArchitecture(weights: Weights, configs: ArchitectureConfigs): Promise<Architecture> {
  const library = libraryOf(weights);
  return library === "transformers"
    ? transformersArchitecture(weights, configs)
    : openClipArchitecture(weights, configs, await openClipNames());
}

/** The library whose names the tensors have. */
function libraryOf({ path, tensors, unusable }: Weights): Architecture["library"] {
  const names = [...tensors.keys(), ...unusable.keys()];
  const has = (pattern: RegExp) => names.some((name) => pattern.test(name));
  if (has(/^visual\./)) return "open_clip";
  if (has(/^(vision_model|text_model)\./)) return "transformers";
  if (has(/^image_encoder\./) && has(/^text_encoder\./)) {
    throw new InputError(
      `${path}: its tensors have the names of Apple's MobileCLIP repository; use the weights that open_clip publishes (apple/MobileCLIP-…-OpenCLIP)`,
    );
  }
  const first = names.slice(0, LISTED).join(", ") || "none";
  throw new InputError(
    `${path}: its tensors have neither the names of open_clip nor those of CLIP in transformers: ${first}${names.length > LISTED ? ", …" : ""}`,
  );
}

function openClipArchitecture(weights: Weights, configs: ArchitectureConfigs, names: OpenClipNames): Architecture {
  const { config, source, modelCfg, pretrained, notes, warnings = [] } = describeOpenClip(weights, configs, names);
  const tensors = takeTensors(weights, source);
  const towers = openClipTowers(tensors, config, source);
  const unused = tensors.unused();
  refuseForeign(unused, weights, source, isOfOpenClip);
  const models = namesOf(names, config);
  const warning = activationWarning(names, {
    path: weights.path,
    source,
    quickGelu: config.text.activation === "quick_gelu",
    models: models.any,
    pretrained,
    isOpenAiArchive: isOpenAiArchive(weights),
  });
  return {
    name: models.same.join(" or ") || describeImageTower(towers.image),
    source,
    library: "open_clip",
    openClipConfig: modelCfg,
    openClipPreprocessing: pretrained?.preprocess_cfg ?? null,
    ...towers,
    unused,
    notes: [...notes, ...ignoredNote(config, source)],
    warnings: [...warnings, ...(warning === null ? [] : [warning]), ...warnOfUnused(unused)],
  };
}

function describeOpenClip(weights: Weights, configs: ArchitectureConfigs, names: OpenClipNames): OpenClipDescription {
  const { openClip, huggingFace, arch, trained } = configs;
  const none = { modelCfg: null, pretrained: null, notes: [] };
  if (arch !== undefined) {
    const { name, config, pretrained } = findArchitecture(names, arch);
    const source = `--arch ${pretrained === null ? name : `${name}:${pretrained.tag}`}`;
    const notes = openClip === null ? [] : [`${source} describes the architecture, not ${openClip.file}`];
    return { config: parseOpenClipConfig(config, source), source, modelCfg: config, pretrained, notes };
  }
  if (openClip !== null) {
    const { file, config } = openClip;
    const notes =
      huggingFace === null
        ? []
        : [`${file} describes the architecture, not ${huggingFace.file}: the weights have open_clip's names`];
    const modelCfg = config as Readonly<Record<string, unknown>>;
    return { ...none, config: parseOpenClipConfig(config, file), source: file, modelCfg, notes };
  }
  if (isOpenAiArchive(weights)) {
    const source = "the shapes of the tensors of an OpenAI archive";
    const config = inferOpenAi(weights);
    const { same } = namesOf(names, config);
    const named = same.length === 0 ? "" : `: they match ${same.join(" or ")}`;
    return {
      ...none,
      config,
      source,
      notes: [`${source} describe its architecture${named}; its MLPs use QuickGELU`],
    };
  }
  if (trained !== undefined) {
    const source = `${trained.file} of its training`;
    const { name, config } = findArchitecture(names, trained.arch);
    const notes = [`${source} describes the architecture: ${name}`];
    return { ...none, config: parseOpenClipConfig(config, source), source, modelCfg: config, notes };
  }
  return describeByShapes(weights, names, huggingFace);
}

/** The model of open_clip with these tensors, if it is unique apart from its activation. */
function describeByShapes(
  weights: Weights,
  names: OpenClipNames,
  huggingFace: FoundConfig | null,
): OpenClipDescription {
  const fitting = namesByTensors(names, weights, isOfOpenClip);
  const byPath = namedByPath(names, weights, fitting);
  const name = byPath?.model ?? fitting.find((model) => !model.endsWith("-quickgelu")) ?? fitting[0];
  if (name !== undefined && isOneArchitecture(names, fitting)) {
    const { config: modelCfg } = findArchitecture(names, name);
    const source = "the shapes of its tensors";
    const config = parseOpenClipConfig(modelCfg, name);
    const activation = config.text.activation === "quick_gelu" ? "QuickGELU" : "GELU";
    const certain = byPath === null ? "" : `, according to its path ${byPath.model}:${byPath.tags.join(" or ")}`;
    const otherModels = fitting.filter((model) => model !== name);
    const advice =
      otherModels.length === 0 ? "" : `; if it was trained with the other one, give --arch ${otherModels.join(" or ")}`;
    return {
      config,
      source,
      modelCfg,
      pretrained: null,
      notes: [`${source} describe its architecture: they match ${name}${certain}`],
      warnings:
        byPath?.isPublished || config.vision.kind === "timm"
          ? []
          : [
              `${byPath === null ? "no file" : "only a word in its path"} indicates whether ${weights.path} was trained with GELU or QuickGELU, and shapes do not show it: ${activation} is used, as in ${byPath === null ? name : `open_clip's ${byPath.model}:${byPath.tags.join(" or ")}`}${advice}`,
            ],
    };
  }
  const choice =
    name === undefined
      ? "no supported model of open_clip has these tensors; add its open_clip_config.json to the folder"
      : `its tensors fit ${fitting.join(", ")}: give one with --arch, or add its open_clip_config.json to the folder`;
  const otherConfig = huggingFace === null ? "" : ` (${huggingFace.file} describes tensors with transformers' names)`;
  throw new InputError(`${weights.path}: no file describes its architecture${otherConfig}; ${choice}`);
}

/** The model that the path of weights names, with its tags; null if it names none or several. */
function namedByPath(
  names: OpenClipNames,
  { path }: Weights,
  fitting: readonly string[],
): { readonly model: string; readonly tags: readonly string[]; readonly isPublished: boolean } | null {
  const known = knownWeights(names, path, fitting);
  const right = known.filter(({ model, quick_gelu }) => model.endsWith("-quickgelu") === quick_gelu);
  const [first] = right;
  if (first === undefined || right.some(({ model }) => model !== first.model)) return null;
  const isPublished = right.some((row) => isPublishedName(row, path));
  return { model: first.model, tags: right.map(({ tag }) => tag), isPublished };
}

function transformersArchitecture(weights: Weights, configs: ArchitectureConfigs): Architecture {
  const { openClip, huggingFace, arch } = configs;
  if (arch !== undefined) {
    throw new InputError(
      `${weights.path}: --arch ${arch} names an architecture of open_clip, but its tensors have transformers' names; config.json describes them`,
    );
  }
  if (huggingFace === null) {
    const otherConfig = openClip === null ? "" : ` (${openClip.file} describes tensors with open_clip's names)`;
    throw new InputError(
      `${weights.path}: its tensors have transformers' names, but no file describes its architecture${otherConfig}; add the model's config.json to the folder`,
    );
  }
  const { file, config } = huggingFace;
  const tensors = takeTensors(weights, file);
  const towers = transformersTowers(tensors, config, file);
  const unused = tensors.unused();
  refuseForeign(unused, weights, file, isOfTransformers);
  const notes =
    openClip === null
      ? []
      : [`${file} describes the architecture, not ${openClip.file}: the weights have transformers' names`];
  return {
    name: describeImageTower(towers.image),
    source: file,
    library: "transformers",
    openClipConfig: null,
    openClipPreprocessing: null,
    ...towers,
    unused,
    notes,
    warnings: warnOfUnused(unused),
  };
}

/** Names in open_clip's towers, and additions of other libraries such as Long-CLIP's `positional_embedding_res`. */
const isOfOpenClip = (name: string) =>
  /^(visual|text|transformer|token_embedding|positional_embedding|ln_final|text_projection|cls_emb)/.test(name);

const isOfTransformers = (name: string) => /^(vision_model|text_model|visual_projection|text_projection)/.test(name);

/**
 * Refuses tensors of a tower that the architecture does not have, such as more blocks or another head: without them, the result
 * would be wrong.
 *
 * @throws InputError with the first of them
 */
function refuseForeign(
  unused: readonly string[],
  { path }: Weights,
  source: string,
  isOfTower: (name: string) => boolean,
) {
  const foreign = unused.filter(isOfTower);
  if (foreign.length === 0) return;
  throw new InputError(
    `${path}: ${source} has no place for ${foreign[0]}${foreign.length > 1 ? ` and ${foreign.length - 1} more tensors` : ""}; it describes another model`,
  );
}

function ignoredNote({ ignored }: OpenClipConfig, source: string): string[] {
  return ignored.length === 0
    ? []
    : [`${source}: open_clip does not define ${ignored.join(", ")}; disabled, so it has no effect`];
}

/** Warns of unused tensors; open_clip refuses such weights, transformers warns of them. */
function warnOfUnused(unused: readonly string[]): string[] {
  if (unused.length === 0) return [];
  const first = unused.slice(0, LISTED).join(", ");
  const more = unused.length > LISTED ? ` and ${unused.length - LISTED} more tensors` : "";
  return [`not used: ${first}${more}: if the model needs them, for example as an adapter, its scores are wrong`];
}

function describeImageTower(tower: VisionTower): string {
  const { height, width } = tower.imageSize;
  const pixels = height === width ? `${width} px` : `${height} × ${width} px`;
  if (tower.kind === "modified-resnet") {
    return `ResNet of ${tower.stages.map((blocks) => blocks.length).join("-")} bottlenecks, ${pixels}`;
  }
  const [channels] = tower.patch.weight.shape;
  const side = [...tower.stem, tower.patch].reduce((pixels, { weight }) => pixels * (weight.shape[2] as number), 1);
  return `ViT of ${tower.blocks.length} blocks, width ${channels}, patches of ${side} px, ${pixels}`;
}
