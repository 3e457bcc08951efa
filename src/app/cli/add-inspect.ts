import type { Command } from "commander";
import { MOST_USED, withCommonOptions, withExamples } from "./common-options.ts";
import { pairs, pathValue, values, wholeNumber } from "./option-values.ts";
import { ZIP_PASSWORD } from "./shared-options.ts";
import type { Supervise } from "./supervised-process.ts";
import { TIMEOUT } from "./with-evaluate-options.ts";

/** `shiftline inspect`. */
export function addInspect(root: Command, supervise: Supervise): void {
  const command = root
    .command("inspect")
    .description("describe a checkpoint, a data folder or a benchmark file, and report its problems")
    .argument(
      "<path>",
      "a checkpoint (folder, weights or .onnx file), data (folder, archive or other container), or a benchmark's .json file",
    )
    .optionsGroup(MOST_USED)
    .option("--deep", "decode every image of a data folder, and compare the content with the previous inspection")
    .option("--benchmark <ids>", "benchmarks to look for in a data folder", values)
    .option("--zip-password-file <file>", ZIP_PASSWORD, pathValue)
    .option(
      "--folder-names <id=column>",
      "column of the class list that contains the names of class folders, as for evaluate",
      pairs,
    )
    .optionsGroup("Checkpoints:")
    .option("--variant <name>", "which weights, if the checkpoint's folder has several")
    .option("--arch <name>", "architecture, for weights without a configuration file; as for evaluate")
    .optionsGroup("Machines and speed:")
    .option("--store <folder>", "folder where the content of data folders is recorded", pathValue, ".shiftline/store")
    .option("--timeout <seconds>", TIMEOUT, wholeNumber);
  withExamples(
    withCommonOptions(command),
    "shiftline inspect open_clip_model.safetensors",
    "shiftline inspect checkpoints/mine --variant fp16",
    "shiftline inspect /data --benchmark imagenet,imagenet-r --deep",
    "shiftline inspect fruit/fruit.json",
  ).action(async (path: string, options) => {
    if (await supervise({ sweep: false, timeout: options.timeout })) return;
    const { runInspect } = await import("./inspect-command.ts");
    await runInspect(path, options);
  });
}
