import type { Command } from "commander";
import { MOST_USED, withCommonOptions, withExamples } from "./common-options.ts";
import { pathValue, wholeNumber } from "./option-values.ts";
import type { Supervise } from "./supervised-process.ts";
import { SPEED, WHAT_IS_SCORED, withEvaluateOptions } from "./with-evaluate-options.ts";

/** `shiftline evaluate`. */
export function addEvaluate(root: Command, supervise: Supervise): void {
  const command = root
    .command("evaluate")
    .description("evaluate checkpoints zero-shot on the benchmarks found")
    .argument("<checkpoint...>", "CLIP checkpoints: folders, weights (.safetensors, .pt, .bin) or .onnx files");
  withEvaluateOptions(command)
    .optionsGroup(MOST_USED)
    .option("--dry-run", "print what would be done and an estimate of the time")
    .optionsGroup(WHAT_IS_SCORED)
    .option("--study <file>", "JSON file of a study: its benchmarks are used unless --benchmark is given", pathValue)
    .optionsGroup(SPEED)
    .option("--threads <n>", "threads (default: all that the machine or job allows)", wholeNumber)
    .option("--shard <i/n>", "embed this share of the work without scoring: i from 0 to n-1, or auto under a scheduler")
    .option("--merge-only", "score stored embeddings without making any; list those that are missing");
  withExamples(
    withCommonOptions(command),
    "shiftline evaluate open_clip_model.safetensors --data /data",
    "shiftline evaluate epoch_32.pt --arch ViT-B-32 --data /data --benchmark imagenet,imagenet-r",
    "shiftline evaluate checkpoints/* --data-dir imagenet=/data/val --templates openai-80,simple-7 --dry-run",
    "shiftline evaluate checkpoints/* --config sweep.yaml --shard 3/16",
  ).action(async (checkpoints: string[], options) => {
    if (await supervise({ sweep: checkpoints.length > 1, timeout: options.timeout })) return;
    const { runEvaluate } = await import("./evaluate-command.ts");
    const { study, ...given } = options;
    if (study !== undefined) {
      const { benchmarkPaths, readStudy } = await import("../../analysis/robustness/read-study.ts");
      given.benchmark ??= benchmarkPaths(await readStudy(study));
    }
    await runEvaluate(checkpoints, given, study);
  });
}
