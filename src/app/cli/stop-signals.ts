/** Thrown when a signal stops the work. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
  readonly exitCode: number;

  constructor(signal: "SIGINT" | "SIGTERM") {
    super(`stopped by ${signal}`);
    this.exitCode = signal === "SIGINT" ? 130 : 143;
  }
}

/** A stop signal, and how often it arrived. */
export interface StopSignal {
  readonly name: NodeJS.Signals;
  /** milliseconds, as `performance.now()` */
  readonly at: number;
  count: number;
}

/**
 * Milliseconds within which two signals count as one: a scheduler, npx or a parent may forward a signal that the whole
 * group received.
 */
const SAME_SIGNAL_WINDOW = 500;

/**
 * Whether a signal is a second request: it arrives later than a forwarded one would, is a different one, or is the
 * third.
 */
export function isRepeated(first: StopSignal, name: NodeJS.Signals): boolean {
  first.count += 1;
  return name !== first.name || first.count > 2 || performance.now() - first.at > SAME_SIGNAL_WINDOW;
}

/**
 * Turns SIGINT and SIGTERM into an abort: the current batch is finished, and complete parts are kept. A second signal
 * ends the process immediately; parts are written atomically, so stored data is never lost.
 *
 * @param onFirstSignal called at the first signal
 */
export function listenForStop(
  print: (text: string) => void,
  onFirstSignal: () => void = () => {},
): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  let first: StopSignal | null = null;
  const stop = (name: "SIGINT" | "SIGTERM") => () => {
    if (first !== null) {
      if (isRepeated(first, name)) process.kill(process.pid, "SIGKILL");
      return;
    }
    first = { name, at: performance.now(), count: 1 };
    onFirstSignal();
    print("finishing the current batch; press Ctrl-C again to stop now");
    controller.abort(new StoppedError(name));
  };
  const handlers = { SIGINT: stop("SIGINT"), SIGTERM: stop("SIGTERM") };
  process.on("SIGINT", handlers.SIGINT).on("SIGTERM", handlers.SIGTERM);
  return {
    signal: controller.signal,
    dispose: () => {
      process.off("SIGINT", handlers.SIGINT).off("SIGTERM", handlers.SIGTERM);
    },
  };
}
