import type { TextTransformer, VisionTower } from "./towers.ts";

/** A checkpoint's two towers: every size known, every tensor found and of the right shape. */
export interface Architecture {
  /** open_clip's or transformers' name where it is known, else a description by its sizes */
  readonly name: string;
  /** what described it: a configuration file, `--arch NAME`, or the shapes of the tensors */
  readonly source: string;
  /** whose names its tensors have: by whose conventions images and texts are prepared where no file says it */
  readonly library: "open_clip" | "transformers";
  /** the `model_cfg` of open_clip that described it, of a file or of `--arch`'s name; null where none did */
  readonly openClipConfig: Readonly<Record<string, unknown>> | null;
  /** the `preprocess_cfg` of the pretrained name that `--arch NAME:TAG` gave; null where none was given */
  readonly openClipPreprocessing: Readonly<Record<string, unknown>> | null;
  readonly image: VisionTower;
  readonly text: TextTransformer;
  /** tensors of the weight file that nothing uses, sorted */
  readonly unused: readonly string[];
  readonly notes: readonly string[];
  /** why its numbers may be wrong: QuickGELU that the weights' source is known to need and the configuration lacks */
  readonly warnings: readonly string[];
}
