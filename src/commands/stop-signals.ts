/** Thrown where work stops because the user or the system asked for it. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
  readonly exitCode: number;

  constructor(signal: "SIGINT" | "SIGTERM") {
    super(`stopped by ${signal}`);
    this.exitCode = signal === "SIGINT" ? 130 : 143;
  }
}

/** Milliseconds within which two signals are one: a scheduler, npx or a parent may hand on what the group was sent as well. */
const TOGETHER = 500;

/**
 * Turns SIGINT and SIGTERM into an abort: the batch at work is finished and whole parts stay. A second signal ends the
 * process at once; parts are written atomically, so nothing stored is lost even then.
 */
export function listenForStop(say: (text: string) => void): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  let first = 0;
  const stop = (name: "SIGINT" | "SIGTERM") => () => {
    if (controller.signal.aborted) {
      if (performance.now() - first > TOGETHER) process.kill(process.pid, "SIGKILL");
      return;
    }
    first = performance.now();
    say("stopping after the batch at work; once more to stop at once");
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
