import { join } from "node:path";
import type { Command } from "commander";
import { statIfThere } from "../../foundation/files/if-there.ts";
import { shippedValues } from "./shipped-values.ts";
import { usageError } from "./usage-error.ts";

/** Options that take several values, between commas: a value after a space is read as an argument. */
const MULTI_VALUED = ["--benchmark", "--templates", "--id"];

/**
 * Finds arguments that are meant as an option's value, as in `--benchmark imagenet imagenet-r`.
 *
 * @param command parsed
 * @throws UsageError that says what to write
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

/** Whether there is such a file or folder, or a checkpoint of that name in the results. */
async function isArgument(command: Command, text: string): Promise<boolean> {
  const results = command.getOptionValue("results");
  const below = typeof results === "string" ? join(results, text) : text;
  return (await statIfThere(text)) !== null || (await statIfThere(below)) !== null;
}

function describe(argument: string): string {
  return argument === "results" ? "results" : `a ${argument}`;
}
