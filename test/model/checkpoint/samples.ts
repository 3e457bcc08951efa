import { existsSync } from "node:fs";
import { join } from "node:path";

/** A checkpoint trained with open_clip, beside this repository where it is at hand; tests of it skip without. */
export const photosClip = join(import.meta.dirname, "../../../../shared/samples/photos-clip");
export const noPhotosClip = !existsSync(join(photosClip, "visual.onnx"));
