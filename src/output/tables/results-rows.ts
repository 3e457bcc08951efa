import type { AccuracyRow, RowDoubt } from "../../evaluation/results/accuracy-row.ts";
import type { TableBenchmark } from "./results-columns.ts";

/** Which prompts a table is of. */
export interface PromptChoice {
  /** template sets; null: all */
  readonly templates: readonly string[] | null;
  /** class names for all benchmarks; null: each protocol's own where there are results of them, else all */
  readonly classNames: string | null;
  /** whether other class names than the protocol's own are rows of their own */
  readonly allClassNames?: boolean;
}

/** The accuracies of a checkpoint with one set of prompts: what a row of the table is of. */
export interface PromptRow {
  readonly checkpoint: string;
  readonly templates: string;
  /** "" where every protocol has its own */
  readonly classNames: string;
  readonly group: string;
  readonly doubt: RowDoubt | undefined;
  readonly rows: readonly AccuracyRow[];
}

/** Accuracies with the class names that tell a row from another; "" for the protocol's own. */
interface NamedRow {
  readonly row: AccuracyRow;
  readonly variant: string;
}

/**
 * Sorts accuracies into rows: one a checkpoint and set of prompts, in the order of the inputs.
 *
 * @returns the rows, and how many accuracies of other prompts are not among them, by the name of the prompts
 */
export function promptRows(
  rows: readonly AccuracyRow[],
  choice: PromptChoice,
  benchmarks: readonly TableBenchmark[],
): { readonly rows: PromptRow[]; readonly omitted: ReadonlyMap<string, number> } {
  const usesDefaultNames = defaultClassNames(rows, benchmarks);
  const named = rows.map((row): NamedRow => ({ row, variant: usesDefaultNames(row) ? "" : row.classNames }));
  // Templates that a source does not name, or that a model without text has none of, are no others
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

/** Prompts as the folders of results are called: `openai-80`, `openai-80+my-names`. */
export function promptsName({ templates, classNames }: Pick<PromptRow, "templates" | "classNames">): string {
  return [templates, classNames].filter((part) => part !== "").join("+");
}

/** Tells whether a row has its protocol's own class names: those of the definition; where that is not known, the first met. */
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

/** A list's id: as it is, or its file's name. */
function stem(idOrPath: string): string {
  return idOrPath.replace(/^.*[/\\]/, "").replace(/\.csv$/, "");
}
