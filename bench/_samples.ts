import { existsSync } from "node:fs";
import { join } from "node:path";

/** Message of a benchmark that needs the photos or their checkpoint. */
export const NO_SAMPLES =
  "set SHIFTLINE_SAMPLES to a folder with photos/ (<wnid>/*) and photos-clip/, an open_clip export trained on photos";

/** A folder or file below SHIFTLINE_SAMPLES: photos of ImageNet may not be redistributed. @returns null if it is missing */
export function samplePath(name: string): string | null {
  const folder = process.env.SHIFTLINE_SAMPLES;
  if (folder === undefined || folder === "") return null;
  const path = join(folder, name);
  return existsSync(path) ? path : null;
}
