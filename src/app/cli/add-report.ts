import type { Command } from "commander";
import { choiceOption, MOST_USED, withCommonOptions, withExamples } from "./common-options.ts";
import { budget, columns, HIGHLIGHT, pairs, pathValue, texts, values, wholeNumber } from "./option-values.ts";
import { INPUTS, LINES, METADATA, RESULTS, SCALES, STUDY, ZIP_PASSWORD } from "./shared-options.ts";

/** `shiftline report`. */
export function addReport(root: Command): void {
  const command = root
    .command("report")
    .description(
      "write a self-contained HTML report: plots, tables, comparisons and recipes, with figures as separate files",
    )
    .argument("[results...]", INPUTS)
    .optionsGroup(MOST_USED)
    .option("--results <paths>", RESULTS, values)
    .option("--out <path>", "folder, or an .html file (default: the results folder if exactly one is given)", pathValue)
    .option("--title <text>", "title of the page")
    .option("--highlight <pattern>", HIGHLIGHT, texts)
    .option("--watch", "update the report as results arrive, until stopped")
    .optionsGroup("Groups and trainings:")
    .option(
      "--group-by <column>",
      "fit a line for each value of this column of --metadata, and test whether the lines differ",
    )
    .option("--metadata <file>", `${METADATA}; its columns can be selected as groups`, pathValue)
    .option("--mixture <source=column>", "test whether mixing sources dilutes robustness, as for fit", columns)
    .option("--scaling <column>", "effects of numeric columns along and above the line, as for fit", columns)
    .option("--join <column>", "connect the checkpoints of each training run, named in this column of --metadata")
    .option(
      "--order <column>",
      "numeric column of --metadata that orders the checkpoints of a training run, for --join",
    )
    .option(
      "--x <column>",
      "also plot accuracies against this numeric column of --metadata (samples, steps, …), without a line",
    )
    .optionsGroup("Initial view:")
    .option(
      "--baseline <id>",
      "initial baseline: an id, a .csv file, or a results folder (default: as for fit)",
      pathValue,
    )
    .addOption(choiceOption("--scale <name>", "initial scale: logit, probit or linear", SCALES, "logit"))
    .addOption(
      choiceOption(
        "--line <name>",
        "lines of baselines: least-squares, or binomial, which keeps accuracies of 0 and 1",
        LINES,
        "least-squares",
      ),
    )
    .option("--id <benchmarks>", "in-distribution benchmarks offered as x axis, as for fit", values)
    .option("--study <file>", STUDY, pathValue)
    .optionsGroup("Images and figures:")
    .option(
      "--images-of <pattern>",
      "checkpoints whose individual images the page includes: a name, part of a name, or a glob; may be repeated (default: ten, those in focus first, then the most accurate)",
      texts,
    )
    .option(
      "--thumbnails <n>",
      "thumbnails of n images per checkpoint and benchmark, most confident mistakes first",
      wholeNumber,
    )
    .option("--budget <mb>", "maximum size of the page and of its pictures in MB: PAGE or PAGE,PICTURES", budget)
    .option("--data <root>", "folder that contains the benchmarks' images, for --thumbnails", pathValue)
    .option("--data-dir <id=path>", "folder of one benchmark's images, for --thumbnails; may be repeated", pairs)
    .option("--zip-password-file <file>", `${ZIP_PASSWORD}, for --thumbnails`, pathValue)
    .option("--no-figures", "write no SVG and PNG files");
  withExamples(
    withCommonOptions(command),
    "shiftline report",
    "shiftline report results --watch",
    "shiftline report openclip --out zoo",
    "shiftline report results --group-by pretraining --metadata checkpoints.csv --thumbnails 4 --data /data",
  ).action(async (inputs: string[], options) => {
    const { runReport } = await import("./report-command.ts");
    await runReport(inputs, options);
  });
}
