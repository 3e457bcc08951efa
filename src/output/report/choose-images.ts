import { contextOf, type Focus, hasContext } from "../../analysis/robustness/focus.ts";
import { idTitle, isInDistribution, mainSide, type StudyAxes } from "../../analysis/robustness/study-axes.ts";
import { InputError } from "../../foundation/errors.ts";
import { matchNames } from "../../foundation/name-pattern.ts";
import type { ReportResult } from "./report-data.ts";

/** Checkpoints whose single images a page holds, where nobody says which. */
const MAX_CHOSEN = 10;
/** … and where somebody does: more would take too much memory. */
const MAX_NAMED = 40;

export interface ImageChoice {
  /** the first is the first to be in the page */
  readonly chosen: readonly string[];
  /** by which rule, as words after "chosen" */
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
  /** names, parts of names or globs; none: those in focus, then the most accurate in distribution */
  readonly patterns: readonly string[];
}

/**
 * Chooses the checkpoints whose single images a page shows: those that patterns name, in the patterns' order; else those in
 * focus first, then the most accurate in distribution.
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
    rule: hasContext(focus) ? `${first} first, ${accurate} before others` : accurate,
  };
}

/** Accuracy on the main benchmark in distribution, by its default protocol and the first prompts that have it. */
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
  throw new InputError(
    `--images-of ${pattern}: no checkpoint with predictions of single images is called or matches that`,
  );
}
