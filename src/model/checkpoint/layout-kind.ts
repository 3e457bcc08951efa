import type { ModelConfigs } from "./model-config.ts";
import type { PreprocessingParser } from "./preprocessing-config.ts";

/** Names of an export's graphs, relative to the checkpoint's folder and without ".onnx". */
export interface ExportNames {
  readonly vision: string;
  readonly text: string;
  /** One graph of both towers; null if the exporter writes none. */
  readonly both: string | null;
}

/** A layout of a checkpoint's files: the locations of its graphs, and the library whose files and defaults describe them. */
export interface LayoutKind {
  /** Name in results and messages. */
  readonly id: string;
  /** Description for error messages of the files that it accepts. */
  readonly accepts: string;
  /** Exports that are identified by file names; empty if a file names the graphs. */
  readonly exports: readonly ExportNames[];
  /** The library whose conventions apply; null for the layout that a shiftline.json describes. */
  readonly library: "transformers" | "open_clip" | null;
  /** Parsers of the files that describe preprocessing, those of the layout first. */
  readonly preprocessing: readonly PreprocessingParser[];
  /** The library whose description of the model is used if both exist. */
  readonly mainConfig: keyof Pick<ModelConfigs, "openClip" | "huggingFace">;
  /** Text cleaning for a tokenizer in the folder if no configuration states it, and the source of that choice. */
  readonly cleaning: { readonly cleaning: "none" | "open_clip"; readonly source: string };
}
