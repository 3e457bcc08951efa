import { parseHuggingFaceFiles } from "./hugging-face-preprocessing.ts";
import type { LayoutKind } from "./layout-kind.ts";
import { parseOpenClipFiles } from "./open-clip-preprocessing.ts";

/** Towers of open_clip, with its configuration in the same folder. */
export const OPEN_CLIP = {
  id: "open_clip",
  accepts: "visual.onnx with textual.onnx, or visual/model.onnx with textual/model.onnx (open_clip)",
  exports: [
    { vision: "visual", text: "textual", both: null },
    { vision: "visual/model", text: "textual/model", both: null },
  ],
  library: "open_clip",
  preprocessing: [parseOpenClipFiles, parseHuggingFaceFiles],
  mainConfig: "openClip",
  cleaning: { cleaning: "open_clip", source: "open_clip's default" },
} as const satisfies LayoutKind;
