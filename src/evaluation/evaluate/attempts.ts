import { InputError } from "../../foundation/errors.ts";
import { makeNote } from "../../foundation/notes.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";

/** Runs tasks so that a failed task does not prevent the others. */
export interface Attempts {
  /**
   * Runs a task. An error is kept and noted immediately; a stop or a full disk ends all tasks.
   *
   * @param what name for messages: "vit-b on imagenet"
   * @returns whether it succeeded
   */
  run(what: string, work: () => Promise<void>): Promise<boolean>;
  /** Records a task that cannot run because of an earlier failure. */
  fail(what: string, error: unknown): void;
  /**
   * Throws if any task failed; called after all tasks.
   *
   * @throws InputError naming the failed tasks and the reasons; if an error is not an InputError, it is thrown itself
   */
  finish(): void;
}

/** Error codes of a full disk, after which further tasks would fail when writing. */
const DISK_FULL = ["ENOSPC", "EDQUOT"];

export function createAttempts({ signal, onNote }: Pick<EvaluateOptions, "signal" | "onNote">): Attempts {
  const failures: { readonly what: string; readonly error: unknown }[] = [];
  const fail = (what: string, error: unknown) => {
    failures.push({ what, error });
  };
  return {
    async run(what, work) {
      try {
        await work();
        return true;
      } catch (error) {
        if (signal?.aborted || isDiskFull(error)) throw error;
        fail(what, error);
        onNote?.(makeNote(`${what} failed, the rest continues: ${(error as Error).message}`));
        return false;
      }
    },
    fail,
    finish() {
      if (failures.length === 0) return;
      const defect = failures.find(({ error }) => !(error instanceof InputError));
      if (defect !== undefined) throw defect.error;
      const byMessage = new Map<string, string[]>();
      for (const { what, error } of failures) {
        const { message } = error as InputError;
        byMessage.set(message, [...(byMessage.get(message) ?? []), what]);
      }
      const texts = [...byMessage].map(([message, what]) => `${message} (failed: ${what.join(", ")})`);
      throw new InputError(texts.join("; "), { cause: failures[0]?.error });
    },
  };
}

function isDiskFull(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (DISK_FULL.includes((cause as NodeJS.ErrnoException).code ?? "")) return true;
  }
  return false;
}
