import { type Command, createArgument } from "commander";
import { OPTIONS, withCommonOptions, withExamples } from "./common-options.ts";
import { choice, pathValue, values } from "./option-values.ts";
import { RESULTS } from "./shared-options.ts";

const WHAT = ["benchmarks", "templates", "class-names", "baselines", "checkpoints", "store"];

/** `shiftline list`. */
export function addList(root: Command): void {
  const command = root
    .command("list")
    .description("list shipped files, evaluated checkpoints, or stored embeddings")
    .addArgument(
      createArgument("<what>", "benchmarks, templates, class-names, baselines, checkpoints or store")
        .choices(WHAT)
        .argParser(choice(WHAT)),
    )
    .argument("[results...]", "results folders, for checkpoints (default: results)")
    .optionsGroup(OPTIONS)
    .option("--results <paths>", RESULTS, values)
    .option("--store <folder>", "the store to list", pathValue, ".shiftline/store")
    .option("--deep", "read every stored file and verify its checksum");
  withExamples(
    withCommonOptions(command),
    "shiftline list benchmarks",
    "shiftline list checkpoints results",
    "shiftline list store --store .shiftline/store --deep",
  ).action(async (what: string, inputs: string[], options) => {
    const { runList } = await import("./list-command.ts");
    await runList(what, inputs, options);
  });
}
