import type { Command } from "commander";
import { choiceOption, MOST_USED, withCommonOptions, withExamples } from "./common-options.ts";
import { accuracy, columns, HIGHLIGHT, pathValue, positiveNumber, texts, values } from "./option-values.ts";
import { INPUTS, LINES, METADATA, RESULTS, SCALES, STUDY } from "./shared-options.ts";

/** `shiftline fit`. */
export function addFit(root: Command): void {
  const command = root
    .command("fit")
    .description("fit a baseline's line and print how far above it each checkpoint is")
    .argument("[results...]", INPUTS)
    .optionsGroup(MOST_USED)
    .option("--results <paths>", RESULTS, values)
    .option(
      "--baseline <id>",
      "openai-clip, openclip, imagenet-testbed, a .csv file, or a results folder (default: openai-clip; with --study, the first input)",
      pathValue,
    )
    .option(
      "--group-by <column>",
      "fit a line for each value of this column of --metadata, and test whether the lines differ",
    )
    .option("--metadata <file>", METADATA, pathValue)
    .option("--highlight <pattern>", HIGHLIGHT, texts)
    .addOption(
      choiceOption(
        "--format <name>",
        "format of stdout: text, markdown, latex or wide-csv",
        ["text", "markdown", "latex", "wide-csv"],
        "text",
      ),
    )
    .option(
      "--out <path>",
      "folder, or a .csv file (default: the results folder if exactly one is given, else none)",
      pathValue,
    )
    .optionsGroup("The line:")
    .addOption(choiceOption("--scale <name>", "scale of the line: logit, probit or linear", SCALES, "logit"))
    .addOption(
      choiceOption(
        "--line <name>",
        "least-squares, or binomial, which keeps accuracies of 0 and 1 and weights by number of images",
        LINES,
        "least-squares",
      ),
    )
    .option(
      "--id <benchmarks>",
      "in-distribution benchmarks, each an x axis (default: the study's); robustness is reported against each",
      values,
    )
    .option("--study <file>", STUDY, pathValue)
    .optionsGroup("Explaining differences between checkpoints:")
    .option(
      "--mixture <source=column>",
      "columns of --metadata with shares of the pre-training data, from 0 to 1: tests whether mixing sources dilutes robustness",
      columns,
    )
    .option(
      "--scaling <column>",
      "numeric columns of --metadata (COLUMN, COLUMN=log2 or COLUMN=linear): estimates their effects along and above the line",
      columns,
    )
    .option(
      "--margin <number>",
      "equivalence margin on the scale: lines of groups closer than this count as one (default: 2.5 points at 50 %, 0.1 on logit)",
      positiveNumber,
    )
    .option(
      "--adjust <column>",
      "with --group-by: adjust heights for numeric columns of --metadata (COLUMN, COLUMN=log2, COLUMN=linear)",
      columns,
    )
    .option(
      "--at <accuracy>",
      "with --group-by: also report each group's height at this in-distribution accuracy, 0.6 or 60%",
      accuracy,
    )
    .option("--replicates <column>", "mean (sd) over checkpoints that share a value in this column of --metadata")
    .option("--relative-to <checkpoint>", "report relative robustness with respect to this checkpoint")
    .optionsGroup("Images:")
    .option(
      "--cluster <by>",
      "clusters of dependent images: class, or a CSV file with the columns image and cluster",
      pathValue,
    )
    .addOption(
      choiceOption(
        "--agreement <scale>",
        "agreement on the line, probit or logit: the agreement of every pair of checkpoints, and the accuracies it predicts",
        ["probit", "logit"],
      ),
    );
  withExamples(
    withCommonOptions(command),
    "shiftline fit results",
    "shiftline fit openclip",
    "shiftline fit results --group-by pretraining --metadata checkpoints.csv",
    "shiftline fit results --line binomial --out lines",
    "shiftline fit results --scaling samples,steps --metadata checkpoints.csv --format latex",
  ).action(async (inputs: string[], options) => {
    const { runFit } = await import("./fit-command.ts");
    await runFit(inputs, options);
  });
}
