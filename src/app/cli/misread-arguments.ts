import { join } from "node:path";
import type { Command } from "commander";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { shippedValues } from "./shipped-values.ts";
import { usageError } from "./usage-error.ts";

/** Options with comma-separated values: a further value after a space is read as an argument. */
const MULTI_VALUED = ["--benchmark", "--templates", "--id"];

/**
 * Detects arguments that were probably meant as values of an option, as in `--benchmark imagenet imagenet-r`.
 *
 * @param command parsed
 * @throws UsageError that suggests the correct command
 */
export async function checkArguments(command: Command): Promise<void> {
  const [argument] = command.registeredArguments;
  if (argument?.variadic !== true) return;
  for (const text of command.args) {
    for (const option of command.options.filter(({ long }) => MULTI_VALUED.includes(String(long)))) {
      const values = await shippedValues(String(option.long));
      if (values === null || !values.ids.includes(text)) continue;
      const given = [command.getOptionValue(option.attributeName()) ?? []].flat() as string[];
      if (given.length === 0 && (await isArgument(command, text))) continue;
      const line = `${option.long} ${[...given, text].join(",")}`;
      throw usageError(command, {
        message: `${text} is a ${values.kind}, not ${describe(argument.name())}: write ${line}`,
      });
    }
  }
}

/** Whether a file, a folder, or a checkpoint in the results has this name. */
async function isArgument(command: Command, text: string): Promise<boolean> {
  const results = command.getOptionValue("results");
  const below = typeof results === "string" ? join(results, text) : text;
  return (await statIfThere(text)) !== null || (await statIfThere(below)) !== null;
}

function describe(argument: string): string {
  return argument === "results" ? "results" : `a ${argument}`;
}
