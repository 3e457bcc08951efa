import type { ModelConfigs } from "./model-config.ts";
import type { PreprocessingParser } from "./preprocessing-config.ts";

/** Names of an export's graphs, relative to the checkpoint's folder and without ".onnx". */
export interface ExportNames {
  readonly vision: string;
  readonly text: string;
  /** One graph of both towers; null where the exporter makes none. */
  readonly both: string | null;
}

/** A way to lay out a checkpoint's files: where its graphs are, and whose files and defaults describe them. */
export interface LayoutKind {
  /** Names it in results and messages. */
  readonly id: string;
  /** What is accepted, in the words of the error messages. */
  readonly accepts: string;
  /** Exports that are known by name; none where a file names the graphs. */
  readonly exports: readonly ExportNames[];
  /** The library whose conventions hold; null where the layout is described by a file of ours. */
  readonly library: "transformers" | "open_clip" | null;
  /** Parsers of the files that say how images are prepared, the layout's own first. */
  readonly preprocessing: readonly PreprocessingParser[];
  /** Whose description of the model counts where both libraries' are there. */
  readonly mainConfig: keyof Pick<ModelConfigs, "openClip" | "huggingFace">;
  /** How texts are cleaned for a tokenizer in the folder where no configuration says it, and what decided that. */
  readonly cleaning: { readonly cleaning: "none" | "open_clip"; readonly source: string };
}
