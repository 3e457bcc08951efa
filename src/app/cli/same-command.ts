import { basename } from "node:path";
import { shellLine } from "../cluster/shell-quote.ts";

/**
 * Returns the command line that started this process, quoted for a POSIX shell.
 *
 * @param argv  as `process.argv`: Node, the program, its arguments
 * @param env   contains npm's variables if `npx` started the program
 */
export function sameCommand(
  argv: readonly string[] = process.argv,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const [, program = "shiftline", ...args] = argv;
  const named = basename(program) === "shiftline";
  const start = named ? [...(env.npm_command === "exec" ? ["npx"] : []), "shiftline"] : ["node", program];
  return shellLine([...start, ...args]);
}
