import { join } from "node:path";
import { FIT_SCALES, type FitScale } from "../../analysis/lines/fit-scale.ts";
import { LINE_KINDS, type LineKind } from "../../analysis/robustness/baseline-fit.ts";
import type { BaselineLine } from "../../analysis/robustness/baseline-lines.ts";
import { coverExtrapolated } from "../../analysis/robustness/covering-baselines.ts";
import { chooseFocus, subjectFirst } from "../../analysis/robustness/focus.ts";
import { leaveOneOut } from "../../analysis/robustness/influence.ts";
import { defaultProtocolsOf } from "../../analysis/robustness/read-study.ts";
import type { RobustnessRow } from "../../analysis/robustness/robustness-row.ts";
import { studyRobustness } from "../../analysis/robustness/robustness-study.ts";
import { warningsOf } from "../../evaluation/results/result-warnings.ts";
import { InputError } from "../../foundation/errors.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { formatStudy } from "../../output/tables/fit-table.ts";
import { formatFits, formatInfluence } from "../../output/tables/fits-csv.ts";
import { formatRobustness } from "../../output/tables/robustness-csv.ts";
import { formatWideRobustness } from "../../output/tables/robustness-table.ts";
import { printable } from "../../output/tables/text-table.ts";
import { FIT_OUTPUTS } from "./describe-folder.ts";
import { distinguishAccuracies, renameResult } from "./distinguish-accuracies.ts";
import { agreementExtras } from "./fit-agreement.ts";
import type { FitExtrasOptions } from "./fit-extra.ts";
import { fitExtras, joinExtras } from "./fit-extras.ts";
import {
  defaultBaseline,
  focusInputs,
  metadataOf,
  openBaseline,
  openStudy,
  otherBaselines,
  readAccuracies,
} from "./fit-inputs.ts";
import { formatFitForPaper } from "./fit-papers.ts";
import { claimOutputs } from "./made-from.ts";
import { createOutcomesReader } from "./outcomes-reader.ts";
import { type OutputPlace, outputPlace, placeName } from "./output-place.ts";
import { checkNothingLeftOut, notesJson, printNotes, sortNotes } from "./print-notes.ts";
import { printJson, printText } from "./print-result.ts";
import { resultSources } from "./result-sources.ts";

/** Main table of `fit`. */
const ROBUSTNESS = "robustness.csv";

/** Options of `shiftline fit`, as parsed from the command line. */
export interface FitCommandOptions extends FitExtrasOptions {
  /** results in addition to the arguments */
  readonly results?: readonly string[];
  /** JSON file of a study with custom axes; default: ImageNet and its five shifts */
  readonly study?: string;
  /** in-distribution benchmarks, each an x axis; default: the study's */
  readonly id?: readonly string[];
  /** default: openai-clip; for a custom study, all checkpoints of the first input */
  readonly baseline?: string;
  /** default: logit */
  readonly scale?: string;
  /** default: least-squares */
  readonly line?: string;
  /** clusters of dependent images: `class`, or a CSV file with the columns image and cluster */
  readonly cluster?: string;
  /** scale of agreement on the line, probit or logit; not fitted by default */
  readonly agreement?: string;
  /**
   * names, parts of names or globs of the checkpoints in focus, printed first; default: the user's, if there are also
   * published ones
   */
  readonly highlight?: readonly string[];
  /**
   * a folder, or a file for one of the tables; default: the results folder if exactly one is given, else nothing is
   * written
   */
  readonly out?: string;
  /** default: text */
  readonly format?: string;
  readonly quiet?: boolean;
  /** print every note in full */
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/**
 * Runs `shiftline fit`. Writes fits.csv, robustness.csv, influence.csv and the requested tables to `out` or the results
 * folder, and prints the lines and a summary to stdout, notes and warnings to stderr. Unreadable results are left out
 * and named, and the command fails after the rest is done.
 *
 * @param inputs results folders, CSV files or ids of published baselines; default: `results`
 * @throws InputError for mistakes that the user can fix; nothing is written then
 */
export async function runFit(inputs: readonly string[], options: FitCommandOptions): Promise<void> {
  const scale = parseScale(options.scale ?? "logit");
  const line = parseLine(options.line ?? "least-squares");
  const format = parseFormat(options);
  const sources = resultSources(inputs, options.results);
  const idOrPath = options.baseline ?? defaultBaseline(options.study, sources);
  const outcomes = (await usesOutcomes(idOrPath, options)) ? await createOutcomesReader(options.cluster) : undefined;
  const opened = await openBaseline(idOrPath, outcomes);
  const parsed = [];
  for (const source of sources) parsed.push(await readAccuracies(source, outcomes));
  outcomes?.checkUsed();
  const distinguished = await distinguishAccuracies(opened.rows, ...parsed.map((input) => input.rows));
  const baseline = { ...opened, rows: opened.rows.map(distinguished.rename) };
  const rows = parsed.flatMap((input) => input.rows.map(distinguished.rename));
  const focus = chooseFocus(focusInputs(parsed), options.highlight);
  const about = await openStudy(options);
  const study = studyRobustness(rows, baseline, {
    scale,
    line,
    axes: about.axes,
    defaultProtocols: defaultProtocolsOf(about),
  });
  const published = options.study === undefined ? await otherBaselines(baseline.id) : [];
  const renamed = published.map((publishedBaseline) => ({
    ...publishedBaseline,
    rows: publishedBaseline.rows.map(distinguished.rename),
  }));
  const covered = coverExtrapolated(study, renamed, {
    scale,
    line,
    axes: about.axes,
    defaultProtocols: defaultProtocolsOf(about),
  });
  const usesMetadata =
    [options.replicates, options.mixture, options.scaling, options.adjust].some((option) => option !== undefined) ||
    (options.groupBy ?? "group") !== "group";
  const metadata = usesMetadata ? await metadataOf(options.metadata, sources) : options.metadata;
  const named = parsed.flatMap((input) => input.results.map((result) => renameResult(result, distinguished)));
  const extras = joinExtras([
    await fitExtras(study, scale, { ...options, ...(metadata === undefined ? {} : { metadata }) }),
    await agreementExtras(study, named, options.agreement),
  ]);
  const lines = [...study.lines, ...extras.lines];
  const tables = new Map([
    ["fits.csv", formatFits(lines)],
    [ROBUSTNESS, formatRobustness(study.rows)],
    ["influence.csv", formatInfluence(lines)],
    ...extras.files,
  ]);
  const place = await outputPlace(sources, options.out, ".csv");
  const files = place === null || place.file === null ? tables : oneTable(tables, place.file);
  if (place !== null) await writeTables(place.folder, sources, files);

  const inputNotes = [...parsed, baseline].flatMap((input) => input.notes);
  const all = [...distinguished.notes, ...inputNotes, ...(outcomes?.notes() ?? []), ...study.notes, ...extras.notes];
  const results = [...parsed, baseline].flatMap((input) => input.results);
  const warnings = warningsOf(results.map((result) => renameResult(result, distinguished)));
  const leftOut = [...new Set([...parsed, baseline].flatMap((input) => input.leftOut))];
  const sortedNotes = sortNotes(all, warnings, leftOut);
  printNotes(sortedNotes, options);
  if (options.json) {
    const { warnings: texts } = sortedNotes;
    printJson({
      lines: lines.map(lineJson),
      rows: study.rows,
      covered,
      ...extras.json,
      notes: notesJson(all),
      warnings: texts,
    });
  } else if (format === "text") {
    const nameOf = (table: string) => writtenName(table, place, tables);
    const texts = [
      formatStudy(study, warnings, nameOf(ROBUSTNESS), covered, focus),
      ...extras.tables.map((text) => text(nameOf)),
    ];
    printText(texts.join("\n\n"));
  } else if (format === "wide-csv") {
    printText(formatWideRobustness(subjectFirst(study.rows, focus, nameOfRow), study.pairing.axes));
  } else {
    const fitted = `fitted on the ${scale} scale${line === "binomial" ? ", binomial" : ""}; baseline ${baseline.id}`;
    const groupLines =
      line === "binomial" && lines.length > study.lines.length ? "; lines of groups: least squares" : "";
    printText(formatFitForPaper(study, format, { lines, fitted: `${fitted}${groupLines}`, about, warnings, focus }));
  }
  if (!options.quiet) process.stderr.write(`${printable(writtenLine(place, files))}\n`);
  checkNothingLeftOut(leftOut);
}

function nameOfRow({ checkpoint }: RobustnessRow): string {
  return checkpoint;
}

/** Whether the analysis needs the correct images: for lines of checkpoints evaluated here, or for clusters. */
async function usesOutcomes(baseline: string, options: FitCommandOptions): Promise<boolean> {
  const { cluster, groupBy, mixture, scaling } = options;
  const isUsed = [cluster, groupBy, mixture, scaling].some((option) => option !== undefined);
  return isUsed || (await statIfThere(baseline))?.isDirectory() === true;
}

/**
 * Returns the table that a path names, else {@link ROBUSTNESS}.
 *
 * @throws InputError if the name belongs to a table that these options do not produce
 */
function oneTable(tables: ReadonlyMap<string, string>, file: string): Map<string, string> {
  if (FIT_OUTPUTS.includes(file) && !tables.has(file)) {
    throw new InputError(
      `--out ${file}: these options do not produce that table; they produce ${[...tables.keys()].join(", ")}`,
    );
  }
  return new Map([[file, tables.get(file) ?? (tables.get(ROBUSTNESS) as string)]]);
}

/** Returns the file name of a table, see {@link oneTable}; null if it is not written. */
function writtenName(table: string, place: OutputPlace | null, tables: ReadonlyMap<string, string>): string | null {
  if (place === null) return null;
  if (place.file === null) return table;
  const written = tables.has(place.file) ? place.file : ROBUSTNESS;
  return table === written ? place.file : null;
}

async function writeTables(folder: string, inputs: readonly string[], files: ReadonlyMap<string, string>) {
  const claimed = [...files].map(([name, content]) => ({ name, header: content.split("\n", 1)[0] as string }));
  await claimOutputs({ command: "fit", folder, inputs, files: claimed });
  for (const [name, content] of files) await atomicWrite(join(folder, name), content);
}

function writtenLine(place: OutputPlace | null, files: ReadonlyMap<string, string>): string {
  if (place === null)
    return "nothing was written, because the input is not a single results folder; specify a folder with --out";
  return place.file === null
    ? `written to ${place.folder}: ${[...files.keys()].join(", ")}`
    : `written to ${placeName(place)}`;
}

const FORMATS = ["text", "markdown", "latex", "wide-csv"] as const;

function parseFormat({ format = "text", json }: FitCommandOptions): (typeof FORMATS)[number] {
  const known = FORMATS.find((candidate) => candidate === format);
  if (known === undefined) throw new InputError(`unknown format "${format}"; known: ${FORMATS.join(", ")}`);
  if (json && known !== "text") throw new InputError(`--json and --format ${known} exclude each other; leave one out`);
  return known;
}

/** @throws InputError naming the known scales */
export function parseScale(value: string): FitScale {
  const scale = FIT_SCALES.find((candidate) => candidate === value);
  if (scale === undefined) throw new InputError(`unknown scale "${value}"; known: ${FIT_SCALES.join(", ")}`);
  return scale;
}

/** @throws InputError naming the known kinds of line */
export function parseLine(value: string): LineKind {
  const line = LINE_KINDS.find((candidate) => candidate === value);
  if (line === undefined) throw new InputError(`unknown line "${value}"; known: ${LINE_KINDS.join(", ")}`);
  return line;
}

function lineJson({ piece: _, fit: { posterior: __, ...fit }, ...about }: BaselineLine) {
  return { ...about, ...fit, influence: leaveOneOut({ ...fit, posterior: null }) };
}
