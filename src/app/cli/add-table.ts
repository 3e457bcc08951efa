import { type Command, InvalidArgumentError } from "commander";
import { pathValue, protocols, values } from "./option-values.ts";

const EXAMPLES = `
Examples:
  $ shiftline table results
  $ shiftline table results --sort average --format markdown
  $ shiftline table results --group-by source --metadata checkpoints.csv --out table.tex
  $ shiftline table openclip --sort rho --out zoo.parquet
`;

/** `shiftline table`. @param everywhere adds the options of every command */
export function addTable(root: Command, everywhere: (command: Command) => Command): void {
  everywhere(
    root
      .command("table")
      .description("the table of a paper: a row a checkpoint, a column a shift; accuracies and effective robustness")
      .argument("[results...]", "results folders, accuracies.csv files, or published baselines (default: results)"),
  )
    .option("--results <path>", "results, in place of arguments or beside them", values)
    .option(
      "--study <file>",
      "JSON file of a study with its own in-distribution benchmark and shifts (default: ImageNet and five shifts)",
      pathValue,
    )
    .option(
      "--id <benchmarks>",
      "in-distribution benchmarks, as for fit; robustness is given against the first",
      values,
    )
    .option("--baseline <id>", "the line that effective robustness is against, as for fit", pathValue)
    .option("--scale <name>", "scale of the line: logit, probit or linear", "logit")
    .option("--protocol <id=name>", "a benchmark's protocol (default: the baseline's); may be repeated", protocols)
    .option("--templates <id>", "template sets (default: the baseline's, where there are results with them)", values)
    .option("--class-names <id>", "class names (default: each protocol's)")
    .option("--other-protocols", "also results by other protocols, in a section of their own")
    .option("--controls", "ImageNet on a shift's classes as columns, not in a section of their own")
    .option("--sort <column>", "checkpoint, a column (IN-A, imagenet-a, average), rho, rho:COLUMN, or of --metadata")
    .option("--group-by <column>", "rows under headings: a column of --metadata, or group of the accuracies")
    .option(
      "--metadata <file>",
      "CSV file with a row a checkpoint (default: openclip's, where its published rows are an input)",
      pathValue,
    )
    .option("--digits <n>", "decimals of figures in percent: 1 (default), 2 or 3", digits)
    .option("--format <name>", "text, markdown, latex, csv, json or parquet (default: by the ending of --out)")
    .option("--out <path>", "folder, or a file that ends in .txt, .md, .tex, .csv, .json or .parquet", pathValue)
    .addHelpText("after", EXAMPLES)
    .action(async (inputs: string[], options) => {
      const { runTable } = await import("./table-command.ts");
      await runTable(inputs, options);
    });
}

function digits(text: string): number {
  if (!/^[123]$/.test(text)) throw new InvalidArgumentError("expected 1, 2 or 3");
  return Number(text);
}
