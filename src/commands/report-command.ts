import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { atomicWrite } from "../files/atomic-write.ts";
import { InputError } from "../input-error.ts";
import { formatPage } from "../report/html/page.ts";
import type { ReportData } from "../report/html/report-data.ts";
import { studyReport, withoutBaseline } from "../report/html/report-study.ts";
import { formatStill } from "../report/html/still.ts";
import { readProgress } from "../report/results/progress-file.ts";
import { readAllResults, type StoredResult } from "../report/results/result-folder.ts";
import { printable } from "../report/tables/text-table.ts";
import { parseScale } from "./fit-command.ts";
import { defaultBaseline } from "./fit-inputs.ts";
import { type GatherOptions, gatherReport } from "./gather-report.ts";
import { defaultProtocolsOf, readStudy, type Study } from "./read-study.ts";
import { type CorrectnessCache, readDetails, resultsStamp } from "./report-details.ts";
import { writeReportFigures } from "./report-figures.ts";
import { readMistakes } from "./report-mistakes.ts";
import { listenForStop, StoppedError } from "./stop-signals.ts";

/** The options of `shiftline report` as the command line gives them. */
export interface ReportCommandOptions {
  /** JSON file of a study with axes of its own; default: ImageNet and its five shifts */
  readonly study?: string;
  /** default: `results` */
  readonly results?: string;
  /** default: `report.html` in the results folder */
  readonly out?: string;
  readonly title?: string;
  /** default: openai-clip */
  readonly baseline?: string;
  /** default: logit */
  readonly scale?: string;
  readonly groupBy?: string;
  readonly metadata?: string;
  /** mistakes to show of each checkpoint on each benchmark */
  readonly thumbnails?: number;
  readonly data?: string;
  readonly dataDir?: readonly (readonly [string, string])[];
  /** false: no SVG and PNG files beside the page */
  readonly figures?: boolean;
  readonly watch?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const DEFAULT_RESULTS = "results";
/** Seconds between two looks at the results, and after which a page that is being made anew opens itself again. */
const LOOK_EVERY = 2;
const RELOAD_EVERY = 5;

interface Target {
  readonly sources: readonly string[];
  readonly out: string;
  readonly options: ReportCommandOptions;
  readonly cache: CorrectnessCache;
}

/**
 * Runs `shiftline report`: one HTML file, and the figures beside it as SVG and PNG. Only reads what it is given. With
 * `watch` it goes on until it is stopped, and renders again whenever a result or the progress of an evaluation changed.
 *
 * @param inputs results folders, CSV files or ids of published baselines; `--results` where there is none
 * @throws InputError for what the user can put right
 */
export async function runReport(inputs: readonly string[], options: ReportCommandOptions): Promise<void> {
  if (inputs.length > 0 && options.results !== undefined) {
    throw new InputError("name the results either as arguments or with --results, not both");
  }
  const sources = inputs.length > 0 ? inputs : [options.results ?? DEFAULT_RESULTS];
  const out = options.out ?? join(await outputFolder(sources), "report.html");
  const target: Target = { sources, out, options, cache: new Map() };
  if (options.watch) return await watch(target);
  const written = await render(target, null);
  process.stdout.write(options.json ? `${JSON.stringify(written, null, 2)}\n` : `${printable(written.report)}\n`);
}

/** What was written, and what the user should know of it. */
interface Written {
  readonly report: string;
  readonly bytes: number;
  readonly checkpoints: number;
  readonly figures: readonly string[];
  readonly notes: readonly string[];
}

async function render(target: Target, reloadSeconds: number | null): Promise<Written> {
  const { sources, out, options } = target;
  const say = (text: string) => {
    if (!options.quiet) process.stderr.write(`${text}\n`);
  };
  const about = await readStudy(options.study);
  const { data: gathered, stored } = await gatherReport(sources, gatherOptions(sources, options, about));
  const defaults = defaultProtocolsOf(about);
  const details = await readDetails(stored, gathered.checkpoints, {
    cache: target.cache,
    benchmarks: about.benchmarks,
    defaults,
    onProgress: progressLine(say),
  });
  const mistakes = await mistakesOf(stored, target, about);
  const baseline = gathered.baselines[0]?.id ?? "";
  const { study, problem } = studyReport(gathered, baseline, gathered.scale);
  const figures =
    options.figures === false || gathered.checkpoints.length === 0
      ? []
      : await writeReportFigures(dirname(out), gathered, study);
  const notes = [
    ...new Set([...gathered.notes, ...(study?.notes ?? []), ...details.notes, ...mistakes.notes]),
    ...(problem === "" || gathered.checkpoints.length === 0 ? [] : [`no line to compare with: ${problem}`]),
  ];
  const data: ReportData = {
    ...gathered,
    notes,
    figures,
    reloadSeconds,
    progress: await progressOf(sources),
  };
  const { sets, pictures } = mistakes;
  const still = await formatStill(data.title, study ?? withoutBaseline(gathered), data.checkpoints.length);
  const page = await formatPage({ data, details, mistakes: { sets, pictures }, still });
  await atomicWrite(out, page);
  if (reloadSeconds === null) {
    for (const note of notes) say(note.startsWith("warning: ") ? printable(note) : `note: ${printable(note)}`);
    say(`${gathered.checkpoints.length} checkpoints; open this file in a browser:`);
  }
  return {
    ...{ report: out, bytes: Buffer.byteLength(page), checkpoints: data.checkpoints.length },
    ...{ figures: data.figures, notes },
  };
}

function gatherOptions(sources: readonly string[], options: ReportCommandOptions, study: Study): GatherOptions {
  return {
    study,
    title:
      options.title ?? study.title ?? `Robustness: ${sources.map((source) => basename(resolve(source))).join(", ")}`,
    baseline: options.baseline ?? defaultBaseline(options.study, sources),
    scale: parseScale(options.scale ?? "logit"),
    groupBy: options.groupBy,
    metadata: options.metadata,
  };
}

async function mistakesOf(
  stored: readonly StoredResult[],
  { out, options }: Target,
  study: Study,
): ReturnType<typeof readMistakes> {
  const { thumbnails: count, data, dataDir = [] } = options;
  if (count === undefined) return { sets: [], pictures: [], notes: [] };
  const storeRoot = join(dirname(out), "..", ".shiftline", "store");
  return await readMistakes(stored, {
    ...{ count, data, dataDirs: Object.fromEntries(dataDir), storeRoot },
    ...{ benchmarks: study.benchmarks, defaults: defaultProtocolsOf(study) },
  });
}

/** Renders whenever something changed, until a signal comes; then once more, as a page that stays as it is. */
async function watch(target: Target): Promise<void> {
  const stop = listenForStop((text) => process.stderr.write(`${text}\n`));
  let last = "";
  try {
    while (!stop.signal.aborted) {
      const stamp = await lookAt(target.sources);
      if (stamp !== last) {
        const { report, checkpoints } = await render(target, RELOAD_EVERY);
        if (last === "") process.stdout.write(`${printable(report)}\n`);
        if (!target.options.quiet) process.stderr.write(`rendered ${checkpoints} checkpoints; watching, Ctrl-C ends\n`);
        last = stamp;
      }
      await sleep(LOOK_EVERY * 1000, undefined, { signal: stop.signal }).catch(() => {});
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
    const found = await stat(source).catch(() => undefined);
    if (found?.isDirectory()) stamps.push(await resultsStamp(await readAllResults(source)));
    else stamps.push(String(found?.mtimeMs));
  }
  return JSON.stringify([stamps, await progressOf(sources)]);
}

/** The evaluations that write to the folders given, without those that were killed. */
async function progressOf(sources: readonly string[]): Promise<ReportData["progress"]> {
  const all = (await Promise.all(sources.map((source) => readProgress(source)))).flat();
  return all
    .filter(({ stale }) => !stale)
    .map(({ phase, checkpoints, benchmark, done, total, per_second: perSecond }) => ({
      ...{ phase, checkpoints, benchmark, done, total, perSecond },
    }));
}

async function outputFolder(sources: readonly string[]): Promise<string> {
  for (const source of sources) {
    if ((await stat(source).catch(() => undefined))?.isDirectory()) return source;
  }
  return DEFAULT_RESULTS;
}

/** Says now and then how many results were read: of hundreds of checkpoints that takes a while. */
function progressLine(say: (text: string) => void): (done: number, total: number) => void {
  let last = performance.now();
  return (done, total) => {
    const now = performance.now();
    if (now - last < 5000) return;
    last = now;
    say(`reading predictions ${done}/${total}`);
  };
}
