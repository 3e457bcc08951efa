import { MultiBar, Presets, type SingleBar } from "cli-progress";
import { duration, rate } from "../../foundation/number-text.ts";

/** Seconds between updates on a terminal, and between lines in a log file. */
const SHOW_INTERVAL = { terminal: 0.1, file: 10 };
/** Seconds before progress of brief work is shown. */
const QUIET_PERIOD = { terminal: 0.2, file: 10 };
/** Time constant in seconds of the moving average: smooths bursts of batches, but follows a machine that slows down. */
const DECAY_SECONDS = 20;

/** Progress of a command. */
export interface TaskProgress {
  /** current task: "images", "imagenet: headers". A new task starts a new rate measurement */
  readonly task: string;
  /** counted unit: "images" */
  readonly unit: string;
  readonly done: number;
  readonly total: number;
  /** work after this task: "500 images" */
  readonly next?: string | undefined;
  /** completed share of the task's expected time, if items differ in cost; default: done / total */
  readonly share?: number | undefined;
  /** current item: "ViT-B-32 on imagenet" */
  readonly about?: string | undefined;
}

export interface ProgressReporter {
  update(state: TaskProgress): void;
  /** Prints a line above the bar. */
  note(text: string): void;
  /** Prints a line above the bar, even under `--quiet`. */
  warning(text: string): void;
  /** Removes the bar. */
  stop(): void;
}

export interface ProgressReporterOptions {
  /** show neither progress nor notes */
  readonly quiet: boolean;
  /** show progress only if the work takes a while */
  readonly isBrief?: boolean;
}

/**
 * Shows progress on stderr: a status line on a terminal, an occasional plain line in a log file. The remaining time is
 * that of the current task.
 */
export function startProgress({ quiet, isBrief = false }: ProgressReporterOptions): ProgressReporter {
  const stream = process.stderr;
  const medium = stream.isTTY ? "terminal" : "file";
  const startedAt = performance.now();
  let bars: MultiBar | null = null;
  let bar: SingleBar | null = null;
  let rates = startRates("", startedAt);
  let shown = medium === "file" ? startedAt : Number.NEGATIVE_INFINITY; // the log of a short run has only the last line
  let ended = ""; // task whose end was shown

  const isDue = ({ task, done, total }: TaskProgress): boolean => {
    const now = performance.now();
    if (isBrief && now - startedAt < QUIET_PERIOD[medium] * 1000) return false;
    const isEnd = done >= total && ended !== task;
    if (!isEnd && now - shown < SHOW_INTERVAL[medium] * 1000) return false;
    if (isEnd) ended = task;
    shown = now;
    return true;
  };

  const show = (state: TaskProgress) => {
    const text = describe(state, rates);
    if (medium === "file") {
      stream.write(`${`${state.task} ${state.done}/${state.total}  ${text}`.trimEnd()}\n`);
      return;
    }
    bars ??= new MultiBar(
      { format: "{task} {bar} {value}/{total}  {text}", stream, hideCursor: true, clearOnComplete: true, barsize: 24 },
      Presets.shades_classic,
    );
    bar ??= bars.create(state.total, 0);
    bar.setTotal(state.total);
    bar.update(state.done, { task: state.task.padEnd(7), text });
    bars.update();
  };

  const print = (text: string) => {
    if (bars === null) stream.write(`${text}\n`);
    else bars.log(`${text}\n`);
  };

  return {
    update: (state) => {
      if (quiet) return;
      if (rates.task !== state.task) rates = startRates(state.task, rates.at);
      advance(rates, state);
      if (isDue(state)) show(state);
    },
    note: (text) => {
      if (!quiet) print(text);
    },
    warning: print,
    stop: () => {
      bars?.stop();
      bars = null;
      bar = null;
    },
  };
}

interface Rates {
  readonly task: string;
  /** time of the last update; initially, of the end of the previous task */
  at: number;
  done: number;
  /** completed share of the expected time */
  share: number;
  /** exponentially weighted items, share and seconds */
  recentDone: number;
  recentShare: number;
  seconds: number;
}

function startRates(task: string, at: number): Rates {
  return { task, at, done: 0, share: 0, recentDone: 0, recentShare: 0, seconds: 0 };
}

function advance(rates: Rates, { done, total, share = done / Math.max(total, 1) }: TaskProgress): void {
  const now = performance.now();
  const passed = (now - rates.at) / 1000;
  const kept = Math.exp(-passed / DECAY_SECONDS);
  rates.recentDone = rates.recentDone * kept + done - rates.done;
  // The share may decrease when the total changes
  rates.recentShare = rates.recentShare * kept + Math.max(0, share - rates.share);
  rates.share = share;
  rates.seconds = rates.seconds * kept + passed;
  rates.at = now;
  rates.done = done;
}

function describe({ unit, next, about = "" }: TaskProgress, rates: Rates): string {
  const perSecond = rates.recentDone / Math.max(rates.seconds, 1e-3);
  const what = about === "" ? "" : `  ${about}`;
  if (perSecond <= 0) return what.trimStart(); // no progress yet
  const speed = `${rate(perSecond)} ${unit}/s`;
  const left = duration((1 - rates.share) / Math.max(rates.recentShare / Math.max(rates.seconds, 1e-3), 1e-9));
  return `${speed}, ${left} left${next === undefined ? "" : `, then ${next}`}${what}`;
}
