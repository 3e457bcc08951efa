import type { Command } from "commander";
import { choiceOption, MOST_USED, withCommonOptions, withExamples } from "./common-options.ts";
import { budget, columns, HIGHLIGHT, pairs, pathValue, texts, values, wholeNumber } from "./option-values.ts";
import { INPUTS, LINES, METADATA, RESULTS, SCALES, STUDY, ZIP_PASSWORD } from "./shared-options.ts";

/** `shiftline report`. */
export function addReport(root: Command): void {
  const command = root
    .command("report")
    .description(
      "write one HTML file to look at, explore and send: plots, tables, comparisons, recipes; figures beside it",
    )
    .argument("[results...]", INPUTS)
    .optionsGroup(MOST_USED)
    .option("--results <paths>", RESULTS, values)
    .option("--out <path>", "folder, or an .html file (default: the one results folder given)", pathValue)
    .option("--title <text>", "title of the page")
    .option("--highlight <pattern>", HIGHLIGHT, texts)
    .option("--watch", "render again as results land, until stopped")
    .optionsGroup("Groups and trainings:")
    .option("--group-by <column>", "a line for each value of this column of --metadata, and whether they differ")
    .option("--metadata <file>", `${METADATA}; its columns can be chosen as groups`, pathValue)
    .option("--mixture <source=column>", "does mixing sources dilute, as for fit", columns)
    .option("--scaling <column>", "effects of numeric columns along and above the line, as for fit", columns)
    .option("--join <column>", "join the checkpoints of one training, named in this column of --metadata, by a line")
    .option("--order <column>", "numeric column of --metadata that orders a training's checkpoints, for --join")
    .option(
      "--x <column>",
      "also plot accuracies over this numeric column of --metadata (samples, steps, …), without a line",
    )
    .optionsGroup("What is shown first:")
    .option(
      "--baseline <id>",
      "the baseline shown first: an id, a .csv file, or a results folder (default: as for fit)",
      pathValue,
    )
    .addOption(choiceOption("--scale <name>", "the scale shown first: logit, probit or linear", SCALES, "logit"))
    .addOption(
      choiceOption(
        "--line <name>",
        "of the baselines: least-squares, or binomial, which keeps accuracies of 0 and 1",
        LINES,
        "least-squares",
      ),
    )
    .option("--id <benchmarks>", "in-distribution benchmarks to choose the x axis from, as for fit", values)
    .option("--study <file>", STUDY, pathValue)
    .optionsGroup("Images and figures:")
    .option(
      "--images-of <pattern>",
      "checkpoints whose single images are in the page: a name, a part of names, or a glob; may be repeated (default: ten, those in focus first, then the most accurate)",
      texts,
    )
    .option("--thumbnails <n>", "pictures of n images of each on each benchmark, surest mistakes first", wholeNumber)
    .option("--budget <mb>", "MB that the page may take, and its pictures: PAGE or PAGE,PICTURES", budget)
    .option("--data <root>", "folder that holds the benchmarks' images, for --thumbnails", pathValue)
    .option("--data-dir <id=path>", "folder of one benchmark's images, for --thumbnails; may be repeated", pairs)
    .option("--zip-password-file <file>", `${ZIP_PASSWORD}, for --thumbnails`, pathValue)
    .option("--no-figures", "no SVG and PNG files beside the page");
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
