import type { TextTransformer, VisionTower } from "./towers.ts";

/** A checkpoint's two towers, with all sizes known and all tensors present with the correct shapes. */
export interface Architecture {
  /** open_clip's or transformers' name if it is known, otherwise a description of its sizes */
  readonly name: string;
  /** source of its description: a configuration file, `--arch NAME`, or the shapes of the tensors */
  readonly source: string;
  /** the library whose tensor names the weights use, and whose conventions for images and texts apply if no file states them */
  readonly library: "open_clip" | "transformers";
  /** the `model_cfg` of open_clip that described it, from a file or for the name in `--arch`; null if there is none */
  readonly openClipConfig: Readonly<Record<string, unknown>> | null;
  /** the `preprocess_cfg` of the pretrained name in `--arch NAME:TAG`; null if none was given */
  readonly openClipPreprocessing: Readonly<Record<string, unknown>> | null;
  readonly image: VisionTower;
  readonly text: TextTransformer;
  /** unused tensors of the weight file, sorted */
  readonly unused: readonly string[];
  readonly notes: readonly string[];
  /** reasons why its numbers may be wrong: QuickGELU that the weights are known to need but the configuration lacks */
  readonly warnings: readonly string[];
}
