import { parseHuggingFaceFiles } from "./hugging-face-preprocessing.ts";
import type { LayoutKind } from "./layout-kind.ts";
import { parseOpenClipFiles } from "./open-clip-preprocessing.ts";

/** The exports of Optimum and transformers.js. */
export const HUGGING_FACE = {
  id: "hugging-face",
  accepts: "onnx/model.onnx, or onnx/vision_model.onnx with onnx/text_model.onnx (Hugging Face; also without onnx/)",
  exports: [
    { vision: "onnx/vision_model", text: "onnx/text_model", both: "onnx/model" },
    { vision: "vision_model", text: "text_model", both: "model" },
  ],
  library: "transformers",
  preprocessing: [parseHuggingFaceFiles, parseOpenClipFiles],
  mainConfig: "huggingFace",
  cleaning: { cleaning: "none", source: "the Hugging Face layout" },
} as const satisfies LayoutKind;
