import { knownWeights } from "./known-weights.ts";
import type { OpenClipNames, PretrainedName } from "./open-clip-names.ts";

/** What decides whether the activation is the one that the weights were trained with. */
export interface ActivationFacts {
  /** path of the weight file */
  readonly path: string;
  /** what describes the architecture, for the message */
  readonly source: string;
  /** whether that says QuickGELU */
  readonly quickGelu: boolean;
  /** open_clip's names of the architecture, with any activation */
  readonly models: readonly string[];
  /** the pretrained name that the user gave, null where none */
  readonly pretrained: PretrainedName | null;
  readonly isOpenAiArchive: boolean;
}

/**
 * Why the activation is probably wrong: the weights are known to need the other of QuickGELU and GELU. Such a checkpoint
 * runs, and loses points on every benchmark.
 *
 * @returns null where nothing is known, or it is right
 * @see open_clip 3.3.0 src/open_clip/factory.py `create_model`, which warns of the same; pretrained.py `quick_gelu`
 */
export function activationWarning(names: OpenClipNames, facts: ActivationFacts): string | null {
  const { path, source, quickGelu, models, pretrained, isOpenAiArchive } = facts;
  const rows = pretrained === null ? knownWeights(names, path, models) : [pretrained];
  const needed = isOpenAiArchive ? true : rows[0]?.quick_gelu;
  if (needed === undefined || needed === quickGelu) return null;
  if (!isOpenAiArchive && rows.some((row) => row.quick_gelu !== needed)) return null;
  const weights = isOpenAiArchive
    ? "an archive of OpenAI's, whose models compute QuickGELU"
    : `${pretrained === null ? "by its path " : ""}${weightsText(rows)}, which ${needed ? "needs QuickGELU" : "was trained with GELU"}`;
  const alternatives = models.filter((model) => model.endsWith("-quickgelu") === needed);
  const advice = alternatives.length === 1 ? `; --arch ${alternatives[0]} has it` : "";
  return `${path} is ${weights}, but ${source} says ${quickGelu ? "QuickGELU" : "GELU"}, so its scores are probably too low${advice}`;
}

function weightsText(rows: readonly PretrainedName[]): string {
  const labels = [...new Set(rows.map(({ model, tag }) => `${model.replace(/-quickgelu$/, "")}:${tag}`))];
  return `open_clip's ${labels.join(" or ")}`;
}
