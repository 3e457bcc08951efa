import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { hasContext } from "../../analysis/robustness/focus.ts";
import type { Study } from "../../analysis/robustness/read-study.ts";
import { readProgress } from "../../evaluation/evaluate/run-progress.ts";
import { readResults } from "../../evaluation/results/read-results.ts";
import { InputError } from "../../foundation/errors.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { makeNote } from "../../foundation/notes.ts";
import { plural } from "../../foundation/number-text.ts";
import { formatPage } from "../../output/report/page.ts";
import type { PageLimits } from "../../output/report/page-limits.ts";
import type { ReportData } from "../../output/report/report-data.ts";
import { studyReport, withoutBaseline } from "../../output/report/report-study.ts";
import { formatStaticPreview } from "../../output/report/static-preview.ts";
import { printable } from "../../output/tables/text-table.ts";
import type { CorrectnessCache } from "./check-results.ts";
import { parseLine, parseScale } from "./fit-command.ts";
import { defaultBaseline, openStudy, readAccuracies } from "./fit-inputs.ts";
import { type GatheredReport, type GatherOptions, gatherReport } from "./gather-report.ts";
import { claimOutputs } from "./made-from.ts";
import { outputPlace } from "./output-place.ts";
import { checkNothingLeftOut, printNotes, sortNotes } from "./print-notes.ts";
import { printJson, printText } from "./print-result.ts";
import { startProgress } from "./progress-reporter.ts";
import { readContent } from "./report-content.ts";
import { resultsStamp } from "./report-details.ts";
import { planReportFigures } from "./report-figures.ts";
import { readFindings } from "./report-findings.ts";
import { resultSources } from "./result-sources.ts";
import { listenForStop, StoppedError } from "./stop-signals.ts";

/** Options of `shiftline report`, as parsed from the command line. */
export interface ReportCommandOptions {
  /** JSON file of a study with custom axes; default: ImageNet and its five shifts */
  readonly study?: string;
  /** in-distribution benchmarks offered as x axis; default: the study's */
  readonly id?: readonly string[];
  /** results in addition to the arguments */
  readonly results?: readonly string[];
  /** a file, or a folder for `report.html`; default: the results folder if exactly one is given, else required */
  readonly out?: string;
  readonly title?: string;
  /** default: openai-clip */
  readonly baseline?: string;
  /** default: logit */
  readonly scale?: string;
  readonly line?: string;
  readonly groupBy?: string;
  /** SOURCE=COLUMN of the metadata, as for `fit` */
  readonly mixture?: readonly string[];
  /** numeric columns of the metadata, as for `fit` */
  readonly scaling?: readonly string[];
  readonly metadata?: string;
  /**
   * names, parts of names or globs of the checkpoints in focus; default: the user's, if there are also published ones
   */
  readonly highlight?: readonly string[];
  /**
   * column of the metadata that names the training run of a checkpoint: its checkpoints are connected, sorted by
   * `order`
   */
  readonly join?: string;
  readonly order?: string;
  /** numeric column of the metadata that is the x axis of additional figures */
  readonly x?: string;
  /**
   * names, parts of names or globs of the checkpoints whose individual images the page includes; default: see
   * `chooseForImages`
   */
  readonly imagesOf?: readonly string[];
  /** thumbnails per checkpoint and benchmark */
  readonly thumbnails?: number;
  /** maximum size in bytes; default: 3 MB for the page and 8 MB for pictures */
  readonly budget?: PageLimits;
  readonly data?: string;
  readonly dataDir?: readonly (readonly [string, string])[];
  readonly zipPasswordFile?: string;
  /** false: write no SVG and PNG files */
  readonly figures?: boolean;
  readonly watch?: boolean;
  readonly quiet?: boolean;
  /** print every note in full */
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/** Seconds between checks for new results, and between reloads of a page under `watch`. */
const POLL_INTERVAL = 2;
const RELOAD_INTERVAL = 5;

interface Target {
  readonly sources: readonly string[];
  readonly out: string;
  readonly options: ReportCommandOptions;
  readonly cache: CorrectnessCache;
}

/**
 * Runs `shiftline report`: writes an HTML file, and figures as SVG and PNG. Never modifies its inputs. With `watch` it
 * runs until stopped, and renders again whenever a result or the progress of an evaluation changes.
 *
 * @param inputs results folders, CSV files or ids of published baselines; default: `results`
 * @throws InputError for mistakes that the user can fix
 */
export async function runReport(inputs: readonly string[], options: ReportCommandOptions): Promise<void> {
  const sources = resultSources(inputs, options.results);
  const out = await reportPath(sources, options.out);
  const target: Target = { sources, out, options, cache: new Map() };
  if (options.watch) return await watch(target);
  const { leftOut, ...written } = await render(target, null);
  if (options.json) printJson(written);
  else printText(printable(written.report));
  checkNothingLeftOut(leftOut);
}

/** @throws InputError if the input is not a single results folder and `--out` is not given */
async function reportPath(sources: readonly string[], out: string | undefined): Promise<string> {
  const place = await outputPlace(sources, out, ".html");
  if (place !== null) return join(place.folder, place.file ?? "report.html");
  for (const source of sources) await readAccuracies(source); // first report unknown names and folders without results
  throw new InputError(
    `${sources.join(", ")}: not a single results folder to write the report into; specify a file or folder with --out`,
  );
}

/** Files written, with notes and warnings. */
interface Written {
  readonly report: string;
  readonly bytes: number;
  readonly checkpoints: number;
  readonly figures: readonly string[];
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  readonly leftOut: readonly string[];
}

async function render(target: Target, reloadSeconds: number | null): Promise<Written> {
  const { sources, out, options } = target;
  const printLine = (text: string) => {
    if (!options.quiet) process.stderr.write(`${printable(text)}\n`);
  };
  const about = await openStudy(options);
  const { data: gathered, stored, leftOut } = await gather(target, about);
  if (leftOut.length > 0 && gathered.checkpoints.length === 0 && !options.watch) {
    throw new InputError(`${sources.join(", ")}: no result can be used: ${leftOut.join("; ")}`);
  }
  const baseline = gathered.baselines[0]?.id ?? "";
  const { study, problem } = studyReport(gathered, baseline, gathered.scale);
  // Skip slow analyses while results arrive
  const { findings, notes: findingNotes } =
    reloadSeconds === null ? await readFindings(sources, stored, gathered, options) : { findings: null, notes: [] };
  const withFigures = options.figures !== false && gathered.checkpoints.length > 0;
  const figures = withFigures ? planReportFigures(gathered, study) : { names: [], write: async () => {} };
  const noLine =
    problem === "" || gathered.checkpoints.length === 0 ? [] : [makeNote(`no line to compare with: ${problem}`)];
  const known = [...gathered.notes, ...(study?.notes ?? []), ...findingNotes, ...noLine];
  const { warnings } = sortNotes(known, gathered.warnings, leftOut);
  const studied = study ?? withoutBaseline(gathered);
  const preview = await formatStaticPreview(gathered, studied, warnings);
  const bare = {
    ...gathered,
    findings,
    notes: sortNotes(known, gathered.warnings, leftOut).groups,
    figures: figures.names,
    reloadSeconds,
    progress: await progressOf(sources),
  };
  const { details, notes: more, ...content } = await readContent(stored, bare, preview, { study: about, out, options });
  const sortedNotes = sortNotes([...known, ...more], gathered.warnings, leftOut);
  const data: ReportData = { ...bare, notes: sortedNotes.groups };
  const page = await formatPage({ ...content, data, details: { ...details, notes: more }, still: preview });
  const files = [basename(out), ...figures.names].map((name) => ({ name }));
  await claimOutputs({ command: "report", folder: dirname(out), inputs: sources, files });
  await figures.write(dirname(out));
  await atomicWrite(out, page);
  if (reloadSeconds === null) {
    printNotes(sortedNotes, options);
    printLine(`${countText(gathered)}; open this file in a browser:`);
  }
  return {
    report: out,
    bytes: Buffer.byteLength(page),
    checkpoints: data.checkpoints.length,
    figures: data.figures,
    notes: sortedNotes.notes,
    warnings: sortedNotes.warnings,
    leftOut,
  };
}

/** Formats `4 checkpoints and 118 others`; without a focus, the number of checkpoints. */
function countText({ checkpoints, focus }: GatheredReport["data"]): string {
  const subject = hasContext(focus) ? focus.subject.length : checkpoints.length;
  const contextCount = checkpoints.length - subject;
  const context = contextCount === 0 ? "" : ` and ${plural(contextCount, "other")}`;
  return `${plural(subject, "checkpoint")}${context}`;
}

/** Reads the data of the report with progress: predictions of hundreds of checkpoints take a while to read. */
async function gather(target: Target, study: Study): Promise<GatheredReport> {
  const progress = startProgress({ quiet: target.options.quiet ?? false, isBrief: true });
  const onProgress = (done: number, total: number) =>
    progress.update({ task: "reading predictions", unit: "results", done, total });
  const options = { ...gatherOptions(target, study), onProgress };
  return await gatherReport(target.sources, options).finally(() => progress.stop());
}

function gatherOptions({ sources, options, cache }: Target, study: Study): GatherOptions {
  return {
    study,
    cache,
    title:
      options.title ?? study.title ?? `Robustness: ${sources.map((source) => basename(resolve(source))).join(", ")}`,
    baseline: options.baseline ?? defaultBaseline(options.study, sources),
    scale: parseScale(options.scale ?? "logit"),
    line: parseLine(options.line ?? "least-squares"),
    groupBy: options.groupBy,
    metadata: options.metadata,
    highlight: options.highlight,
    columns: { join: options.join, order: options.order, x: options.x },
  };
}

/** Renders whenever something changes until a signal arrives, then a last time without automatic reload. */
async function watch(target: Target): Promise<void> {
  const stop = listenForStop((text) => process.stderr.write(`${text}\n`));
  let last = "";
  try {
    while (!stop.signal.aborted) {
      const stamp = await lookAt(target.sources);
      if (stamp !== last) {
        const { report, checkpoints } = await render(target, RELOAD_INTERVAL);
        if (last === "") process.stdout.write(`${printable(report)}\n`);
        if (!target.options.quiet)
          process.stderr.write(`rendered ${plural(checkpoints, "checkpoint")}; watching, Ctrl-C ends\n`);
        last = stamp;
      }
      await sleep(POLL_INTERVAL * 1000, undefined, { signal: stop.signal }).catch(() => {});
    }
    await render(target, null);
    throw stop.signal.reason instanceof StoppedError ? stop.signal.reason : new StoppedError("SIGINT");
  } finally {
    stop.dispose();
  }
}

async function lookAt(sources: readonly string[]): Promise<string> {
  const stamps: string[] = [];
  for (const source of sources) {
    const found = await statIfThere(source);
    if (found?.isDirectory()) stamps.push(await resultsStamp((await readResults(source)).results));
    else stamps.push(String(found?.mtimeMs));
  }
  return JSON.stringify([stamps, await progressOf(sources)]);
}

/** Reads the progress of evaluations that are writing to the folders, without those that were killed. */
async function progressOf(sources: readonly string[]): Promise<ReportData["progress"]> {
  const all = (await Promise.all(sources.map((source) => readProgress(source)))).flat();
  return all
    .filter(({ stale }) => !stale)
    .map(({ phase, checkpoints, benchmark, done, total, per_second: perSecond }) => ({
      phase,
      checkpoints,
      benchmark,
      done,
      total,
      perSecond,
    }));
}
