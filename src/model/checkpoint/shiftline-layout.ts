import type { CheckpointFacts } from "./checkpoint-facts.ts";
import type { LayoutKind } from "./layout-kind.ts";
import { heightAndWidth, type PreprocessingConfig } from "./preprocessing-config.ts";
import { parseShiftlineJson } from "./shiftline-json.ts";

/** A folder that a shiftline.json describes, with any file names. */
export const SHIFTLINE = {
  id: "shiftline",
  accepts: "a shiftline.json that names the files",
  exports: [],
  library: null,
  preprocessing: [parsePreprocessing],
  mainConfig: "openClip",
  cleaning: { cleaning: "none", source: "shiftline.json's default" },
} as const satisfies LayoutKind;

function parsePreprocessing(facts: CheckpointFacts): PreprocessingConfig | null {
  const described = parseShiftlineJson(facts);
  if (described === null) return null;
  const { size, mean, std, resizeMode, resize, interpolation, fillColor } = described;
  const preprocessing = {
    size: heightAndWidth(size),
    resizeMode,
    interpolation,
    mean,
    std,
    fillColor,
    ...(resize === undefined ? {} : { resize }),
  };
  return { preprocessing, files: ["shiftline.json"], notes: [] };
}
