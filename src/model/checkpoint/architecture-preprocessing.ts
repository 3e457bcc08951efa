import { isDeepStrictEqual } from "node:util";
import type { Preprocessing } from "../../data/image/preprocessing.ts";
import type { Architecture } from "../architectures/architecture.ts";
import { knownWeights } from "../architectures/known-weights.ts";
import { findArchitecture, type OpenClipNames } from "../architectures/open-clip-names.ts";
import { CLIP_VOCABULARY_SIZE } from "../tokenizer/clip-byte-pairs.ts";
import { parseOpenClipPreprocessing } from "./open-clip-preprocessing.ts";
import type { PreprocessingConfig } from "./preprocessing-config.ts";
import type { TrainingParams } from "./training-params.ts";

/** The weights of an architecture. */
export interface DescribedWeights {
  /** path of the weight file, which may name pretrained weights */
  readonly path: string;
  /** what `--arch` names */
  readonly arch: string | undefined;
  readonly architecture: Architecture;
  /** arguments of the training that wrote them */
  readonly training: TrainingParams | null;
}

/**
 * How images are prepared for weights beside which no file says it: as for the pretrained name that `--arch` gives; as in the training
 * whose arguments lie beside; as for all of
 * the architecture's pretrained names in open_clip where these agree; else by open_clip's defaults, which are also those of its
 * training.
 *
 * @returns or why that does not follow: the architecture has no name and is not plainly CLIP's; or the path names pretrained weights
 *   for which it would be wrong
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
        "expected preprocessor_config.json, open_clip_config.json or preprocess_cfg.json beside the weights, or --arch NAME where they are open_clip's",
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
      problem: `by their path the weights are ${name}, trained on images prepared otherwise than open_clip does by default (${describePreprocessing(meant.preprocessing)}); say so with --arch ${name}, or put a preprocess_cfg.json beside them`,
    };
  }
  return describe(standard, "open_clip's defaults", describeDiffering(differing));
}

/** A tower for which only OpenAI's mean and std were ever used: CLIP's ResNet, or its ViT, with CLIP's vocabulary. */
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
  return `; pretrained weights of this architecture that want another: ${names.join(", ")}`;
}

function describe(preprocessing: Preprocessing, source: string, addition: string): PreprocessingConfig {
  const { height, width } = preprocessing.size;
  const how = `${height} × ${width}, ${describePreprocessing(preprocessing)}`;
  return {
    preprocessing,
    files: [],
    notes: [`no file says how images are prepared: as ${source} (${how})${addition}`],
    source,
  };
}

function describePreprocessing({ resizeMode, interpolation, mean, std }: Preprocessing): string {
  return `${resizeMode}, ${interpolation}, mean ${mean.join(" ")}, std ${std.join(" ")}`;
}
