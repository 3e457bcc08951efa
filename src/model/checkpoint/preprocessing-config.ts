import type { Preprocessing } from "../../data/image/preprocessing.ts";
import type { TensorInfo } from "../onnx/onnx-tensor.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import { fixedImageSize } from "./graph-feeds.ts";
import type { ModelConfigs } from "./model-config.ts";

/** A checkpoint's preprocessing, and the files (relative to its folder) that state it. */
export interface PreprocessingConfig {
  readonly preprocessing: Preprocessing;
  readonly files: readonly string[];
  readonly notes: readonly string[];
  /** The source, if it is not a file. */
  readonly source?: string;
  /** Whether the files specify a normalization that the graph must perform because it takes uint8 pixels. */
  readonly leavesNormalization?: boolean;
}

/** The source of the preprocessing, for messages. */
export function preprocessingSource({ source, files }: PreprocessingConfig): string {
  return source ?? files.join(" and ");
}

/**
 * Parses the preprocessing from the files of one library.
 *
 * @param pixels the image graph's input
 * @returns null if none of the files exists
 * @throws InputError if a file is damaged or requires unsupported preprocessing
 */
export type PreprocessingParser = (
  facts: CheckpointFacts,
  configs: ModelConfigs,
  pixels: TensorInfo,
) => PreprocessingConfig | null;

/** Fixed height and width of a graph's input; null if they are dynamic. */
export function graphImageSize(pixels: TensorInfo): { height: number; width: number } | null {
  const { height, width } = fixedImageSize(pixels);
  return height !== null && width !== null ? { height, width } : null;
}

/** Note that open_clip's default size is used. @param configured the size that a file specifies */
export function noteOfSize(configured: unknown, graphSize: { height: number; width: number } | null): string[] {
  const isConfigured = configured !== undefined && configured !== null;
  return isConfigured || graphSize !== null ? [] : ["no file states the image size: 224, open_clip's default, is used"];
}

/** Converts a size of the JSON files, one number or [height, width], to height and width. */
export function heightAndWidth(size: number | readonly number[]): { height: number; width: number } {
  const [height, width] = typeof size === "number" ? [size, size] : [size[0] as number, (size[1] ?? size[0]) as number];
  return { height, width };
}
