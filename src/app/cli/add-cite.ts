import type { Command } from "commander";
import { OPTIONS, withCommonOptions, withExamples } from "./common-options.ts";
import { pathValue, values } from "./option-values.ts";
import { INPUTS, RESULTS } from "./shared-options.ts";

/** `shiftline cite`. */
export function addCite(root: Command): void {
  const command = root
    .command("cite")
    .description("print BibTeX for the benchmarks, prompts, baselines and methods that results use")
    .argument("[results...]", INPUTS)
    .optionsGroup(OPTIONS)
    .option("--results <paths>", RESULTS, values)
    .option(
      "--benchmark <ids>",
      "benchmarks to cite, in addition to results or instead of them; ids or .json files",
      values,
    )
    .option(
      "--baseline <id>",
      "baseline of effective robustness (default, with results on ImageNet: openai-clip)",
      pathValue,
    )
    .option("--out <path>", "folder, or a .bib file (default: print to stdout)", pathValue);
  withExamples(
    withCommonOptions(command),
    "shiftline cite results",
    "shiftline cite --benchmark imagenet,imagenet-r",
    "shiftline cite results --baseline openclip --out refs.bib",
  ).action(async (inputs: string[], options) => {
    const { runCite } = await import("./cite-command.ts");
    await runCite(inputs, options);
  });
}
