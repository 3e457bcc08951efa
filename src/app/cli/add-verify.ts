import type { Command } from "commander";
import { MOST_USED, withCommonOptions, withExamples } from "./common-options.ts";
import { cosine, pairs, pathValue, values, wholeNumber } from "./option-values.ts";
import { DATA_DIR, ZIP_PASSWORD } from "./shared-options.ts";
import type { Supervise } from "./supervised-process.ts";

/** `shiftline verify`. */
export function addVerify(root: Command, supervise: Supervise): void {
  const command = root
    .command("verify")
    .description(
      "certify copies of benchmarks: complete, readable, each image in its class, unchanged since certification",
    )
    .argument("[root]", "folder that contains the benchmarks' folders, or the folder of one benchmark")
    .optionsGroup(MOST_USED)
    .option("--data-dir <id=path>", DATA_DIR, pairs)
    .option(
      "--benchmark <ids>",
      "benchmarks to verify, separated by commas or repeated (default: all that are found)",
      values,
    )
    .option("--manifest <file>", "a .csv manifest to compare with; written if it does not exist", pathValue)
    .option("--accept", "make the current state the reference, and overwrite --manifest with it")
    .option("--deep", "read every image again, not only changed files")
    .option("--zip-password-file <file>", ZIP_PASSWORD, pathValue)
    .optionsGroup("Overlap with another set:")
    .option(
      "--against <path>",
      "another set, such as training images: a folder, an archive or a pattern; compares without certifying",
      pathValue,
    )
    .option(
      "--threshold <cosine>",
      "minimum cosine similarity of near-duplicate images' embeddings (default: 0.97)",
      cosine,
    )
    .option(
      "--checkpoint <name>",
      "checkpoint whose stored embeddings are compared (default: the one that covers the most images of both sets)",
    )
    .option("--out <file>", ".csv file for the list of pairs", pathValue)
    .optionsGroup("Machines and speed:")
    .option("--store <folder>", "folder of references and recorded content", pathValue, ".shiftline/store")
    .option("--threads <n>", "threads that read and decode (default: all that the machine or job allows)", wholeNumber);
  withExamples(
    withCommonOptions(command),
    "shiftline verify /data",
    "shiftline verify --data-dir imagenet=/scratch/val --manifest imagenet.csv",
    "shiftline verify /data --benchmark imagenet-r --deep",
    "shiftline verify /data --benchmark imagenet --against /data/train --out copies.csv",
  ).action(async (path: string | undefined, options) => {
    if (await supervise({ sweep: false })) return;
    const { runVerify } = await import("./verify-command.ts");
    await runVerify(path, options);
  });
}
