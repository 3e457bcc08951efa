import { readFileSync } from "node:fs";
import { Command } from "commander";
import { packagePath } from "../../foundation/files/package-root.ts";
import { addCite } from "./add-cite.ts";
import { addCompare } from "./add-compare.ts";
import { addCompletion } from "./add-completion.ts";
import { addConvert } from "./add-convert.ts";
import { addEvaluate } from "./add-evaluate.ts";
import { addFit } from "./add-fit.ts";
import { addInspect } from "./add-inspect.ts";
import { addList } from "./add-list.ts";
import { addReport } from "./add-report.ts";
import { addSubmit } from "./add-submit.ts";
import { addTable } from "./add-table.ts";
import { addVerify } from "./add-verify.ts";
import { describeExit } from "./exit-status.ts";
import { isDoneSupervised, type Supervise } from "./supervised-process.ts";
import { throwUsageErrors } from "./usage-error.ts";

const EXAMPLES = `
From a checkpoint to a paper's table and a report:
  $ shiftline inspect open_clip_model.safetensors
  $ shiftline evaluate open_clip_model.safetensors --data /data
  $ shiftline table results --out table.tex
  $ shiftline report results

shiftline COMMAND --help has a command's options and examples.`;

/** The commands and their options. */
export function buildProgram(supervise: Supervise): Command {
  const { version } = JSON.parse(readFileSync(packagePath("package.json"), "utf8")) as { version: string };
  const root = new Command("shiftline")
    .description("Zero-shot robustness evaluation of CLIP checkpoints")
    .version(version)
    .configureHelp({
      helpWidth: Math.min(process.stdout.columns ?? 100, 110),
      // The descriptions name the values that an option may have
      optionDescription: ({ description, defaultValue, negate }) =>
        defaultValue === undefined || negate ? description : `${description} (default: ${defaultValue})`,
      argumentDescription: ({ description }) => description,
    })
    .addHelpText("after", EXAMPLES);
  addEvaluate(root, supervise);
  addTable(root);
  addFit(root);
  addCompare(root);
  addReport(root);
  addCite(root);
  addInspect(root, supervise);
  addVerify(root, supervise);
  addConvert(root, supervise);
  addList(root);
  addSubmit(root, supervise);
  addCompletion(root);
  throwUsageErrors(root);
  root.hook("preAction", async (_, command) => {
    const { checkArguments } = await import("./misread-arguments.ts");
    await checkArguments(command);
  });
  return root;
}

/** The words, with the options of the file that `--config` names. */
async function withConfig(words: readonly string[]): Promise<readonly string[]> {
  if (!words.some((word) => word === "--config" || word.startsWith("--config="))) return words;
  const { withConfigFile } = await import("./config-file.ts");
  return await withConfigFile(
    words,
    buildProgram(async () => true),
  );
}

/**
 * Runs one command line: what it prints goes to stdout and stderr, its status to `process.exitCode`.
 *
 * @param words     what follows the program's name
 * @param supervise by default a process of its own for what may block; tests do everything in theirs
 */
export async function runCommandLine(words: readonly string[], supervise: Supervise = isDoneSupervised): Promise<void> {
  let line = words;
  try {
    line = await withConfig(words);
    await buildProgram(supervise).parseAsync(line, { from: "user" });
  } catch (error) {
    const { status, text } = describeExit(error, line.includes("--verbose"));
    if (text !== "") process.stderr.write(`${text}\n`);
    process.exitCode = status;
  }
}
