import { HUGGING_FACE } from "./hugging-face-layout.ts";
import type { LayoutKind } from "./layout-kind.ts";
import { OPEN_CLIP } from "./open-clip-layout.ts";
import { SHIFTLINE } from "./shiftline-layout.ts";

/** Every layout, in the order in which their graphs are searched. To add one, write a file with its record and list it here. */
export const LAYOUT_KINDS = [HUGGING_FACE, OPEN_CLIP, SHIFTLINE] as const;

/** Name of a layout in results and messages. */
export type LayoutId = (typeof LAYOUT_KINDS)[number]["id"];

export function layoutKind(id: LayoutId): LayoutKind {
  return LAYOUT_KINDS.find((kind) => kind.id === id) as LayoutKind;
}

const named: string[] = LAYOUT_KINDS.filter(({ exports }) => exports.length > 0).map(({ accepts }) => accepts);
const described = LAYOUT_KINDS.filter(({ exports }) => exports.length === 0).map(({ accepts }) => `or ${accepts}`);
const byWords = "two graphs whose names differ only in the tower's word (image_encoder.onnx with text_encoder.onnx)";

const weights =
  "weights (open_clip_model.safetensors, model.safetensors, pytorch_model.bin, or one .safetensors, .pt or .pth file of any name)";

/** Accepted formats, one per line. */
export const ACCEPTED = [
  "accepted are:",
  ...[weights, ...named, byWords, ...described].map((format) => `  ${format}`),
].join("\n");
