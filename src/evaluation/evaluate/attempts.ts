import { InputError } from "../../foundation/errors.ts";
import { makeNote } from "../../foundation/notes.ts";
import type { EvaluateOptions } from "./evaluate-options.ts";

/** Work of which one piece's failure does not cost the others. */
export interface Attempts {
  /**
   * Does a piece of work. What it throws is kept, and noted at once; a stop, or a full disk, ends all.
   *
   * @param what names it in messages: "vit-b on imagenet"
   * @returns whether it succeeded
   */
  run(what: string, work: () => Promise<void>): Promise<boolean>;
  /** Counts a piece that cannot be done because of an earlier failure. */
  fail(what: string, error: unknown): void;
  /**
   * Fails if any piece did, once all others are done.
   *
   * @throws InputError naming what failed and why; the error itself where one is no InputError but a defect
   */
  finish(): void;
}

/** Nothing can be written any more: the pieces that follow would each fail after their work. */
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
        onNote?.(makeNote(`${what} failed, the rest goes on: ${(error as Error).message}`));
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
