import { MultiBar, Presets, type SingleBar } from "cli-progress";
import { duration, rate } from "../../foundation/number-text.ts";

/** Seconds between two showings on a terminal, and between two lines where there is none. */
const SHOW_INTERVAL = { terminal: 0.1, file: 10 };
/** Seconds in which nothing is shown of work that is often done by then. */
const QUIET_PERIOD = { terminal: 0.2, file: 10 };
/** Seconds after which what was seen counts a third: steady over batches that come together, yet follows a machine that slows down. */
const DECAY_SECONDS = 20;

/** How far a command's work is. */
export interface TaskProgress {
  /** what is done: "images", "imagenet: headers". Another task begins anew: its rate is measured from there on */
  readonly task: string;
  /** what is counted: "images" */
  readonly unit: string;
  readonly done: number;
  readonly total: number;
  /** what comes after this task: "500 images" */
  readonly next?: string | undefined;
  /** share of the task's expected time that is behind, where items differ in what they cost; absent: done / total */
  readonly share?: number | undefined;
  /** what is worked on: "ViT-B-32 on imagenet" */
  readonly about?: string | undefined;
}

export interface ProgressReporter {
  update(state: TaskProgress): void;
  /** Prints a line above the bar. */
  note(text: string): void;
  /** The same, and under `--quiet` too. */
  warning(text: string): void;
  /** Takes the bar away. */
  stop(): void;
}

export interface ProgressReporterOptions {
  /** no progress and no notes */
  readonly quiet: boolean;
  /** the work is often done at once: nothing is shown of it before it has taken a while */
  readonly isBrief?: boolean;
}

/**
 * Shows on stderr how far a command is: one line that stays on a terminal, a plain line now and then in a log file. The
 * time left is that of the task at work.
 */
export function startProgress({ quiet, isBrief = false }: ProgressReporterOptions): ProgressReporter {
  const stream = process.stderr;
  const medium = stream.isTTY ? "terminal" : "file";
  const startedAt = performance.now();
  let bars: MultiBar | null = null;
  let bar: SingleBar | null = null;
  let rates = startRates("", startedAt);
  let shown = medium === "file" ? startedAt : Number.NEGATIVE_INFINITY; // a short run's log has no line but the last
  let ended = ""; // the task whose end is shown

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
  /** of the last update; at first, of the end of the task before */
  at: number;
  done: number;
  /** share of the time that is behind */
  share: number;
  /** done of late, that share of late, and in how many seconds: the older, the less it counts */
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
  // A total that changes may take the share back
  rates.recentShare = rates.recentShare * kept + Math.max(0, share - rates.share);
  rates.share = share;
  rates.seconds = rates.seconds * kept + passed;
  rates.at = now;
  rates.done = done;
}

function describe({ unit, next, about = "" }: TaskProgress, rates: Rates): string {
  const perSecond = rates.recentDone / Math.max(rates.seconds, 1e-3);
  const what = about === "" ? "" : `  ${about}`;
  if (perSecond <= 0) return what.trimStart(); // nothing is done yet
  const speed = `${rate(perSecond)} ${unit}/s`;
  const left = duration((1 - rates.share) / Math.max(rates.recentShare / Math.max(rates.seconds, 1e-3), 1e-9));
  return `${speed}, ${left} left${next === undefined ? "" : `, then ${next}`}${what}`;
}
