import { type Command, InvalidArgumentError } from "commander";
import { choiceOption, MOST_USED, withCommonOptions, withExamples } from "./common-options.ts";
import { HIGHLIGHT, pathValue, protocols, texts, values } from "./option-values.ts";
import { INPUTS, METADATA, RESULTS, SCALES, STUDY } from "./shared-options.ts";

/** `shiftline table`. */
export function addTable(root: Command): void {
  const command = root
    .command("table")
    .description("the table of a paper: a row per checkpoint, a column per shift; accuracies and effective robustness")
    .argument("[results...]", INPUTS)
    .optionsGroup(MOST_USED)
    .option("--results <paths>", RESULTS, values)
    .addOption(
      choiceOption(
        "--format <name>",
        "text, markdown, latex, csv, json or parquet (default: by the ending of --out, else text)",
        ["text", "markdown", "latex", "csv", "json", "parquet"],
      ),
    )
    .option("--out <path>", "folder, or a file that ends in .txt, .md, .tex, .csv, .json or .parquet", pathValue)
    .option("--sort <column>", "checkpoint, a column (IN-A, imagenet-a, average), rho, rho:COLUMN, or of --metadata")
    .option("--group-by <column>", "rows under headings: a column of --metadata, or group of the accuracies")
    .option("--metadata <file>", METADATA, pathValue)
    .option("--highlight <pattern>", HIGHLIGHT, texts)
    .option("--digits <n>", "decimals of figures in percent: 1 (default), 2 or 3", digits)
    .optionsGroup("The line:")
    .option("--baseline <id>", "the line that effective robustness is against, as for fit", pathValue)
    .addOption(choiceOption("--scale <name>", "scale of the line: logit, probit or linear", SCALES, "logit"))
    .option(
      "--id <benchmarks>",
      "in-distribution benchmarks, as for fit; robustness is given against the first",
      values,
    )
    .option("--study <file>", STUDY, pathValue)
    .optionsGroup("What is in it:")
    .option("--protocol <id=name>", "a benchmark's protocol (default: the baseline's); may be repeated", protocols)
    .option("--templates <ids>", "template sets (default: the baseline's, where there are results with them)", values)
    .option("--class-names <id>", "class names (default: each protocol's)")
    .option("--other-protocols", "also results by other protocols, in a section of their own")
    .option("--controls", "ImageNet on a shift's classes as columns, not in a section of their own");
  withExamples(
    withCommonOptions(command),
    "shiftline table results",
    "shiftline table results --sort average --format markdown",
    "shiftline table results --group-by source --metadata checkpoints.csv --out table.tex",
    "shiftline table openclip --sort rho --out zoo.parquet",
  ).action(async (inputs: string[], options) => {
    const { runTable } = await import("./table-command.ts");
    await runTable(inputs, options);
  });
}

function digits(text: string): number {
  if (!/^[123]$/.test(text)) throw new InvalidArgumentError("expected 1, 2 or 3");
  return Number(text);
}
