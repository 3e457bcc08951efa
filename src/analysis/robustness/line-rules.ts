import type { ModelPoint } from "./model-point.ts";

/** What a baseline's rules say of one line. */
export interface LineRule {
  /** benchmark of the y axis */
  readonly benchmark: string;
  /** the x axis: the in-distribution benchmark, or it on a shift's classes, e.g. `imagenet@imagenet-r` */
  readonly idSide: string;
  /** least in-distribution accuracy of a model that enters the line */
  readonly from?: number | undefined;
  /** models left out of this line, by their whole name */
  readonly without: readonly string[];
  /** in-distribution accuracy at which one line ends and another begins */
  readonly splitAt?: number | undefined;
}

/** Which of a baseline's models make its lines: a `.json` file beside the baseline's CSV file, of the same name. */
export interface LineRules {
  /** the group whose models make the line; all models where absent */
  readonly group?: string | undefined;
  /** models whose name contains one of these are left out of every line */
  readonly withoutNamesContaining: readonly string[];
  /** rules of single lines */
  readonly lines: readonly LineRule[];
}

/** The rule of a baseline that has none: every model, one line. */
export const NO_RULES: LineRules = { withoutNamesContaining: [], lines: [] };

/** A baseline's rules, and the names of all its models: the only ones that a rule about names speaks of. */
export interface BaselineRules {
  /** the rules of the baseline's file, or those of a baseline without one */
  readonly rules: LineRules;
  /** names of all its models */
  readonly models: ReadonlySet<string>;
}

/** Of a study without a baseline. */
export const NO_BASELINE_RULES: BaselineRules = { rules: NO_RULES, models: new Set() };

/** Whether a baseline's rules keep one of its models out of every line, by a part of its name. */
export function isLeftOut(checkpoint: string, { rules, models }: BaselineRules): boolean {
  return models.has(checkpoint) && rules.withoutNamesContaining.some((part) => checkpoint.includes(part));
}

/** Whether a model is fitted in a piece of a line. */
export function isInPiece({ model, idAccuracy }: ModelPoint, piece: LinePiece): boolean {
  return idAccuracy >= piece.from && idAccuracy < piece.to && !piece.without.includes(model);
}

/** One line's share of the x axis: in-distribution accuracies `from` ≤ x < `to`. */
export interface LinePiece {
  /** least accuracy of the models fitted */
  readonly from: number;
  /** upper end, not included */
  readonly to: number;
  /** lower end of the accuracies compared with this line: the first piece serves below `from` too, as extrapolation */
  readonly servesFrom: number;
  /** names of models that are left out */
  readonly without: readonly string[];
  /** the rule in words, "" where there is none */
  readonly words: string;
}

/** The pieces that a benchmark's line on an x axis consists of: one, or two where the rules split it. */
export function linePieces(rules: LineRules, benchmark: string, idSide: string): LinePiece[] {
  const rule = rules.lines.find((one) => one.benchmark === benchmark && one.idSide === idSide);
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
