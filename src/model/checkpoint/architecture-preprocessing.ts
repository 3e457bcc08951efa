import { isDeepStrictEqual } from "node:util";
import type { Preprocessing } from "../../data/image/preprocessing.ts";
import type { Architecture } from "../architectures/architecture.ts";
import { knownWeights } from "../architectures/known-weights.ts";
import { findArchitecture, type OpenClipNames } from "../architectures/open-clip-names.ts";
import { CLIP_VOCABULARY_SIZE } from "../tokenizer/clip-byte-pairs.ts";
import { parseOpenClipPreprocessing } from "./open-clip-preprocessing.ts";
import type { PreprocessingConfig } from "./preprocessing-config.ts";
import type { TrainingParams } from "./training-params.ts";

/** Weights whose architecture is known. */
export interface DescribedWeights {
  /** path of the weight file, which may contain the name of pretrained weights */
  readonly path: string;
  /** the value of `--arch` */
  readonly arch: string | undefined;
  readonly architecture: Architecture;
  /** arguments of the training run that wrote the weights */
  readonly training: TrainingParams | null;
}

/**
 * Chooses the preprocessing of weights whose folder has no file that states it. In order of precedence: that of the pretrained
 * name in `--arch`; that of the training run whose arguments are in the folder; that of all pretrained names of the architecture
 * in open_clip, if they agree; open_clip's defaults, which are also those of its training.
 *
 * @returns the preprocessing, or why it is unknown: the architecture has no name and is not plain CLIP, or the path names
 *   pretrained weights that need another preprocessing
 */
export function architecturePreprocessing(
  names: OpenClipNames,
  { path, arch, architecture, training }: DescribedWeights,
): PreprocessingConfig | { readonly problem: string } {
  const { imageSize } = architecture.image;
  const parse = (config: Readonly<Record<string, unknown>>, where: string) =>
    parseOpenClipPreprocessing(config, [imageSize.height, imageSize.width], imageSize, where);
  if (architecture.openClipPreprocessing !== null) {
    const source = `open_clip's ${arch}`;
    return describe(parse(architecture.openClipPreprocessing, source), source, "");
  }
  if (training !== null && architecture.library === "open_clip") {
    const source = `${training.file} of their training`;
    return describe(parse(training.preprocessing, source), source, "");
  }
  const models = arch === undefined ? architecture.name.split(" or ") : [findArchitecture(names, arch).name];
  const isNamed = models.some((model) => Object.hasOwn(names.models, model));
  if (architecture.library !== "open_clip" || (!isNamed && !isPlainClip(architecture))) {
    return {
      problem:
        "expected preprocessor_config.json, open_clip_config.json or preprocess_cfg.json in the folder of the weights, or --arch NAME for weights of open_clip",
    };
  }
  const known = names.pretrained
    .filter(({ model }) => models.includes(model))
    .map(({ model, tag, preprocess_cfg }) => ({
      model,
      tag,
      preprocessing: parse(preprocess_cfg, `open_clip's ${model}:${tag}`),
    }));
  const [first] = known;
  const agree = known.every(({ preprocessing }) => isDeepStrictEqual(preprocessing, first?.preprocessing));
  if (first !== undefined && agree) return describe(first.preprocessing, `open_clip's ${first.model}`, "");
  const standard = parse({}, "open_clip's defaults");
  const differing = known.filter(({ preprocessing }) => !isDeepStrictEqual(preprocessing, standard));
  const byPath = knownWeights(names, path, models);
  const meant = differing.find(({ model, tag }) => byPath.some((row) => row.model === model && row.tag === tag));
  if (meant !== undefined) {
    const name = `${meant.model}:${meant.tag}`;
    return {
      problem: `the path names ${name}, whose preprocessing differs from open_clip's default (${describePreprocessing(meant.preprocessing)}); confirm it with --arch ${name}, or add a preprocess_cfg.json`,
    };
  }
  return describe(standard, "open_clip's defaults", describeDiffering(differing));
}

/**
 * Whether the towers are plain CLIP, for which only OpenAI's mean and std are in use: CLIP's ResNet or ViT, with CLIP's
 * vocabulary.
 */
function isPlainClip({ image, text }: Architecture): boolean {
  if (text.tokenEmbedding.shape[0] !== CLIP_VOCABULARY_SIZE) return false;
  return image.kind === "modified-resnet" || (image.preNorm !== null && image.pooling.kind === "first");
}

interface KnownPreprocessing {
  readonly model: string;
  readonly tag: string;
  readonly preprocessing: Preprocessing;
}

function describeDiffering(differing: readonly KnownPreprocessing[]): string {
  if (differing.length === 0) return "";
  const names = differing.map(
    ({ model, tag, preprocessing }) => `--arch ${model}:${tag} (${describePreprocessing(preprocessing)})`,
  );
  return `; pretrained weights of this architecture that need another: ${names.join(", ")}`;
}

function describe(preprocessing: Preprocessing, source: string, addition: string): PreprocessingConfig {
  const { height, width } = preprocessing.size;
  const how = `${height} × ${width}, ${describePreprocessing(preprocessing)}`;
  return {
    preprocessing,
    files: [],
    notes: [`no file states the preprocessing: that of ${source} is used (${how})${addition}`],
    source,
  };
}

function describePreprocessing({ resizeMode, interpolation, mean, std }: Preprocessing): string {
  return `${resizeMode}, ${interpolation}, mean ${mean.join(" ")}, std ${std.join(" ")}`;
}
