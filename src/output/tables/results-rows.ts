import type { AccuracyRow, RowDoubt } from "../../evaluation/results/accuracy-row.ts";
import type { TableBenchmark } from "./results-columns.ts";

/** The prompts that a table shows. */
export interface PromptChoice {
  /** template sets; null: all */
  readonly templates: readonly string[] | null;
  /** class names for all benchmarks; null: each protocol's default if there are results with it, else all */
  readonly classNames: string | null;
  /** whether class names other than the protocol's default have separate rows */
  readonly allClassNames?: boolean;
}

/** The accuracies of a checkpoint with one set of prompts: one row of the table. */
export interface PromptRow {
  readonly checkpoint: string;
  readonly templates: string;
  /** "" if every protocol uses its default */
  readonly classNames: string;
  readonly group: string;
  readonly doubt: RowDoubt | undefined;
  readonly rows: readonly AccuracyRow[];
}

/** Accuracies with the class names that distinguish rows; "" for the protocol's default. */
interface NamedRow {
  readonly row: AccuracyRow;
  readonly variant: string;
}

/**
 * Groups accuracies into rows: one per checkpoint and set of prompts, in the order of the inputs.
 *
 * @returns the rows, and the number of omitted accuracies by the name of their prompts
 */
export function promptRows(
  rows: readonly AccuracyRow[],
  choice: PromptChoice,
  benchmarks: readonly TableBenchmark[],
): { readonly rows: PromptRow[]; readonly omitted: ReadonlyMap<string, number> } {
  const usesDefaultNames = defaultClassNames(rows, benchmarks);
  const named = rows.map((row): NamedRow => ({ row, variant: usesDefaultNames(row) ? "" : row.classNames }));
  // Empty templates (not named by the source, or of a model without text) match any choice
  const isOfTemplates = ({ templates }: AccuracyRow) =>
    choice.templates === null || templates === "" || choice.templates.includes(templates);
  const ofTemplates = named.filter(({ row }) => isOfTemplates(row));
  const hasDefaultNames = ofTemplates.some(({ variant }) => variant === "");
  const isChosen = ({ row, variant }: NamedRow) => {
    if (choice.classNames !== null) return row.classNames === choice.classNames;
    return choice.allClassNames === true || !hasDefaultNames || variant === "";
  };
  const chosen = ofTemplates.filter(isChosen);
  const found = new Map<string, { first: NamedRow; rows: AccuracyRow[] }>();
  for (const namedRow of chosen) {
    const key = JSON.stringify([namedRow.row.checkpoint, namedRow.row.templates, namedRow.variant]);
    const known = found.get(key);
    if (known === undefined) found.set(key, { first: namedRow, rows: [namedRow.row] });
    else known.rows.push(namedRow.row);
  }
  const omitted = new Map<string, number>();
  const shown = new Set(chosen.map(({ row }) => row));
  for (const { row, variant } of named) {
    if (shown.has(row)) continue;
    const name = promptsName({ templates: row.templates, classNames: variant });
    omitted.set(name, (omitted.get(name) ?? 0) + 1);
  }
  return {
    rows: [...found.values()].map(({ first: { row, variant }, rows: ofRow }) => ({
      checkpoint: row.checkpoint,
      templates: row.templates,
      classNames: variant,
      group: ofRow.find(({ group }) => group !== "")?.group ?? "",
      doubt: ofRow.find(({ doubt }) => doubt !== undefined)?.doubt,
      rows: ofRow,
    })),
    omitted,
  };
}

/** Names prompts like the folders of results: `openai-80`, `openai-80+my-names`. */
export function promptsName({ templates, classNames }: Pick<PromptRow, "templates" | "classNames">): string {
  return [templates, classNames].filter((part) => part !== "").join("+");
}

/**
 * Returns a check whether a row has the default class names of its protocol: those of the definition or, if that is not
 * known, the first found.
 */
function defaultClassNames(
  rows: readonly AccuracyRow[],
  benchmarks: readonly TableBenchmark[],
): (row: AccuracyRow) => boolean {
  const usual = new Map<string, string>();
  const key = ({ benchmark, protocol }: Pick<AccuracyRow, "benchmark" | "protocol">) =>
    JSON.stringify([benchmark, protocol]);
  for (const { id, protocols } of benchmarks) {
    for (const protocol of protocols) {
      usual.set(key({ benchmark: id, protocol: protocol.id }), stem(protocol.classNames));
    }
  }
  for (const row of rows) if (row.classNames !== "" && !usual.has(key(row))) usual.set(key(row), row.classNames);
  return (row) => row.classNames === "" || row.classNames === usual.get(key(row));
}

/** The id of a list: unchanged, or the name of its file. */
function stem(idOrPath: string): string {
  return idOrPath.replace(/^.*[/\\]/, "").replace(/\.csv$/, "");
}
