import { contextOf, type Focus, hasContext } from "../../analysis/robustness/focus.ts";
import { idTitle, isInDistribution, mainSide, type StudyAxes } from "../../analysis/robustness/study-axes.ts";
import { InputError } from "../../foundation/errors.ts";
import { matchNames } from "../../foundation/name-pattern.ts";
import type { ReportResult } from "./report-data.ts";

/** Default number of checkpoints whose single images a page contains. */
const MAX_CHOSEN = 10;
/** Maximum number if the user names them: more would take too much memory. */
const MAX_NAMED = 40;

export interface ImageChoice {
  /** in order of priority */
  readonly chosen: readonly string[];
  /** the rule, as words after "chosen" */
  readonly rule: string;
}

export interface ImageChoiceInputs {
  /** checkpoints that have predictions */
  readonly candidates: readonly string[];
  readonly focus: Focus;
  readonly results: readonly ReportResult[];
  readonly axes: StudyAxes;
  /** benchmark → its default protocol */
  readonly defaults: ReadonlyMap<string, string>;
  /** names, parts of names or globs; if empty: those in focus, then the most accurate in distribution */
  readonly patterns: readonly string[];
}

/**
 * Chooses the checkpoints whose single images a page shows: those that match the patterns, in the order of the
 * patterns; else those in focus first, then the most accurate in distribution.
 *
 * @throws InputError for a pattern that matches no checkpoint with predictions
 */
export function chooseForImages(inputs: ImageChoiceInputs): ImageChoice {
  const { candidates, patterns, focus, axes } = inputs;
  const accuracies = accuraciesInDistribution(inputs);
  const isContext = contextOf(focus);
  const sorted = [...candidates].sort(
    (a, b) =>
      Number(isContext(a)) - Number(isContext(b)) ||
      (accuracies.get(b) ?? -1) - (accuracies.get(a) ?? -1) ||
      (a < b ? -1 : 1),
  );
  if (patterns.length > 0) {
    const matched = new Set(patterns.flatMap((pattern) => matchPattern(sorted, pattern)));
    return { chosen: [...matched].slice(0, MAX_NAMED), rule: `by --images-of ${patterns.join(",")}` };
  }
  const accurate = `the most accurate on ${idTitle(axes)}`;
  const first = focus.by === "highlight" ? "the highlighted" : "yours";
  return {
    chosen: sorted.slice(0, MAX_CHOSEN),
    rule: hasContext(focus) ? `${first} first, then ${accurate}` : accurate,
  };
}

/**
 * Returns accuracies on the main in-distribution benchmark, with its default protocol and the first prompts that have
 * results.
 */
function accuraciesInDistribution({ results, axes, defaults }: ImageChoiceInputs): Map<string, number> {
  const main = mainSide(axes);
  const accuracies = new Map<string, number>();
  for (const { checkpoint, benchmark, protocol, accuracy } of results) {
    if (benchmark !== main || !isInDistribution(benchmark, axes)) continue;
    if ((defaults.get(benchmark) ?? protocol) !== protocol) continue;
    accuracies.set(checkpoint, Math.max(accuracy, accuracies.get(checkpoint) ?? 0));
  }
  return accuracies;
}

function matchPattern(candidates: readonly string[], pattern: string): string[] {
  const matched = matchNames(candidates, pattern);
  if (matched.length > 0) return matched;
  throw new InputError(`--images-of ${pattern}: no checkpoint with predictions of single images matches this pattern`);
}
