import type { Command } from "commander";
import { buildProgram } from "../../../src/app/cli/command-line.ts";

/** The commands with empty handlers: parsing does no work. */
export function idleProgram(onAction: (command: Command, operands: readonly string[]) => void = () => {}): Command {
  const program = buildProgram(async () => true);
  for (const command of leaves(program)) {
    command.action(() => onAction(command, command.args));
  }
  return program;
}

/** The commands that have no commands below them. */
export function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

/** A line's words as a POSIX shell reads it, of text without escapes or variables. */
export function shellWords(line: string): string[] {
  const words = line.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));
}
