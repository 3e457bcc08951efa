import type { ModelPoint } from "./model-point.ts";

/** A baseline's rule for one line. */
export interface LineRule {
  /** benchmark of the y axis */
  readonly benchmark: string;
  /** the x axis: the in-distribution benchmark, or it on a shift's classes, e.g. `imagenet@imagenet-r` */
  readonly idSide: string;
  /** minimum in-distribution accuracy of the models of the line */
  readonly from?: number | undefined;
  /** models excluded from this line, by full name */
  readonly without: readonly string[];
  /** in-distribution accuracy at which one line ends and another begins */
  readonly splitAt?: number | undefined;
}

/**
 * The rules that select the models of a baseline's lines: a `.json` file next to the baseline's CSV file, with the same
 * name.
 */
export interface LineRules {
  /** the group whose models define the lines; default: all models */
  readonly group?: string | undefined;
  /** models whose name contains one of these are left out of every line */
  readonly withoutNamesContaining: readonly string[];
  /** rules of single lines */
  readonly lines: readonly LineRule[];
}

/** The rules of a baseline without a rule file: every model, one line. */
export const NO_RULES: LineRules = { withoutNamesContaining: [], lines: [] };

/** A baseline's rules, and the names of its models. Rules about names apply only to these. */
export interface BaselineRules {
  /** the rules of the baseline's file, or those of a baseline without one */
  readonly rules: LineRules;
  /** names of all its models */
  readonly models: ReadonlySet<string>;
}

/** The rules of a study without a baseline. */
export const NO_BASELINE_RULES: BaselineRules = { rules: NO_RULES, models: new Set() };

/** Returns whether a baseline's rules exclude one of its models from every line, by a part of its name. */
export function isLeftOut(checkpoint: string, { rules, models }: BaselineRules): boolean {
  return models.has(checkpoint) && rules.withoutNamesContaining.some((part) => checkpoint.includes(part));
}

/** Returns whether a model is fitted in a piece of a line. */
export function isInPiece({ model, idAccuracy }: ModelPoint, piece: LinePiece): boolean {
  return idAccuracy >= piece.from && idAccuracy < piece.to && !piece.without.includes(model);
}

/** The part of the x axis of one line: in-distribution accuracies `from` ≤ x < `to`. */
export interface LinePiece {
  /** minimum accuracy of the fitted models */
  readonly from: number;
  /** upper end, not included */
  readonly to: number;
  /**
   * lower end of the accuracies compared with this line; the first piece also covers accuracies below `from`, as
   * extrapolation
   */
  readonly servesFrom: number;
  /** names of models that are left out */
  readonly without: readonly string[];
  /** the rule in words; "" if there is none */
  readonly words: string;
}

/** Returns the pieces of a benchmark's line on an x axis: one, or two if the rules split it. */
export function linePieces(rules: LineRules, benchmark: string, idSide: string): LinePiece[] {
  const rule = rules.lines.find((lineRule) => lineRule.benchmark === benchmark && lineRule.idSide === idSide);
  const from = rule?.from ?? 0;
  const without = rule?.without ?? [];
  const words = (...bounds: readonly (string | null)[]) =>
    [
      ...bounds,
      without.length > 0 ? `without ${without.join("; ")}` : null,
      rules.withoutNamesContaining.length > 0 ? `no names with ${rules.withoutNamesContaining.join("; ")}` : null,
    ]
      .filter((part) => part !== null)
      .join(", ");
  const atLeast = from > 0 ? `x >= ${from}` : null;
  const end = Number.POSITIVE_INFINITY;
  if (rule?.splitAt === undefined) return [{ from: from, to: end, servesFrom: 0, without, words: words(atLeast) }];
  const { splitAt } = rule;
  return [
    { from: from, to: splitAt, servesFrom: 0, without, words: words(atLeast, `x < ${splitAt}`) },
    { from: splitAt, to: end, servesFrom: splitAt, without, words: words(`x >= ${splitAt}`) },
  ];
}
