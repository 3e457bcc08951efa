import { knownWeights } from "./known-weights.ts";
import type { OpenClipNames, PretrainedName } from "./open-clip-names.ts";

/** Facts that show whether the activation is that of training. */
export interface ActivationFacts {
  /** path of the weight file */
  readonly path: string;
  /** source of the architecture's description, for the message */
  readonly source: string;
  /** whether the description has QuickGELU */
  readonly quickGelu: boolean;
  /** open_clip's names of the architecture, with any activation */
  readonly models: readonly string[];
  /** the pretrained name that the user gave, or null */
  readonly pretrained: PretrainedName | null;
  readonly isOpenAiArchive: boolean;
}

/**
 * Warns that the activation is probably wrong, because the weights are known to need QuickGELU instead of GELU or vice versa.
 * Such a checkpoint runs, but loses points on every benchmark.
 *
 * @returns null if nothing is known or the activation is correct
 * @see open_clip 3.3.0 src/open_clip/factory.py `create_model`, which has the same warning; pretrained.py `quick_gelu`
 */
export function activationWarning(names: OpenClipNames, facts: ActivationFacts): string | null {
  const { path, source, quickGelu, models, pretrained, isOpenAiArchive } = facts;
  const rows = pretrained === null ? knownWeights(names, path, models) : [pretrained];
  const needed = isOpenAiArchive ? true : rows[0]?.quick_gelu;
  if (needed === undefined || needed === quickGelu) return null;
  if (!isOpenAiArchive && rows.some((row) => row.quick_gelu !== needed)) return null;
  const weights = isOpenAiArchive
    ? "an archive of OpenAI, whose models use QuickGELU"
    : `${pretrained === null ? "according to its path " : ""}${weightsText(rows)}, which ${needed ? "needs QuickGELU" : "was trained with GELU"}`;
  const alternatives = models.filter((model) => model.endsWith("-quickgelu") === needed);
  const advice = alternatives.length === 1 ? `; --arch ${alternatives[0]} has it` : "";
  return `${path} is ${weights}, but ${source} states ${quickGelu ? "QuickGELU" : "GELU"}, so its scores are probably too low${advice}`;
}

function weightsText(rows: readonly PretrainedName[]): string {
  const labels = [...new Set(rows.map(({ model, tag }) => `${model.replace(/-quickgelu$/, "")}:${tag}`))];
  return `open_clip's ${labels.join(" or ")}`;
}
