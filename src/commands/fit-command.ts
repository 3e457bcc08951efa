import { stat } from "node:fs/promises";
import { join } from "node:path";
import { atomicWrite } from "../files/atomic-write.ts";
import { InputError } from "../input-error.ts";
import { block } from "../report/tables/comparison-text.ts";
import { formatStudy } from "../report/tables/fit-table.ts";
import { formatFits, formatInfluence } from "../report/tables/fits-csv.ts";
import { formatRobustness } from "../report/tables/robustness-csv.ts";
import { formatWideRobustness, linesTable, robustnessTable } from "../report/tables/robustness-table.ts";
import type { BaselineLine } from "../robustness/baseline-lines.ts";
import { FIT_SCALES, type FitScale } from "../robustness/fit-scale.ts";
import { leaveOneOut } from "../robustness/influence.ts";
import { studyRobustness } from "../robustness/robustness-study.ts";
import { fitExtras } from "./fit-extras.ts";
import { defaultBaseline, openBaseline, readAccuracies } from "./fit-inputs.ts";
import { defaultProtocolsOf, readStudy } from "./read-study.ts";
import { tellAccuraciesApart } from "./told-apart.ts";

const DEFAULT_RESULTS = "results";

/** The options of `shiftline fit` as the command line gives them. */
export interface FitCommandOptions {
  /** JSON file of a study with axes of its own; default: ImageNet and its five shifts */
  readonly study?: string;
  /** default: openai-clip; of a study of its own axes, the first input: all its checkpoints */
  readonly baseline?: string;
  /** default: logit */
  readonly scale?: string;
  /** column of the metadata, or `group` of the accuracies: one line for each of its values */
  readonly groupBy?: string;
  readonly metadata?: string;
  /** column of the metadata: checkpoints of one value are replicates of one model */
  readonly replicates?: string;
  /** checkpoint that the others' relative robustness is against */
  readonly relativeTo?: string;
  /** default: the results folder given, else `results` */
  readonly out?: string;
  /** default: text */
  readonly format?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/**
 * Runs `shiftline fit`: writes fits.csv, robustness.csv, influence.csv and what else was asked for, prints the lines and
 * a headline to stdout, and what is missing or differs to stderr.
 *
 * @param inputs results folders, CSV files or ids of published baselines; `results` where there is none
 * @throws InputError for what the user can put right; nothing is written then
 */
export async function runFit(inputs: readonly string[], options: FitCommandOptions): Promise<void> {
  const scale = parseScale(options.scale ?? "logit");
  const format = parseFormat(options);
  const sources = inputs.length > 0 ? inputs : [DEFAULT_RESULTS];
  const opened = await openBaseline(options.baseline ?? defaultBaseline(options.study, sources));
  const parsed = await Promise.all(sources.map(readAccuracies));
  const apart = await tellAccuraciesApart(opened.rows, ...parsed.map((one) => one.rows));
  const baseline = { ...opened, rows: opened.rows.map(apart.rename) };
  const rows = parsed.flatMap((one) => one.rows.map(apart.rename));
  const about = await readStudy(options.study);
  const study = studyRobustness(rows, baseline, {
    scale,
    axes: about.axes,
    defaultProtocols: defaultProtocolsOf(about),
  });
  const extras = await fitExtras(study, scale, options);
  const out = options.out ?? (await outputFolder(sources));
  const lines = [...study.lines, ...extras.lines];
  const files = new Map([
    ["fits.csv", formatFits(lines)],
    ["robustness.csv", formatRobustness(study.rows)],
    ["influence.csv", formatInfluence(lines)],
    ...extras.files,
  ]);
  for (const [name, content] of files) await atomicWrite(join(out, name), content);

  const notes = [
    ...apart.notes,
    ...parsed.flatMap((one) => one.notes),
    ...baseline.notes,
    ...study.notes,
    ...extras.notes,
  ];
  if (!options.quiet) {
    for (const note of new Set(notes)) {
      process.stderr.write(note.startsWith("warning: ") ? `${note}\n` : `note: ${note}\n`);
    }
  }
  if (options.json) {
    const json = { lines: lines.map(lineJson), rows: study.rows, ...extras.json, notes };
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`);
  } else if (format === "text") {
    process.stdout.write(`${[formatStudy(study), ...extras.tables].join("\n\n")}\n`);
  } else if (format === "wide-csv") {
    process.stdout.write(formatWideRobustness(study.rows, study.pairing.axes));
  } else {
    const fitted = `fitted on the ${scale} scale; baseline ${baseline.id}`;
    const robustness = ["Effective robustness in percentage points, 95 % intervals; † extrapolated", fitted];
    const blocks = [
      block(linesTable(lines, study.pairing.axes), [`Lines ${fitted}`], format),
      block(robustnessTable(study.rows, study.pairing.axes), robustness, format),
    ];
    process.stdout.write(`${blocks.join("\n\n")}\n`);
  }
  if (!options.quiet) process.stderr.write(`written to ${out}: ${[...files.keys()].join(", ")}\n`);
}

const FORMATS = ["text", "markdown", "latex", "wide-csv"] as const;

function parseFormat({ format = "text", json }: FitCommandOptions): (typeof FORMATS)[number] {
  const known = FORMATS.find((one) => one === format);
  if (known === undefined) throw new InputError(`unknown format "${format}"; known: ${FORMATS.join(", ")}`);
  if (json && known !== "text") throw new InputError(`--json and --format ${known} exclude each other; leave one out`);
  return known;
}

/** @throws InputError naming the scales that are known */
export function parseScale(typed: string): FitScale {
  const scale = FIT_SCALES.find((one) => one === typed);
  if (scale === undefined) throw new InputError(`unknown scale "${typed}"; known: ${FIT_SCALES.join(", ")}`);
  return scale;
}

async function outputFolder(sources: readonly string[]): Promise<string> {
  for (const source of sources) {
    if ((await stat(source).catch(() => undefined))?.isDirectory()) return source;
  }
  return DEFAULT_RESULTS;
}

function lineJson({ piece: _, fit, ...about }: BaselineLine) {
  return { ...about, ...fit, influence: leaveOneOut(fit) };
}
