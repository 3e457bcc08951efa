import type { Command } from "commander";
import { choiceOption, MOST_USED, withCommonOptions, withExamples } from "./common-options.ts";
import { accuracy, columns, HIGHLIGHT, pathValue, positiveNumber, texts, values } from "./option-values.ts";
import { INPUTS, LINES, METADATA, RESULTS, SCALES, STUDY } from "./shared-options.ts";

/** `shiftline fit`. */
export function addFit(root: Command): void {
  const command = root
    .command("fit")
    .description("draw a baseline's line and print how far above it each checkpoint stands")
    .argument("[results...]", INPUTS)
    .optionsGroup(MOST_USED)
    .option("--results <paths>", RESULTS, values)
    .option(
      "--baseline <id>",
      "openai-clip, openclip, imagenet-testbed, a .csv file, or a results folder (default: openai-clip; with --study, the first input)",
      pathValue,
    )
    .option("--group-by <column>", "a line for each value of this column of --metadata, and whether they differ")
    .option("--metadata <file>", METADATA, pathValue)
    .option("--highlight <pattern>", HIGHLIGHT, texts)
    .addOption(
      choiceOption(
        "--format <name>",
        "of what is printed: text, markdown, latex or wide-csv",
        ["text", "markdown", "latex", "wide-csv"],
        "text",
      ),
    )
    .option("--out <path>", "folder, or a .csv file (default: the one results folder given, else none)", pathValue)
    .optionsGroup("The line:")
    .addOption(choiceOption("--scale <name>", "scale of the line: logit, probit or linear", SCALES, "logit"))
    .addOption(
      choiceOption(
        "--line <name>",
        "least-squares, or binomial: keeps accuracies of 0 and 1, weighs by images",
        LINES,
        "least-squares",
      ),
    )
    .option(
      "--id <benchmarks>",
      "in-distribution benchmarks, each an x axis (default: the study's); robustness is given against each",
      values,
    )
    .option("--study <file>", STUDY, pathValue)
    .optionsGroup("What makes checkpoints differ:")
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
    .option("--replicates <column>", "mean (sd) over checkpoints with one value in this column of --metadata")
    .option("--relative-to <checkpoint>", "relative robustness against this checkpoint")
    .optionsGroup("Images:")
    .option(
      "--cluster <by>",
      "images that are not independent: class, or a CSV file with the columns image and cluster",
      pathValue,
    )
    .addOption(
      choiceOption(
        "--agreement <scale>",
        "agreement on the line, probit or logit: what every two checkpoints agree on, and the accuracies that predicts",
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
