import type { Command } from "commander";
import { MOST_USED } from "./common-options.ts";
import { pairs, pathValue, protocolChoices, values, wholeNumber } from "./option-values.ts";
import { DATA_DIR, ZIP_PASSWORD } from "./shared-options.ts";

export const WHAT_IS_SCORED = "What is scored:";
export const SPEED = "Machines and speed:";

/** The options that say what is evaluated, and how. */
export function withEvaluateOptions(command: Command): Command {
  return command
    .optionsGroup(MOST_USED)
    .option("--data <root>", "folder that holds the benchmarks' folders", pathValue)
    .option("--data-dir <id=path>", DATA_DIR, pairs)
    .option(
      "--benchmark <ids>",
      "benchmarks to score, between commas or repeated; every one found where absent",
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
      "a protocol to score, of one benchmark or of all that have it; no image of others is embedded (default: all protocols); may be repeated",
      protocolChoices,
    )
    .option(
      "--labels <id=file>",
      "labels of a benchmark's single images, as imagenet=real.json of ImageNet-ReaL: a protocol of the file's name",
      pairs,
    )
    .option(
      "--classes <file>",
      "score these classes alone: a list of WordNet ids or names, or below a line index of numbers, one a line",
      pathValue,
    )
    .option(
      "--class-names <id>",
      "class names: imagenet-openai, objectnet, or a file: .csv with index, name and perhaps wnid, one a line in .txt, .json, .py (default: the benchmark's)",
      pathValue,
    )
    .option(
      "--folder-names <id=column>",
      "column of the class list that class folders named by numbers are of: index, index+1, ilsvrc2012_id, …; may be repeated",
      pairs,
    )
    .option("--limit <n>", "a seeded sample of n images, spread over the classes", wholeNumber)
    .option("--zip-password-file <file>", ZIP_PASSWORD, pathValue)
    .option("--allow-incomplete", "score a benchmark that has other than its number of images")
    .option("--skip-unreadable", "go on past images that cannot be read, and count them")
    .optionsGroup("Checkpoints:")
    .option(
      "--arch <name>",
      "architecture of weights that no file describes, by open_clip's name: ViT-B-32, ViT-B-32-quickgelu:laion400m_e32, …",
    )
    .option(
      "--variant <name>",
      "which weights, where a folder has several: quantized, fp16, …; by tower: vision=fp16,text=int8",
    )
    .option("--allow-unsound", "score checkpoints that fail a check of inspect, with a warning in every table")
    .optionsGroup(SPEED)
    .option("--store <folder>", "where embeddings are kept (default: .shiftline/store beside --out)", pathValue)
    .option("--batch-size <n>", "images per run of the model (default: 8)", wholeNumber)
    .option("--part-size <n>", "images per stored part (default: 512)", wholeNumber)
    .option("--timeout <seconds>", TIMEOUT, wholeNumber);
}

/** What `--timeout` does, in the help of the commands that have it. */
export const TIMEOUT =
  "end where one run of a graph takes longer, in seconds (default: 60, and 600 more for each GB of the graph)";
