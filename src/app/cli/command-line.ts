import { readFileSync } from "node:fs";
import { Command } from "commander";
import { packagePath } from "../../foundation/files/package-root.ts";
import { addSubmit } from "./add-submit.ts";
import { addTable } from "./add-table.ts";
import { describeExit } from "./exit-status.ts";
import {
  accuracy,
  budget,
  columns,
  HIGHLIGHT,
  pairs,
  pathValue,
  positiveNumber,
  texts,
  values,
  wholeNumber,
} from "./option-values.ts";
import { isDoneSupervised, type Supervise } from "./supervised-process.ts";
import { TIMEOUT, withEvaluateOptions } from "./with-evaluate-options.ts";

function program(supervise: Supervise): Command {
  const { version } = JSON.parse(readFileSync(packagePath("package.json"), "utf8")) as { version: string };
  const root = new Command("shiftline")
    .description("Zero-shot robustness evaluation of CLIP checkpoints")
    .version(version)
    .exitOverride()
    .showHelpAfterError("(shiftline --help lists the commands and options)")
    .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 100, 110) });

  const everywhere = (command: Command): Command =>
    command.option("--quiet", "print nothing but results and errors").option("--json", "print results as JSON");

  withEvaluateOptions(
    everywhere(
      root
        .command("evaluate")
        .description("score checkpoints zero-shot on the benchmarks found")
        .argument("<checkpoint...>", "CLIP checkpoints: folders, weights (.safetensors, .pt, .bin) or .onnx files"),
    ),
  )
    .option("--study <file>", "JSON file of a study: its benchmarks, where none is named", pathValue)
    .option("--threads <n>", "threads (default: what the machine has)", wholeNumber)
    .option("--dry-run", "say what would be done, and how long it would take")
    .option(
      "--shard <i/n>",
      "embed this share of the work and score nothing; i from 0 to n-1, or auto for a scheduler's",
    )
    .option("--merge-only", "embed nothing: score what is stored, or name what is missing")
    .action(async (checkpoints: string[], options) => {
      if (await supervise({ sweep: checkpoints.length > 1, timeout: options.timeout })) return;
      const { runEvaluate } = await import("./evaluate-command.ts");
      const { study, ...command } = options;
      if (study !== undefined) {
        const { benchmarkPaths, readStudy } = await import("../../analysis/robustness/read-study.ts");
        command.benchmark ??= benchmarkPaths(await readStudy(study));
      }
      await runEvaluate(checkpoints, command, study);
    });

  addSubmit(root, supervise);
  addTable(root, everywhere);

  everywhere(
    root
      .command("fit")
      .description("draw a baseline's line and say how far above it each checkpoint stands")
      .argument("[inputs...]", "results folders, accuracies.csv files, or published baselines (default: results)"),
  )
    .option(
      "--study <file>",
      "JSON file of a study with its own in-distribution benchmark and shifts (default: ImageNet and five shifts)",
      pathValue,
    )
    .option(
      "--id <benchmarks>",
      "in-distribution benchmarks, each an x axis (default: the study's); robustness is given against each",
      values,
    )
    .option(
      "--baseline <id>",
      "openai-clip, openclip, imagenet-testbed, a .csv file, or a results folder (default: openai-clip; with --study, the first input)",
      pathValue,
    )
    .option("--scale <name>", "scale of the line: logit, probit or linear", "logit")
    .option(
      "--line <name>",
      "least-squares, or binomial: keeps accuracies of 0 and 1, weighs by images",
      "least-squares",
    )
    .option("--group-by <column>", "a line for each value of this column of --metadata, and whether they differ")
    .option(
      "--adjust <column>",
      "with --group-by: numeric columns of --metadata that heights are adjusted for (COLUMN, COLUMN=log2, COLUMN=linear)",
      columns,
    )
    .option(
      "--at <accuracy>",
      "with --group-by: also each group's height at this in-distribution accuracy, 0.6 or 60%",
      accuracy,
    )
    .option(
      "--mixture <source=column>",
      "columns of --metadata with each checkpoint's shares of its pre-training data, from 0 to 1: does mixing dilute?",
      columns,
    )
    .option(
      "--scaling <column>",
      "numeric columns of --metadata (COLUMN, COLUMN=log2 or COLUMN=linear): their effects along and above the line",
      columns,
    )
    .option(
      "--margin <number>",
      "lines of groups that are closer count as one line, on the scale (default: 2.5 points at 50 %, so 0.1 on logit)",
      positiveNumber,
    )
    .option("--replicates <column>", "mean (sd) over checkpoints with one value in this column of --metadata")
    .option(
      "--metadata <file>",
      "CSV file with a row a checkpoint (default: openclip's, where its published rows are an input)",
      pathValue,
    )
    .option(
      "--cluster <by>",
      "images that are not independent: class, or a CSV file with the columns image and cluster",
      pathValue,
    )
    .option(
      "--agreement <scale>",
      "agreement on the line, probit or logit: what every two checkpoints agree on, and the accuracies that predicts",
    )
    .option("--relative-to <checkpoint>", "relative robustness against this checkpoint")
    .option(
      "--format <name>",
      "of what is printed: text, markdown, latex or wide-csv; with accuracies and for papers: shiftline table",
      "text",
    )
    .option("--out <path>", "folder, or a .csv file (default: the one results folder given, else none)", pathValue)
    .action(async (inputs: string[], options) => {
      const { runFit } = await import("./fit-command.ts");
      await runFit(inputs, options);
    });

  everywhere(
    root
      .command("compare")
      .description("compare checkpoints image by image, or one with the nearest published model")
      .argument("<checkpoint...>", "checkpoints' names in the results; one alone goes beside a published model"),
  )
    .option("--results <folder>", "results folder", pathValue, "results")
    .option("--benchmark <id>", "benchmarks to compare; all in common where absent", values)
    .option("--reference <checkpoint>", "compare each with this one only, not every pair")
    .option(
      "--baseline <id>",
      "also put each beside this baseline's nearest model (default with one: openai-clip)",
      pathValue,
    )
    .option(
      "--format <name>",
      "text, markdown, latex, csv (tidy) or wide-csv (accuracies; tidy: shiftline table)",
      "text",
    )
    .action(async (checkpoints: string[], options) => {
      const { runCompare } = await import("./compare-command.ts");
      await runCompare(checkpoints, options);
    });

  everywhere(
    root
      .command("report")
      .description(
        "write one HTML file to look at, explore and send: plots, tables, comparisons, recipes; figures beside it",
      )
      .argument("[inputs...]", "results folders, accuracies.csv files, or published baselines (default: results)"),
  )
    .option("--results <folder>", "results folder, where no input is given (default: results)", pathValue)
    .option("--out <path>", "folder, or an .html file (default: the one results folder given)", pathValue)
    .option("--title <text>", "title of the page")
    .option(
      "--study <file>",
      "JSON file of a study with its own in-distribution benchmark and shifts (default: ImageNet and five shifts)",
      pathValue,
    )
    .option("--id <benchmarks>", "in-distribution benchmarks to choose the x axis from, as for fit", values)
    .option(
      "--baseline <id>",
      "the baseline shown first: an id, a .csv file, or a results folder (default: as for fit)",
      pathValue,
    )
    .option("--scale <name>", "the scale shown first: logit, probit or linear", "logit")
    .option(
      "--line <name>",
      "of the baselines: least-squares, or binomial, which keeps accuracies of 0 and 1",
      "least-squares",
    )
    .option("--group-by <column>", "a line for each value of this column of --metadata")
    .option(
      "--metadata <file>",
      "CSV file with a row a checkpoint, whose columns can be chosen as groups (default: openclip's, where its published rows are an input)",
      pathValue,
    )
    .option("--highlight <pattern>", HIGHLIGHT, texts)
    .option("--join <column>", "join the checkpoints of one training, named in this column of --metadata, by a line")
    .option("--order <column>", "numeric column of --metadata that orders a training's checkpoints, for --join")
    .option(
      "--x <column>",
      "also plot accuracies over this numeric column of --metadata (samples, steps, …), without a line",
    )
    .option(
      "--images-of <pattern>",
      "checkpoints whose single images are in the page: a name, a part of names, or a glob; may be repeated (default: ten, those in focus first, then the most accurate)",
      texts,
    )
    .option("--thumbnails <n>", "pictures of n images of each on each benchmark, surest mistakes first", wholeNumber)
    .option("--budget <mb>", "MB that the page may take, and its pictures: PAGE or PAGE,PICTURES", budget)
    .option("--data <root>", "folder that holds the benchmarks' images, for --thumbnails", pathValue)
    .option("--data-dir <id=path>", "folder of one benchmark's images, for --thumbnails; may be repeated", pairs)
    .option("--no-figures", "no SVG and PNG files beside the page")
    .option("--watch", "render again as results land, until stopped")
    .action(async (inputs: string[], options) => {
      const { runReport } = await import("./report-command.ts");
      await runReport(inputs, options);
    });

  everywhere(
    root
      .command("inspect")
      .description("say what a checkpoint, a data folder or a benchmark file is, and what is wrong with it")
      .argument(
        "<path>",
        "a checkpoint (folder, weights or .onnx file), a folder of data, or a benchmark's .json file",
      ),
  )
    .option("--variant <name>", "which weights, where a checkpoint's folder has several")
    .option("--arch <name>", "architecture of weights that no file describes, as for evaluate")
    .option("--benchmark <id>", "benchmarks to look for in a data folder", values)
    .option("--deep", "decode every image of a data folder, and compare its content with the last time")
    .option("--store <folder>", "where the content of data folders is remembered", pathValue, ".shiftline/store")
    .option("--timeout <seconds>", TIMEOUT, wholeNumber)
    .action(async (path: string, options) => {
      if (await supervise({ sweep: false, timeout: options.timeout })) return;
      const { runInspect } = await import("./inspect-command.ts");
      await runInspect(path, options);
    });

  everywhere(
    root
      .command("convert")
      .description("write weights as an ONNX checkpoint that stands alone, for onnxruntime and transformers.js")
      .argument("<weights>", "weights of a CLIP checkpoint, or the folder that holds them"),
  )
    .requiredOption(
      "--out <folder>",
      "where the checkpoint goes: a folder that is not there yet, or is empty",
      pathValue,
    )
    .option("--layout <name>", "open_clip or hugging-face (default: that of the weights)")
    .option("--variant <name>", "which weights, where a folder has several")
    .option("--arch <name>", "architecture of weights that no file describes, as for evaluate")
    .action(async (path: string, options) => {
      if (await supervise({ sweep: false })) return;
      const { runConvert } = await import("./convert-command.ts");
      await runConvert(path, options);
    });

  everywhere(
    root
      .command("list")
      .description("list what ships with the package, what was evaluated, and what is stored")
      .argument("<what>", "benchmarks, templates, class-names, baselines, checkpoints or store"),
  )
    .option("--results <folder>", "the results whose checkpoints are listed", pathValue, "results")
    .option("--store <folder>", "the store to list", pathValue, ".shiftline/store")
    .option("--deep", "read all that is stored, and find changed bytes")
    .action(async (what: string, options) => {
      const { runList } = await import("./list-command.ts");
      await runList(what, options);
    });

  return root;
}

/**
 * Runs one command line: what it prints goes to stdout and stderr, its status to `process.exitCode`.
 *
 * @param words     what follows the program's name
 * @param supervise by default a process of its own for what may block; tests do everything in theirs
 */
export async function runCommandLine(words: readonly string[], supervise: Supervise = isDoneSupervised): Promise<void> {
  try {
    await program(supervise).parseAsync(words, { from: "user" });
  } catch (error) {
    const { status, text } = describeExit(error);
    if (text !== "") process.stderr.write(`${text}\n`);
    process.exitCode = status;
  }
}
