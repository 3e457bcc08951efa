import { type Command, InvalidArgumentError, Option } from "commander";
import { choice, pathValue } from "./option-values.ts";

/** Heading of the options that help lists first. */
export const MOST_USED = "Most used:";
/** Heading of a command with few options. */
export const OPTIONS = "Options:";
const EVERYWHERE = "In every command:";

/** Adds the options that every command has, after its specific ones. */
export function withCommonOptions(command: Command): Command {
  return command
    .optionsGroup(EVERYWHERE)
    .option(
      "--config <file>",
      "YAML or JSON file with these options; paths are relative to the working directory, and the command line takes precedence",
      configPath,
    )
    .option("--quiet", "print only results, warnings and errors")
    .option("--verbose", "print every note in full, and the details of errors")
    .option("--json", "print results as JSON")
    .addHelpOption(new Option("-h, --help", "print this help").helpGroup(EVERYWHERE));
}

/** Refuses a second file, which would silently replace the first. */
function configPath(text: string, previous: string | undefined): string {
  if (previous !== undefined) throw new InvalidArgumentError("expected one file: --config is given twice");
  return pathValue(text);
}

/** Creates an option with fixed values; the error for a mistyped value suggests the nearest one. */
export function choiceOption(flags: string, description: string, names: readonly string[], preset?: string): Option {
  const option = new Option(flags, description).choices(names).argParser(choice(names));
  return preset === undefined ? option : option.default(preset);
}

/** Adds examples to a command's help. Each is a complete command line that the tests parse. */
export function withExamples(command: Command, ...lines: readonly string[]): Command {
  examples.set(command, lines);
  return command.addHelpText("after", `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`);
}

const examples = new WeakMap<Command, readonly string[]>();

/** Returns the examples in a command's help. */
export function examplesOf(command: Command): readonly string[] {
  return examples.get(command) ?? [];
}
