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
From a checkpoint to a table for a paper and a report:
  $ shiftline inspect open_clip_model.safetensors
  $ shiftline evaluate open_clip_model.safetensors --data /data
  $ shiftline table results --out table.tex
  $ shiftline report results

Run shiftline COMMAND --help for a command's options and examples.`;

/** Builds the command tree with all options. */
export function buildProgram(supervise: Supervise): Command {
  const { version } = JSON.parse(readFileSync(packagePath("package.json"), "utf8")) as { version: string };
  const root = new Command("shiftline")
    .description("Zero-shot robustness evaluation of CLIP checkpoints")
    .version(version)
    .configureHelp({
      helpWidth: Math.min(process.stdout.columns ?? 100, 110),
      // The descriptions already name the possible values
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

/** Returns the words with the options of the `--config` file added. */
async function withConfig(words: readonly string[]): Promise<readonly string[]> {
  if (!words.some((word) => word === "--config" || word.startsWith("--config="))) return words;
  const { withConfigFile } = await import("./config-file.ts");
  return await withConfigFile(
    words,
    buildProgram(async () => true),
  );
}

/**
 * Runs one command line. Output goes to stdout and stderr, the exit status to `process.exitCode`.
 *
 * @param words     arguments after the program's name
 * @param supervise runs work that may block in a separate process (default); tests run everything in theirs
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
