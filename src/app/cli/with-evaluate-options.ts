import type { Command } from "commander";
import { MOST_USED } from "./common-options.ts";
import { pairs, pathValue, protocolChoices, values, wholeNumber } from "./option-values.ts";
import { DATA_DIR, ZIP_PASSWORD } from "./shared-options.ts";

export const WHAT_IS_SCORED = "What to evaluate:";
export const SPEED = "Machines and speed:";

/** Adds the options that select what is evaluated, and how. */
export function withEvaluateOptions(command: Command): Command {
  return command
    .optionsGroup(MOST_USED)
    .option("--data <root>", "folder that contains the benchmarks' folders", pathValue)
    .option("--data-dir <id=path>", DATA_DIR, pairs)
    .option(
      "--benchmark <ids>",
      "benchmarks to evaluate, separated by commas or repeated (default: all that are found)",
      values,
    )
    .option(
      "--templates <ids>",
      "template sets: openai-80, simple-7, single-1, or a .txt, .json or .py file (default: openai-80)",
      values,
    )
    .option("--out <folder>", "results folder", pathValue, "results")
    .option("--name <id=path>", "name of a checkpoint in the results; may be repeated", pairs)
    .optionsGroup(WHAT_IS_SCORED)
    .option(
      "--protocol <[id=]name>",
      "protocol to evaluate, of one benchmark or of all that have it; only its images are embedded (default: all protocols); may be repeated",
      protocolChoices,
    )
    .option(
      "--labels <id=file>",
      "additional labels of a benchmark's images, such as imagenet=real.json for ImageNet-ReaL; adds a protocol with the file's name",
      pairs,
    )
    .option(
      "--classes <file>",
      "evaluate only these classes: WordNet ids or names, or class numbers below a line 'index', one per line",
      pathValue,
    )
    .option(
      "--class-names <id>",
      "class names: imagenet-openai, objectnet, or a file: .csv with index, name and optionally wnid; .txt with one per line; .json; .py (default: the benchmark's)",
      pathValue,
    )
    .option(
      "--folder-names <id=column>",
      "column of the class list that contains the names of numbered class folders: index, index+1, ilsvrc2012_id, …; may be repeated",
      pairs,
    )
    .option("--limit <n>", "evaluate a seeded random sample of n images, spread over the classes", wholeNumber)
    .option("--zip-password-file <file>", ZIP_PASSWORD, pathValue)
    .option("--allow-incomplete", "evaluate a benchmark whose number of images is not the official one")
    .option("--skip-unreadable", "skip and count unreadable images")
    .optionsGroup("Checkpoints:")
    .option(
      "--arch <name>",
      "architecture, for weights without a configuration file, by open_clip's name: ViT-B-32, ViT-B-32-quickgelu:laion400m_e32, …",
    )
    .option(
      "--variant <name>",
      "which weights, if a folder has several: quantized, fp16, …; by tower: vision=fp16,text=int8",
    )
    .option("--allow-unsound", "evaluate checkpoints that fail a check of inspect, with a warning in every table")
    .optionsGroup(SPEED)
    .option("--store <folder>", "folder of stored embeddings (default: .shiftline/store next to --out)", pathValue)
    .option("--batch-size <n>", "images per run of the model (default: 8)", wholeNumber)
    .option("--part-size <n>", "images per stored part (default: 512)", wholeNumber)
    .option("--timeout <seconds>", TIMEOUT, wholeNumber);
}

/** Help text of `--timeout`. */
export const TIMEOUT = "time limit for a single run of a graph, in seconds (default: 60, plus 600 per GB of the graph)";
