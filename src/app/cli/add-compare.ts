import type { Command } from "commander";
import { choiceOption, OPTIONS, withCommonOptions, withExamples } from "./common-options.ts";
import { pathValue, values } from "./option-values.ts";

/** `shiftline compare`. */
export function addCompare(root: Command): void {
  const command = root
    .command("compare")
    .description("compare checkpoints image by image, or one checkpoint with the nearest published model")
    .argument("<checkpoint...>", "names of checkpoints in the results; a single one is compared with a published model")
    .optionsGroup(OPTIONS)
    .option("--results <folder>", "results folder", pathValue, "results")
    .option("--reference <checkpoint>", "compare each checkpoint with this one only, not every pair")
    .option("--benchmark <ids>", "benchmarks to compare (default: all that a pair has in common)", values)
    .option(
      "--baseline <id>",
      "also compare each checkpoint with this baseline's nearest model (default with one checkpoint: openai-clip)",
      pathValue,
    )
    .addOption(
      choiceOption(
        "--format <name>",
        "text, markdown, latex, csv (tidy) or wide-csv (accuracies; for tidy ones: shiftline table)",
        ["text", "markdown", "latex", "csv", "wide-csv"],
        "text",
      ),
    );
  withExamples(
    withCommonOptions(command),
    "shiftline compare vit-b-32-openai mine",
    "shiftline compare mine --results study/results",
    "shiftline compare a b c --reference a --benchmark imagenet,imagenet-r --format latex",
  ).action(async (checkpoints: string[], options) => {
    const { runCompare } = await import("./compare-command.ts");
    await runCompare(checkpoints, options);
  });
}
