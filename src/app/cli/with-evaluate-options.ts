import type { Command } from "commander";
import { pairs, pathValue, values, wholeNumber } from "./option-values.ts";

/** The options that say what is evaluated, and how. */
export function withEvaluateOptions(command: Command): Command {
  return command
    .option("--data <root>", "folder that holds the benchmarks' folders", pathValue)
    .option("--data-dir <id=path>", "folder of one benchmark; may be repeated", pairs)
    .option("--benchmark <id>", "benchmarks to score; every one found where absent", values)
    .option(
      "--templates <id>",
      "template sets: openai-80, simple-7, single-1, or a .txt file (default: openai-80)",
      values,
    )
    .option(
      "--class-names <id>",
      "class names: imagenet-openai, or a .csv file with index, name and perhaps wnid (default: the benchmark's)",
      pathValue,
    )
    .option("--out <folder>", "results folder", pathValue, "results")
    .option("--store <folder>", "where embeddings are kept (default: .shiftline/store beside --out)", pathValue)
    .option("--name <id=path>", "name of a checkpoint in the results; may be repeated", pairs)
    .option(
      "--variant <name>",
      "which weights, where a folder has several: quantized, fp16, …; by tower: vision=fp16,text=int8",
    )
    .option(
      "--arch <name>",
      "architecture of weights that no file describes, by open_clip's name: ViT-B-32, ViT-B-32-quickgelu:laion400m_e32, …",
    )
    .option("--limit <n>", "a seeded sample of so many images, spread over the classes", wholeNumber)
    .option("--allow-incomplete", "score a benchmark that has other than its number of images")
    .option("--skip-unreadable", "go on past images that cannot be read, and count them")
    .option("--allow-unsound", "score checkpoints that fail a check of inspect, with a warning in every table")
    .option("--batch-size <n>", "images a run of the model (default: 8)", wholeNumber)
    .option("--part-size <n>", "images a stored part (default: 512)", wholeNumber)
    .option("--timeout <seconds>", TIMEOUT, wholeNumber);
}

/** What `--timeout` says of itself. */
export const TIMEOUT = "end where one run of a graph takes longer (default: 60 s, and 600 s more for each GB of it)";
