import { MultiBar, Presets, type SingleBar } from "cli-progress";
import type { EvaluateProgress } from "../../evaluation/evaluate/evaluate-options.ts";

/** Seconds between two lines where there is no terminal. */
const LINE_EVERY = 10;
/** Seconds after which what was seen counts a third: steady over batches that come together, yet follows a machine that slows down. */
const MEMORY = 20;

export interface ProgressLine {
  update(progress: EvaluateProgress): void;
  /** Prints a line above the bar. */
  note(text: string): void;
  /** The same, and under `--quiet` too. */
  warning(text: string): void;
  stop(): void;
}

/**
 * Shows how far an evaluation is on stderr: one line that stays on a terminal, a plain line now and then in a log file.
 * The time left is that of the whole command from the first batch of images on; before it, that of the prompts.
 */
export function startProgressLine(quiet: boolean): ProgressLine {
  const stream = process.stderr;
  let bars: MultiBar | null = null;
  let bar: SingleBar | null = null;
  let rates = startRates("", performance.now());
  let lastLine = 0;
  let ended = ""; // the phase whose last line is written

  const show = (progress: EvaluateProgress) => {
    const text = describe(progress, rates);
    if (!stream.isTTY) {
      const now = performance.now();
      const isEnd = progress.done >= progress.total && ended !== progress.phase;
      if (!isEnd && now - lastLine < LINE_EVERY * 1000) return;
      if (isEnd) ended = progress.phase;
      lastLine = now;
      stream.write(`${progress.phase} ${progress.done}/${progress.total}  ${text}\n`);
      return;
    }
    bars ??= new MultiBar(
      { format: "{phase} {bar} {value}/{total}  {text}", stream, hideCursor: true, clearOnComplete: true, barsize: 24 },
      Presets.shades_classic,
    );
    bar ??= bars.create(progress.total, 0);
    bar.setTotal(progress.total);
    bar.update(progress.done, { phase: progress.phase.padEnd(7), text });
    bars.update();
  };

  const print = (text: string) => {
    if (bars === null) stream.write(`${text}\n`);
    else bars.log(`${text}\n`);
  };

  return {
    update: (progress) => {
      if (quiet) return;
      if (rates.phase !== progress.phase) rates = startRates(progress.phase, rates.at);
      advance(rates, progress.done);
      show(progress);
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
  readonly phase: string;
  /** of the last update; at first, of the end of the phase before */
  at: number;
  done: number;
  /** done of late, and in how many seconds: the older, the less it counts */
  lately: number;
  seconds: number;
}

function startRates(phase: string, at: number): Rates {
  return { phase, at, done: 0, lately: 0, seconds: 0 };
}

function advance(rates: Rates, done: number): void {
  const now = performance.now();
  const passed = (now - rates.at) / 1000;
  const kept = Math.exp(-passed / MEMORY);
  rates.lately = rates.lately * kept + done - rates.done;
  rates.seconds = rates.seconds * kept + passed;
  rates.at = now;
  rates.done = done;
}

function describe(progress: EvaluateProgress, rates: Rates): string {
  const perSecond = rates.lately / Math.max(rates.seconds, 1e-3);
  const speed = `${perSecond.toFixed(perSecond < 10 ? 1 : 0)} ${progress.phase}/s`;
  const left = formatDuration((progress.total - progress.done) / Math.max(perSecond, 1e-9));
  const ahead = progress.imagesAhead > 0 ? `, then ${progress.imagesAhead} images` : "";
  return `${speed}, ${left} left${ahead}`;
}

/** Seconds as people say them: "42 s", "3 min 10 s", "2 h 5 min". */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
