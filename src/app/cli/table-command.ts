import { extname, join } from "node:path";
import { chooseFocus, subjectFirst } from "../../analysis/robustness/focus.ts";
import { groupsOfRows, parseMetadata } from "../../analysis/robustness/metadata.ts";
import { InputError } from "../../foundation/errors.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { parseCsv } from "../../foundation/files/parse-csv.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { makeNote, type Note } from "../../foundation/notes.ts";
import { plural } from "../../foundation/number-text.ts";
import { focusRows, groupRows, type MetadataColumn, sortRows } from "../../output/tables/arrange-rows.ts";
import { tableCaption } from "../../output/tables/results-caption.ts";
import { formatResultsLatex, formatResultsMarkdown } from "../../output/tables/results-markup.ts";
import {
  formatResultsCsv,
  formatResultsParquet,
  resultsJson,
  resultsRecords,
} from "../../output/tables/results-records.ts";
import { type ShownTable, tableSections } from "../../output/tables/results-sections.ts";
import { buildResultsTable, type ResultsTable } from "../../output/tables/results-table.ts";
import { formatResultsText } from "../../output/tables/results-text.ts";
import { printable } from "../../output/tables/text-table.ts";
import { parseScale } from "./fit-command.ts";
import { metadataOf } from "./fit-inputs.ts";
import { claimOutputs } from "./made-from.ts";
import { outputPlace, placeName } from "./output-place.ts";
import { checkNothingLeftOut, notesJson, printNotes, sortNotes } from "./print-notes.ts";
import { printText, toPrintableJson } from "./print-result.ts";
import { resultSources } from "./result-sources.ts";
import { type OpenedTable, openTable } from "./table-study.ts";

/** Formats and their file extensions. */
const FORMATS = {
  text: ".txt",
  markdown: ".md",
  latex: ".tex",
  csv: ".csv",
  json: ".json",
  parquet: ".parquet",
} as const;
type Format = keyof typeof FORMATS;
const FORMAT_NAMES = Object.keys(FORMATS) as Format[];

/** First lines of formats without a distinctive beginning. */
const LATEX_HEAD = "% made by shiftline table; needs \\usepackage{booktabs}";
const MARKDOWN_HEAD = "<!-- made by shiftline table -->";

/** Options of `shiftline table`, as parsed from the command line. */
export interface TableCommandOptions {
  /** results in addition to the arguments */
  readonly results?: readonly string[];
  readonly study?: string;
  /** in-distribution benchmarks; default: the study's */
  readonly id?: readonly string[];
  readonly baseline?: string;
  readonly scale?: string;
  /** benchmark and protocol of its column; default: the baseline's */
  readonly protocol?: readonly (readonly [string, string])[];
  /** default: the baseline's, if there are results with them */
  readonly templates?: readonly string[];
  readonly classNames?: string;
  readonly otherProtocols?: boolean;
  /** show controls as columns */
  readonly controls?: boolean;
  readonly sort?: string;
  /**
   * names, parts of names or globs of the checkpoints in focus, listed first; default: the user's, if there are also
   * published ones
   */
  readonly highlight?: readonly string[];
  readonly groupBy?: string;
  readonly metadata?: string;
  readonly digits?: number;
  readonly format?: string;
  readonly out?: string;
  readonly quiet?: boolean;
  /** print every note in full */
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/**
 * Runs `shiftline table`: prints the table of a paper, or writes it to `out`. Notes go to stderr. Unreadable results
 * are left out and named, and the command fails after the rest is done.
 *
 * @param inputs results folders, CSV files or ids of published baselines; default: `results`
 * @throws InputError for mistakes that the user can fix; nothing is printed then
 */
export async function runTable(inputs: readonly string[], options: TableCommandOptions): Promise<void> {
  const format = chooseFormat(options);
  const scale = parseScale(options.scale ?? "logit");
  const sources = resultSources(inputs, options.results);
  const place = options.out === undefined ? null : await outputPlace(sources, options.out, FORMATS[format]);
  const opened = await openTable(sources, { study: options.study, id: options.id, baseline: options.baseline, scale });
  const table = tableOf(opened, options);
  if (options.metadata !== undefined && options.sort === undefined && options.groupBy === undefined) {
    throw new InputError("--metadata is given, but no column is selected with --sort or --group-by");
  }
  const metadata = await readMetadata(await metadataOf(options.metadata, sources));
  const by = groupingOf(options.groupBy, opened, metadata);
  const focus = chooseFocus(opened.inputs, options.highlight);
  const order = sortRows(table, options.sort, metadata);
  const pinned = subjectFirst(order, focus, (i) => table.rows[i]?.checkpoint as string);
  const shown: ShownTable = {
    table,
    groups: by === null ? focusRows(table, order, focus) : groupRows(table, pinned, by),
    digits: options.digits ?? 1,
    controlColumns: options.controls ?? false,
  };
  const sortedNotes = sortNotes([...opened.notes, ...hiddenNotes(table)], opened.warnings, opened.leftOut);
  printNotes(sortedNotes, options);
  const content = formatTable(format, shown, by?.groupOf ?? null, opened.notes);
  if (place === null) printContent(content, shown, format);
  else {
    const name = place.file ?? `table${FORMATS[format]}`;
    const header = headerOf(format, content);
    await claimOutputs({ command: "table", folder: place.folder, inputs: sources, files: [{ name, ...header }] });
    await atomicWrite(join(place.folder, name), content);
    if (!options.quiet) process.stderr.write(`written to ${printable(placeName({ ...place, file: name }))}\n`);
  }
  checkNothingLeftOut(opened.leftOut);
}

/** Builds the table for the requested prompts and protocols, by default the baseline's. */
function tableOf(opened: OpenedTable, options: TableCommandOptions): ResultsTable {
  const { about, accuracies, study } = opened;
  return buildResultsTable(accuracies, {
    axes: about.axes,
    benchmarks: about.benchmarks,
    study,
    prompts: { templates: chooseTemplates(opened, options), classNames: options.classNames ?? null },
    protocols: new Map(options.protocol),
    otherProtocols: options.otherProtocols ?? false,
    warnings: opened.warnings,
  });
}

/** @throws InputError if there is no result with the requested prompts */
function chooseTemplates({ accuracies, study }: OpenedTable, options: TableCommandOptions): readonly string[] | null {
  const known = new Set(accuracies.map(({ templates }) => templates));
  const classNames = new Set(accuracies.map((row) => row.classNames));
  for (const requested of options.templates ?? []) {
    if (known.has(requested)) continue;
    throw new InputError(`--templates ${requested}: no result with them; available: ${[...known].sort().join(", ")}`);
  }
  if (options.classNames !== undefined && !classNames.has(options.classNames)) {
    throw new InputError(
      `--class-names ${options.classNames}: no result with them; available: ${[...classNames].sort().join(", ")}`,
    );
  }
  if (options.templates !== undefined) return options.templates;
  const baselineTemplates = new Set((study?.lines ?? []).map(({ templates }) => templates));
  const shared = [...baselineTemplates].filter((id) => id !== "" && known.has(id));
  return shared.length === 0 ? null : shared;
}

/** Notes results that are not in the table. */
function hiddenNotes({ otherPrompts, otherProtocols }: ResultsTable): Note[] {
  const hidden = [
    ["prompts", otherPrompts, "select them with --templates or --class-names"],
    ["protocols", otherProtocols, "show them with --other-protocols, or select with --protocol"],
  ] as const;
  return hidden.flatMap(([what, counts, advice]) => {
    if (counts.size === 0) return [];
    const names = [...counts].map(([name, n]) => `${name || "unknown"} (${plural(n, "result")})`);
    return [makeNote(`not in the table: ${what} ${names.join(", ")}; ${advice}`)];
  });
}

async function readMetadata(path: string | undefined): Promise<MetadataColumn> {
  if (path === undefined) return () => undefined;
  const text = await readText(path);
  const columns = Object.keys(parseCsv(text, path, [])[0] as Record<string, string>);
  return (name) => (columns.includes(name) ? parseMetadata(text, path, name) : undefined);
}

function groupingOf(name: string | undefined, { accuracies }: OpenedTable, metadata: MetadataColumn) {
  if (name === undefined) return null;
  const groupOf = metadata(name) ?? (name === "group" ? groupsOfRows(accuracies) : undefined);
  if (groupOf !== undefined) return { name, groupOf };
  throw new InputError(`--group-by ${name}: no such column; specify the CSV file that contains it with --metadata`);
}

function formatTable(
  format: Format,
  shown: ShownTable,
  groupOf: ReadonlyMap<string, string> | null,
  notes: readonly Note[],
): string | Uint8Array {
  switch (format) {
    case "text":
      return `${formatResultsText(shown)}\n`;
    case "markdown":
      return `${MARKDOWN_HEAD}\n\n${formatResultsMarkdown(shown)}\n`;
    case "latex":
      return `${LATEX_HEAD}\n${formatResultsLatex(shown)}\n`;
    case "csv":
      return formatResultsCsv(resultsRecords(shown, groupOf));
    case "parquet":
      return formatResultsParquet(resultsRecords(shown, groupOf));
    case "json": {
      const caption = tableCaption(shown, tableSections(shown), "");
      return `${toPrintableJson(resultsJson(shown, resultsRecords(shown, groupOf), caption, notesJson(notes)))}\n`;
    }
  }
}

/** Prints the content; on a terminal, text is laid out for its width. */
function printContent(content: string | Uint8Array, shown: ShownTable, format: Format): void {
  const { columns, isTTY } = process.stdout;
  if (format === "text" && isTTY) printText(formatResultsText(shown, columns));
  else if (typeof content === "string") printText(content);
}

/** Returns the first line that identifies a file written by this command. */
function headerOf(format: Format, content: string | Uint8Array): { readonly header?: string } {
  if (format === "json" || typeof content !== "string") return {};
  return { header: content.split("\n", 1)[0] as string };
}

/** @throws InputError for an unknown format, conflicting options, or Parquet without a file */
function chooseFormat({ format, json, out }: TableCommandOptions): Format {
  const byEnding = FORMAT_NAMES.find((name) => out !== undefined && extname(out).toLowerCase() === FORMATS[name]);
  const known = FORMAT_NAMES.find((name) => name === format);
  if (format !== undefined && known === undefined) {
    throw new InputError(`unknown format "${format}"; known: ${FORMAT_NAMES.join(", ")}`);
  }
  if (json && known !== undefined && known !== "json") {
    throw new InputError(`--json and --format ${known} exclude each other; leave one out`);
  }
  const chosen = (json ? "json" : known) ?? byEnding ?? "text";
  if (byEnding !== undefined && byEnding !== chosen) {
    throw new InputError(`--out ${out}: the extension means ${byEnding}, but the format is ${chosen}; remove one`);
  }
  if (chosen === "parquet" && out === undefined) {
    throw new InputError("parquet cannot be printed: specify a file, such as --out table.parquet");
  }
  return chosen;
}
