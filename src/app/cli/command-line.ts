import { readFileSync } from "node:fs";
import { Command } from "commander";
import { packagePath } from "../../foundation/files/package-root.ts";
import { describeExit } from "./exit-status.ts";
import { claims, pairs, pathValue, texts, values, wholeNumber } from "./option-values.ts";
import { isDoneSupervised, type SupervisedOptions } from "./supervised-process.ts";

/** The options that say what is evaluated, and how. */
function withEvaluateOptions(command: Command): Command {
  return command
    .option("--data <root>", "folder that holds the benchmarks' folders", pathValue)
    .option("--data-dir <id=path>", "folder of one benchmark; may be repeated", pairs)
    .option("--benchmark <id>", "benchmarks to score; every one found where absent", values)
    .option(
      "--templates <id>",
      "template sets: openai-80, simple-7, single-1, or a .txt file (default: openai-80)",
      values,
    )
    .option(
      "--class-names <id>",
      "class names: imagenet-openai, or a .csv file with index, name and perhaps wnid (default: the benchmark's)",
      pathValue,
    )
    .option("--out <folder>", "results folder", pathValue, "results")
    .option("--store <folder>", "where embeddings are kept (default: .shiftline/store beside --out)", pathValue)
    .option("--name <id=path>", "name of a checkpoint in the results; may be repeated", pairs)
    .option(
      "--variant <name>",
      "which weights, where a folder has several: quantized, fp16, …; by tower: vision=fp16,text=int8",
    )
    .option(
      "--arch <name>",
      "architecture of weights that no file describes, by open_clip's name: ViT-B-32, ViT-B-32-quickgelu:laion400m_e32, …",
    )
    .option("--limit <n>", "a seeded sample of so many images, spread over the classes", wholeNumber)
    .option("--allow-incomplete", "score a benchmark that has other than its number of images")
    .option("--skip-unreadable", "go on past images that cannot be read, and count them")
    .option("--allow-unsound", "score checkpoints that fail a check of inspect, with a warning in every table")
    .option("--batch-size <n>", "images a run of the model (default: 8)", wholeNumber)
    .option("--part-size <n>", "images a stored part (default: 512)", wholeNumber)
    .option("--timeout <seconds>", TIMEOUT, wholeNumber);
}

const TIMEOUT = "end where one run of a graph takes longer (default: 60 s, and 600 s more for each GB of it)";

/** `shiftline submit slurm` and `shiftline submit kubernetes`, with the options of `evaluate`. */
function addSubmit(root: Command, supervise: Supervise): void {
  const submit = root.command("submit").description("write the jobs of a sweep for a cluster's scheduler");
  const checkpoints = "as for evaluate";
  withTaskOptions(
    withEvaluateOptions(
      submit
        .command("slurm")
        .description("an array job that embeds, one that merges and scores after it, and one that reports")
        .argument("<checkpoint...>", checkpoints),
    ),
  )
    .option("--jobs <folder>", "where the scripts go (default: .shiftline/jobs/slurm beside --out)", pathValue)
    .option("--time <minutes>", "time limit of a task (default: from a short trial)", wholeNumber)
    .option("--partition <name>", "partition of all jobs")
    .option("--account <name>", "account of all jobs")
    .option(
      "--sbatch <option>",
      "another option of sbatch for all jobs, as --sbatch=--qos=long; may be repeated",
      texts,
    )
    .option("--setup <command>", 'run first in every job: "module load nodejs"; may be repeated', texts)
    .option("--run", "submit them, too")
    .action(async (paths: string[], options) => {
      if (await supervise({ sweep: paths.length > 1, timeout: options.timeout })) return;
      const { submitSlurm } = await import("./submit-slurm.ts");
      await submitSlurm(paths, options);
    });
  withTaskOptions(
    withEvaluateOptions(
      submit
        .command("kubernetes")
        .description("an Indexed Job that embeds, a Job that merges, scores and reports; paths are those in the pods")
        .argument("<checkpoint...>", checkpoints),
    ),
  )
    .option("--jobs <folder>", "where the manifests go", pathValue, ".shiftline/jobs/kubernetes")
    .requiredOption("--image <name>", "an image that has shiftline on its PATH")
    .option("--claim <name=path>", "a persistent volume claim and where pods see it; may be repeated", claims)
    .option("--read-only-claim <name=path>", "one that pods only read; may be repeated", claims)
    .option("--job-name <name>", "the Jobs' names begin with it", "shiftline")
    .option("--namespace <name>", "namespace of the Jobs")
    .action(async (paths: string[], options) => {
      if (await supervise({ sweep: paths.length > 1, timeout: options.timeout })) return;
      const { submitKubernetes } = await import("./submit-kubernetes.ts");
      await submitKubernetes(paths, options);
    });
}

function withTaskOptions(command: Command): Command {
  return command
    .option("--shards <n>", "tasks that share the embedding", wholeNumber)
    .option("--cpus <n>", "CPUs of a task", wholeNumber, 4)
    .option("--memory <MiB>", "memory of a task", wholeNumber)
    .option("--at-once <n>", "most tasks at once (default: all)", wholeNumber);
}

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
      await runEvaluate(checkpoints, command);
    });

  addSubmit(root, supervise);

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
      "--baseline <id>",
      "openai-clip, openclip, imagenet-testbed, a .csv file, or a results folder (default: openai-clip; with --study, the first input)",
      pathValue,
    )
    .option("--scale <name>", "scale of the line: logit, probit or linear", "logit")
    .option("--group-by <column>", "a line for each value of this column of --metadata, and whether they differ")
    .option("--replicates <column>", "mean (sd) over checkpoints with one value in this column of --metadata")
    .option("--metadata <file>", "CSV file with a row a checkpoint", pathValue)
    .option("--relative-to <checkpoint>", "relative robustness against this checkpoint")
    .option("--format <name>", "of what is printed: text, markdown, latex or wide-csv", "text")
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
    .option("--format <name>", "text, markdown, latex, csv (tidy) or wide-csv (accuracies)", "text")
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
    .option(
      "--baseline <id>",
      "the baseline shown first: an id, a .csv file, or a results folder (default: as for fit)",
      pathValue,
    )
    .option("--scale <name>", "the scale shown first: logit, probit or linear", "logit")
    .option("--group-by <column>", "a line for each value of this column of --metadata")
    .option("--metadata <file>", "CSV file with a row a checkpoint; its columns can be chosen as groups", pathValue)
    .option("--thumbnails <n>", "show the n surest mistakes of each checkpoint, from the images at hand", wholeNumber)
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

/** Does the command in a process that can be stopped. @returns whether it was done there; false: it is to be done here */
export type Supervise = (options: SupervisedOptions) => Promise<boolean>;

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
