import { CommanderError } from "commander";
import { InputError } from "../../foundation/errors.ts";
import { machineError } from "../../foundation/files/machine-error.ts";
import { printable } from "../../output/tables/text-table.ts";
import { printableLines } from "./print-result.ts";
import { StoppedError } from "./stop-signals.ts";
import { UsageError } from "./usage-error.ts";

const EXIT_INPUT = 1;
const EXIT_USAGE = 2;
const EXIT_DEFECT = 70;

/** Returns the exit status for an error, and the text to print; empty if it was printed already. */
export function describeExit(error: unknown, isVerbose = false): { readonly status: number; readonly text: string } {
  if (error instanceof CommanderError) return { status: error.exitCode === 0 ? 0 : EXIT_USAGE, text: "" };
  if (error instanceof UsageError) return { status: EXIT_USAGE, text: printableLines(error.message) };
  if (error instanceof StoppedError) return { status: error.exitCode, text: "" };
  const input = error instanceof InputError ? error : machineError(error);
  if (input !== null) return { status: EXIT_INPUT, text: `shiftline: ${describeInput(input, isVerbose)}` };
  const stack = error instanceof Error ? error.stack : String(error);
  return {
    status: EXIT_DEFECT,
    text: `shiftline: this is a bug in shiftline; please report it with the lines below\n${stack}`,
  };
}

function describeInput({ message, detail }: InputError, isVerbose: boolean): string {
  if (detail === undefined) return printable(message);
  return isVerbose ? `${printable(message)}\n${printableLines(detail)}` : `${printable(message)} (more: --verbose)`;
}
