import { type Command, InvalidArgumentError, Option } from "commander";
import { choice, pathValue } from "./option-values.ts";

/** Headings under which a command's help has its options; those of `MOST_USED` come first. */
export const MOST_USED = "Most used:";
/** The heading of all of them, where they are few. */
export const OPTIONS = "Options:";
const EVERYWHERE = "In every command:";

/** Adds the options of every command, after its own. */
export function withCommonOptions(command: Command): Command {
  return command
    .optionsGroup(EVERYWHERE)
    .option(
      "--config <file>",
      "YAML or JSON file of these options, paths as on the command line, which wins over it",
      configPath,
    )
    .option("--quiet", "print nothing but results, warnings and errors")
    .option("--verbose", "print every note, and what lies behind an error")
    .option("--json", "print results as JSON")
    .addHelpOption(new Option("-h, --help", "print this help").helpGroup(EVERYWHERE));
}

/** A second file would silently take the place of the first. */
function configPath(text: string, previous: string | undefined): string {
  if (previous !== undefined) throw new InvalidArgumentError("expected one file: --config is given twice");
  return pathValue(text);
}

/** An option with one of some fixed values; a mistyped value is answered with the nearest. */
export function choiceOption(flags: string, description: string, names: readonly string[], preset?: string): Option {
  const option = new Option(flags, description).choices(names).argParser(choice(names));
  return preset === undefined ? option : option.default(preset);
}

/** A command's examples, each the whole of a command line; the tests parse every one. */
export function withExamples(command: Command, ...lines: readonly string[]): Command {
  examples.set(command, lines);
  return command.addHelpText("after", `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`);
}

const examples = new WeakMap<Command, readonly string[]>();

/** The examples in a command's help. */
export function examplesOf(command: Command): readonly string[] {
  return examples.get(command) ?? [];
}
