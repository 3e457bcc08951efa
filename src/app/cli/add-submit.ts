import type { Command } from "commander";
import { MOST_USED, withCommonOptions, withExamples } from "./common-options.ts";
import { claims, pathValue, texts, wholeNumber } from "./option-values.ts";
import type { Supervise } from "./supervised-process.ts";
import { withEvaluateOptions } from "./with-evaluate-options.ts";

const JOBS = "The jobs:";

/** `shiftline submit slurm` and `shiftline submit kubernetes`, with the options of `evaluate`. */
export function addSubmit(root: Command, supervise: Supervise): void {
  const submit = root.command("submit").description("write the jobs of a sweep for a cluster's scheduler");
  const checkpoints = "as for evaluate";
  const slurm = submit
    .command("slurm")
    .description("write an array job that embeds, a job that merges and scores, and a job that writes the report")
    .argument("<checkpoint...>", checkpoints);
  withTaskOptions(withEvaluateOptions(slurm))
    .option("--time <minutes>", "time limit per task, in minutes (default: from a short trial)", wholeNumber)
    .option("--partition <name>", "partition of all jobs")
    .option("--account <name>", "account of all jobs")
    .option(
      "--sbatch <option>",
      "additional sbatch option for all jobs, such as --sbatch=--qos=long; may be repeated",
      texts,
    )
    .option(
      "--setup <command>",
      'shell command to run first in every job, such as "module load nodejs"; may be repeated',
      texts,
    )
    .option(
      "--jobs <folder>",
      "output folder for the scripts (default: .shiftline/jobs/slurm next to --out)",
      pathValue,
    )
    .optionsGroup(MOST_USED)
    .option("--run", "also submit the jobs");
  withExamples(
    withCommonOptions(slurm),
    "shiftline submit slurm checkpoints/* --data /data --shards 64 --run",
    "shiftline submit slurm checkpoints/* --data /data --partition gpu --sbatch=--qos=long --setup 'module load nodejs'",
  ).action(async (paths: string[], options) => {
    if (await supervise({ sweep: paths.length > 1, timeout: options.timeout })) return;
    const { submitSlurm } = await import("./submit-slurm.ts");
    await submitSlurm(paths, options);
  });

  const kubernetes = submit
    .command("kubernetes")
    .description(
      "write an Indexed Job that embeds and a Job that merges, scores and writes the report; paths are those in the pods",
    )
    .argument("<checkpoint...>", checkpoints);
  withTaskOptions(withEvaluateOptions(kubernetes))
    .requiredOption("--image <name>", "container image with shiftline on its PATH")
    .option("--claim <name=path>", "a persistent volume claim and its mount path; may be repeated", claims)
    .option("--read-only-claim <name=path>", "a claim to mount read-only; may be repeated", claims)
    .option("--job-name <name>", "prefix of the Jobs' names", "shiftline")
    .option("--namespace <name>", "namespace of the Jobs")
    .option("--jobs <folder>", "output folder for the manifests", pathValue, ".shiftline/jobs/kubernetes");
  withExamples(
    withCommonOptions(kubernetes),
    "shiftline submit kubernetes /vol/checkpoints/b32 --data /vol/data --out /vol/results --shards 64 --image IMAGE --claim CLAIM=/vol",
  ).action(async (paths: string[], options) => {
    if (await supervise({ sweep: paths.length > 1, timeout: options.timeout })) return;
    const { submitKubernetes } = await import("./submit-kubernetes.ts");
    await submitKubernetes(paths, options);
  });
}

function withTaskOptions(command: Command): Command {
  return command
    .optionsGroup(JOBS)
    .option("--shards <n>", "number of tasks that share the embedding", wholeNumber)
    .option("--cpus <n>", "CPUs per task", wholeNumber, 4)
    .option("--memory <MiB>", "memory per task, in MiB", wholeNumber)
    .option("--max-parallel <n>", "maximum number of concurrent tasks (default: all)", wholeNumber);
}
