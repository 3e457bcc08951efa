import type { Preprocessing } from "../../data/image/preprocessing.ts";
import type { TensorInfo } from "../onnx/onnx-tensor.ts";
import type { CheckpointFacts } from "./checkpoint-facts.ts";
import { fixedImageSize } from "./graph-feeds.ts";
import type { ModelConfigs } from "./model-config.ts";

/** A checkpoint's preprocessing, and the files (relative to its folder) that said so. */
export interface PreprocessingConfig {
  readonly preprocessing: Preprocessing;
  readonly files: readonly string[];
  readonly notes: readonly string[];
  /** What said it, where it was no file. */
  readonly source?: string;
  /** Whether the files normalize and the graph has to do it itself, because it takes bytes. */
  readonly leavesNormalization?: boolean;
}

/** What said how images are prepared, for people. */
export function preprocessingSource({ source, files }: PreprocessingConfig): string {
  return source ?? files.join(" and ");
}

/**
 * How images are prepared by one library's files.
 *
 * @param pixels the image graph's input
 * @returns null where none of the files is there
 * @throws InputError if one is damaged, or asks for what is not supported
 */
export type PreprocessingParser = (
  facts: CheckpointFacts,
  configs: ModelConfigs,
  pixels: TensorInfo,
) => PreprocessingConfig | null;

/** Height and width that a graph's input fixes, null where it does not. */
export function graphImageSize(pixels: TensorInfo): { height: number; width: number } | null {
  const { height, width } = fixedImageSize(pixels);
  return height !== null && width !== null ? { height, width } : null;
}

/** Tells that open_clip's default size is used. @param configured the size that a file gives */
export function noteOfSize(configured: unknown, graphSize: { height: number; width: number } | null): string[] {
  const isConfigured = configured !== undefined && configured !== null;
  return isConfigured || graphSize !== null ? [] : ["no file says the image size: 224, open_clip's default, is used"];
}

/** A size as the JSON files have it, one number or [height, width], as height and width. */
export function heightAndWidth(size: number | readonly number[]): { height: number; width: number } {
  const [height, width] = typeof size === "number" ? [size, size] : [size[0] as number, (size[1] ?? size[0]) as number];
  return { height, width };
}
