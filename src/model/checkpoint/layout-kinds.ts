import { HUGGING_FACE } from "./hugging-face-layout.ts";
import type { LayoutId, LayoutKind } from "./layout-kind.ts";
import { OPEN_CLIP } from "./open-clip-layout.ts";
import { SHIFTLINE } from "./shiftline-layout.ts";

/** Every layout, in the order in which their graphs are looked for. A new one is a record of its kind in this list. */
export const LAYOUT_KINDS: readonly LayoutKind[] = [HUGGING_FACE, OPEN_CLIP, SHIFTLINE];

export function layoutKind(id: LayoutId): LayoutKind {
  return LAYOUT_KINDS.find((kind) => kind.id === id) as LayoutKind;
}

/** What is accepted, in the words of the error messages. */
export const ACCEPTED = `accepted: ${HUGGING_FACE.accepts}; ${OPEN_CLIP.accepts}; two graphs whose names differ in the tower's word alone (image_encoder.onnx with text_encoder.onnx); or ${SHIFTLINE.accepts}`;
