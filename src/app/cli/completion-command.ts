import type { Command } from "commander";
import { bashCompletion } from "./completion-bash.ts";
import { fishCompletion } from "./completion-fish.ts";
import { completionModel } from "./completion-model.ts";
import { zshCompletion } from "./completion-zsh.ts";
import { printJson } from "./print-result.ts";

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** Shells with a completion script. */
export type Shell = keyof typeof SCRIPTS;

/**
 * Runs `shiftline completion`: prints a script that completes commands, options and values; with `json`, the model that
 * the script is generated from.
 */
export async function runCompletion(shell: Shell, program: Command, json: boolean): Promise<void> {
  const model = await completionModel(program);
  if (json) printJson(model);
  else process.stdout.write(SCRIPTS[shell](model));
}
