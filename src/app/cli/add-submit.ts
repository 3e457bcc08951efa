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
    .description("an array job that embeds, one that merges and scores after it, and one that reports")
    .argument("<checkpoint...>", checkpoints);
  withTaskOptions(withEvaluateOptions(slurm))
    .option("--time <minutes>", "time limit of a task, in minutes (default: from a short trial)", wholeNumber)
    .option("--partition <name>", "partition of all jobs")
    .option("--account <name>", "account of all jobs")
    .option(
      "--sbatch <option>",
      "another option of sbatch for all jobs, as --sbatch=--qos=long; may be repeated",
      texts,
    )
    .option("--setup <command>", 'run first in every job: "module load nodejs"; may be repeated', texts)
    .option("--jobs <folder>", "where the scripts go (default: .shiftline/jobs/slurm beside --out)", pathValue)
    .optionsGroup(MOST_USED)
    .option("--run", "submit them, too");
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
    .description("an Indexed Job that embeds, a Job that merges, scores and reports; paths are those in the pods")
    .argument("<checkpoint...>", checkpoints);
  withTaskOptions(withEvaluateOptions(kubernetes))
    .requiredOption("--image <name>", "an image that has shiftline on its PATH")
    .option("--claim <name=path>", "a persistent volume claim and where pods see it; may be repeated", claims)
    .option("--read-only-claim <name=path>", "one that pods only read; may be repeated", claims)
    .option("--job-name <name>", "the Jobs' names begin with it", "shiftline")
    .option("--namespace <name>", "namespace of the Jobs")
    .option("--jobs <folder>", "where the manifests go", pathValue, ".shiftline/jobs/kubernetes");
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
    .option("--shards <n>", "tasks that share the embedding", wholeNumber)
    .option("--cpus <n>", "CPUs of a task", wholeNumber, 4)
    .option("--memory <MiB>", "memory of a task, in MiB", wholeNumber)
    .option("--max-parallel <n>", "maximum number of tasks at once (default: all)", wholeNumber);
}
