import type { Command } from "commander";
import { choiceOption, OPTIONS, withCommonOptions, withExamples } from "./common-options.ts";
import { pathValue, values } from "./option-values.ts";

/** `shiftline compare`. */
export function addCompare(root: Command): void {
  const command = root
    .command("compare")
    .description("compare checkpoints image by image, or one with the nearest published model")
    .argument("<checkpoint...>", "checkpoints' names in the results; one alone goes beside a published model")
    .optionsGroup(OPTIONS)
    .option("--results <folder>", "results folder", pathValue, "results")
    .option("--reference <checkpoint>", "compare each with this one only, not every pair")
    .option("--benchmark <ids>", "benchmarks to compare; all in common where absent", values)
    .option(
      "--baseline <id>",
      "also put each beside this baseline's nearest model (default with one checkpoint: openai-clip)",
      pathValue,
    )
    .addOption(
      choiceOption(
        "--format <name>",
        "text, markdown, latex, csv (tidy) or wide-csv (accuracies; tidy: shiftline table)",
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
