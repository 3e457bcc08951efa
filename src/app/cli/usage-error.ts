import type { Command, CommanderError } from "commander";

/** A mistake in the command line; the message is printed as is. */
export class UsageError extends Error {}

/**
 * Makes a command and its subcommands throw a {@link UsageError} for a mistake; help and version are left to commander.
 */
export function throwUsageErrors(command: Command): void {
  command.configureOutput({ outputError: () => {} });
  command.exitOverride((error) => {
    throw error.exitCode === 0 || error.code === "commander.help" ? error : usageError(command, error);
  });
  for (const below of command.commands) throwUsageErrors(below);
}

/** Commander's message → ours. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^error: /, ""],
  [/\n\(Did you mean (.*)\?\)$/, "; did you mean $1?"],
  [/^option '(?:-\w, )?(--[\w-]+)[^']*' argument '(.*)' is invalid\. /s, "$1 $2: "],
  [/^command-argument value '(.*)' is invalid for argument '[^']*'\. /s, "$1: "],
  [/^unknown (option|command) '(.*)'/s, "unknown $1 $2"],
  [/^missing required argument '(.*)'$/, "<$1> is missing"],
  [/^required option '(.*)' not specified$/, "$1 is missing"],
  [/^option '(.*)' argument missing$/, "$1: the value is missing"],
  [/^too many arguments.* Expected (\d+) arguments? but got (\d+)\.$/, "too many arguments: expected $1, got $2"],
];

/**
 * Builds the error for a mistake in a command line: the mistake with a suggestion, the option in question, and how to
 * list the options.
 */
export function usageError(command: Command, { message }: Pick<CommanderError, "message">): UsageError {
  const name = commandName(command);
  const mistake = WORDS.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), message);
  const help = command.createHelp();
  const [, wrong] = /^(--[\w-]+)/.exec(mistake) ?? [];
  const [, meant = wrong] = /; did you mean (?:one of )?(--[\w-]+).*\?$/.exec(mistake) ?? [];
  const option = help.visibleOptions(command).find(({ long }) => long === meant);
  return new UsageError(
    [
      `${name}: ${mistake}`,
      ...(option === undefined ? [] : [`  ${option.flags}  ${help.optionDescription(option)}`]),
      `usage: ${name} ${command.usage()}`,
      `${command.commands.length > 0 ? "commands" : "options and examples"}: ${name} --help`,
    ].join("\n"),
  );
}

function commandName(command: Command): string {
  return command.parent === null ? command.name() : `${commandName(command.parent)} ${command.name()}`;
}
