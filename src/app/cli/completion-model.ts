import type { Argument, Command, Option } from "commander";
import { columns, pairs, pathValue, protocolChoices, protocols, texts, values } from "./option-values.ts";
import { shippedIds, shippedValues } from "./shipped-values.ts";

/** Possible values of an option or argument. */
export interface CompletionValue {
  /** known names; `form`: one of them, a comma-separated list, or one followed by "=" and a path */
  readonly names: readonly string[];
  readonly form: "one" | "list" | "pair";
  /** whether files and folders are among the values */
  readonly files: boolean;
}

export interface CompletionOption {
  /** "--data" */
  readonly long: string;
  readonly description: string;
  /** null for a flag */
  readonly value: CompletionValue | null;
  readonly isRepeated: boolean;
}

export interface CompletionCommand {
  /** words below the program's name: "submit slurm" */
  readonly name: string;
  readonly description: string;
  /** names and descriptions of subcommands */
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletionOption[];
  readonly operand: CompletionValue | null;
}

/** Returns everything that a shell can complete, the program itself first. */
export async function completionModel(program: Command): Promise<CompletionCommand[]> {
  return await describeTree(program, "");
}

async function describeTree(command: Command, name: string): Promise<CompletionCommand[]> {
  const options = command
    .createHelp()
    .visibleOptions(command)
    .filter(({ long }) => long !== undefined);
  const [argument] = command.registeredArguments;
  const described: CompletionCommand = {
    name,
    description: command.description(),
    commands: command.commands.map((below) => ({ name: below.name(), description: below.description() })),
    options: await Promise.all(options.map(describeOption)),
    operand: argument === undefined ? null : await describeOperand(argument),
  };
  const below = command.commands.map((subcommand) =>
    describeTree(subcommand, `${name} ${subcommand.name()}`.trimStart()),
  );
  return [described, ...(await Promise.all(below)).flat()];
}

async function describeOption(option: Option): Promise<CompletionOption> {
  const { parseArg } = option;
  const isRepeated = [values, columns, texts, pairs, protocolChoices, protocols].some((parse) => parse === parseArg);
  return {
    long: String(option.long),
    description: firstClause(option.description),
    value: option.required || option.optional ? await describeValue(option) : null,
    isRepeated,
  };
}

async function describeValue({ long, argChoices, parseArg }: Option): Promise<CompletionValue> {
  if (argChoices !== undefined) return { names: argChoices, form: "one", files: false };
  if (long === "--results") return { ...(await ofResults()), form: parseArg === values ? "list" : "one" };
  const names = (await shippedValues(String(long)))?.ids ?? [];
  if ([pairs, protocolChoices, protocols].some((parse) => parse === parseArg))
    return { names, form: "pair", files: parseArg === pairs };
  return { names, form: parseArg === values ? "list" : "one", files: parseArg === values || parseArg === pathValue };
}

async function describeOperand(argument: Argument): Promise<CompletionValue> {
  if (argument.argChoices !== undefined) return { names: argument.argChoices, form: "one", files: false };
  return argument.name() === "results" ? await ofResults() : { names: [], form: "one", files: true };
}

async function ofResults(): Promise<CompletionValue> {
  return { names: (await shippedIds("baseline")).ids, form: "one", files: true };
}

/** Returns the first clause of a description, to fit a list of options. */
function firstClause(description: string): string {
  return description.replace(/(?:;| \(|: ).*$/s, "");
}
