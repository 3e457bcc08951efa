import type { Command } from "commander";
import { MOST_USED, withCommonOptions, withExamples } from "./common-options.ts";
import { cosine, pairs, pathValue, values, wholeNumber } from "./option-values.ts";
import { DATA_DIR, ZIP_PASSWORD } from "./shared-options.ts";
import type { Supervise } from "./supervised-process.ts";

/** `shiftline verify`. */
export function addVerify(root: Command, supervise: Supervise): void {
  const command = root
    .command("verify")
    .description("certify copies of benchmarks: complete, readable, each image in its class, and unchanged since")
    .argument("[root]", "folder that holds the benchmarks' folders, or a folder of one")
    .optionsGroup(MOST_USED)
    .option("--data-dir <id=path>", DATA_DIR, pairs)
    .option(
      "--benchmark <ids>",
      "benchmarks to verify, between commas or repeated; every one found where absent",
      values,
    )
    .option("--manifest <file>", "a .csv manifest to compare with, or to write where there is none", pathValue)
    .option("--accept", "make what is there the reference, and replace --manifest by it")
    .option("--deep", "read every image again, not only those whose files changed")
    .option("--zip-password-file <file>", ZIP_PASSWORD, pathValue)
    .optionsGroup("Images that another set has too:")
    .option(
      "--against <path>",
      "another set, as of training images: a folder, an archive or a pattern; only compares",
      pathValue,
    )
    .option(
      "--threshold <cosine>",
      "cosine of stored embeddings from which images are nearly the same (default: 0.97)",
      cosine,
    )
    .option("--checkpoint <name>", "whose stored embeddings (default: those that most images of both sets have)")
    .option("--out <file>", "a .csv file for the pairs", pathValue)
    .optionsGroup("Machines and speed:")
    .option("--store <folder>", "where references are kept, and what was read", pathValue, ".shiftline/store")
    .option("--threads <n>", "threads that read and decode (default: those of the machine or the job)", wholeNumber);
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
