import { type Command, InvalidArgumentError } from "commander";
import { choiceOption, MOST_USED, withCommonOptions, withExamples } from "./common-options.ts";
import { HIGHLIGHT, pathValue, protocols, texts, values } from "./option-values.ts";
import { INPUTS, METADATA, RESULTS, SCALES, STUDY } from "./shared-options.ts";

/** `shiftline table`. */
export function addTable(root: Command): void {
  const command = root
    .command("table")
    .description("print a paper's table: a row per checkpoint, a column per shift; accuracies and effective robustness")
    .argument("[results...]", INPUTS)
    .optionsGroup(MOST_USED)
    .option("--results <paths>", RESULTS, values)
    .addOption(
      choiceOption(
        "--format <name>",
        "text, markdown, latex, csv, json or parquet (default: by the extension of --out, else text)",
        ["text", "markdown", "latex", "csv", "json", "parquet"],
      ),
    )
    .option("--out <path>", "folder, or a file with the extension .txt, .md, .tex, .csv, .json or .parquet", pathValue)
    .option(
      "--sort <column>",
      "checkpoint, a column (IN-A, imagenet-a, average), rho, rho:COLUMN, or a column of --metadata",
    )
    .option("--group-by <column>", "group rows under headings: a column of --metadata, or the accuracies' column group")
    .option("--metadata <file>", METADATA, pathValue)
    .option("--highlight <pattern>", HIGHLIGHT, texts)
    .option("--digits <n>", "decimal places of percentages: 1 (default), 2 or 3", digits)
    .optionsGroup("The line:")
    .option("--baseline <id>", "baseline of effective robustness, as for fit", pathValue)
    .addOption(choiceOption("--scale <name>", "scale of the line: logit, probit or linear", SCALES, "logit"))
    .option(
      "--id <benchmarks>",
      "in-distribution benchmarks, as for fit; robustness is reported against the first",
      values,
    )
    .option("--study <file>", STUDY, pathValue)
    .optionsGroup("Contents:")
    .option("--protocol <id=name>", "protocol of a benchmark (default: the baseline's); may be repeated", protocols)
    .option("--templates <ids>", "template sets (default: the baseline's, if there are results with them)", values)
    .option("--class-names <id>", "class names (default: those of each protocol)")
    .option("--other-protocols", "also show results by other protocols, in a separate section")
    .option("--controls", "show ImageNet restricted to a shift's classes as columns, not in a separate section");
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
