import { type Command, createArgument } from "commander";
import { withCommonOptions, withExamples } from "./common-options.ts";
import type { Shell } from "./completion-command.ts";
import { choice } from "./option-values.ts";

const SHELLS = ["bash", "zsh", "fish"];

/** `shiftline completion`. */
export function addCompletion(root: Command): void {
  const command = root
    .command("completion")
    .description("print a shell completion script for commands, options and the ids of shipped files")
    .addArgument(createArgument("<shell>", "bash, zsh or fish").choices(SHELLS).argParser(choice(SHELLS)));
  withExamples(
    withCommonOptions(command),
    "shiftline completion bash",
    "shiftline completion zsh",
    "shiftline completion fish",
  )
    .addHelpText(
      "after",
      `
To enable it permanently, in the shell's startup file:
  bash, ~/.bashrc                    eval "$(shiftline completion bash)"
  zsh, ~/.zshrc, after compinit      eval "$(shiftline completion zsh)"
  fish, ~/.config/fish/config.fish   shiftline completion fish | source`,
    )
    .action(async (shell: Shell, { json }: { json?: boolean }) => {
      const { runCompletion } = await import("./completion-command.ts");
      await runCompletion(shell, root, json ?? false);
    });
}
