import { spawn } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { readAllocation } from "../../evaluation/evaluate/allocation.ts";
import { dryRun } from "../../evaluation/evaluate/dry-run.ts";
import type { EvaluateOptions } from "../../evaluation/evaluate/evaluate-options.ts";
import { planEvaluation } from "../../evaluation/evaluate/evaluation-plan.ts";
import { InputError } from "../../foundation/errors.ts";
import { readText } from "../../foundation/files/read-text.ts";
import { plural } from "../../foundation/number-text.ts";
import { printable } from "../../output/tables/text-table.ts";
import { shellLine } from "../cluster/shell-quote.ts";
import { type SlurmPlan, slurmScripts } from "../cluster/slurm-scripts.ts";
import { sizeTasks, type TaskSize } from "../cluster/task-size.ts";
import { writeJobs } from "../cluster/write-jobs.ts";
import { type EvaluateCommandOptions, evaluateArguments, toOptions } from "./evaluate-arguments.ts";
import { checkOutputFolder } from "./output-place.ts";

/** Options of `shiftline submit slurm`, as parsed from the command line. */
export interface SubmitSlurmOptions extends EvaluateCommandOptions {
  readonly jobs?: string;
  readonly shards?: number;
  readonly cpus: number;
  /** MiB */
  readonly memory?: number;
  /** minutes */
  readonly time?: number;
  readonly maxParallel?: number;
  readonly partition?: string;
  readonly account?: string;
  readonly sbatch?: string[];
  readonly setup?: string[];
  readonly run?: boolean;
}

/** Task size chosen when the folder was first written; the same command reuses it without another trial. */
const PLAN_FILE = "plan.json";
const planSchema = z.object({
  command: z.array(z.string()),
  size: z.object({ shards: z.number(), cpus: z.number(), memory: z.number(), minutes: z.number() }),
});

/**
 * Runs `shiftline submit slurm`: checks the inputs, sizes the jobs by a short trial, writes them, and submits them on
 * request.
 */
export async function submitSlurm(checkpoints: string[], command: SubmitSlurmOptions): Promise<void> {
  const { jobs, shards, cpus, memory, time, maxParallel, partition, account, sbatch, setup, run, ...evaluate } =
    command;
  const folder = jobs ?? join(dirname(command.out), ".shiftline", "jobs", "slurm");
  await checkOutputFolder(command.out, "results");
  const args = evaluateArguments(checkpoints, evaluate);
  const wanted = { cpus, shards, memory, minutes: time };
  const settings = { ...wanted, maxParallel, partition, account, sbatch, setup };
  const settingTexts = Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value ?? null)}`);
  const key = [process.cwd(), ...settingTexts, ...args];
  const size = (await readPlannedSize(folder, key)) ?? (await measureSize(toOptions(checkpoints, evaluate), wanted));
  const plan: SlurmPlan = {
    program: [process.execPath, fileURLToPath(new URL("../../cli.js", import.meta.url))],
    evaluate: args,
    report: [`--results=${command.out}`],
    cwd: process.cwd(),
    size,
    ...(maxParallel === undefined ? {} : { maxParallel }),
    ...(partition === undefined ? {} : { partition }),
    ...(account === undefined ? {} : { account }),
    sbatch: sbatch ?? [],
    setup: setup ?? [],
  };
  const planFile = { name: PLAN_FILE, content: `${JSON.stringify({ command: key, size }, null, 2)}\n` };
  await writeJobs(folder, [planFile, ...slurmScripts(plan)]);
  const tasks = plural(size.shards, "task");
  const sized = `${tasks} of ${size.cpus} CPUs, ${size.memory} MiB and ${size.minutes} minutes`;
  process.stderr.write(`${sized}; written to ${printable(folder)}\n`);
  if (run) await submit(folder);
  else process.stdout.write(`${shellLine(["bash", join(folder, "submit.sh")])}\n`);
}

/** @returns null if no size was recorded for this command */
async function readPlannedSize(folder: string, key: readonly string[]): Promise<TaskSize | null> {
  const text = await readText(join(folder, PLAN_FILE)).catch(() => null);
  if (text === null) return null;
  try {
    const { command, size } = planSchema.parse(JSON.parse(text));
    return JSON.stringify(command) === JSON.stringify(key) ? size : null;
  } catch {
    return null;
  }
}

type Wanted = { readonly [Name in keyof TaskSize]: TaskSize[Name] | undefined } & { readonly cpus: number };

/** Checks the inputs and sizes tasks; skips the trial if everything is given. */
async function measureSize(options: EvaluateOptions, wanted: Wanted): Promise<TaskSize> {
  const { shards, cpus, memory, minutes } = wanted;
  if (shards !== undefined && memory !== undefined && minutes !== undefined) {
    await planEvaluation(options);
    return { shards, cpus, memory, minutes };
  }
  const threads = Math.min(cpus, readAllocation().threads);
  const trial = await dryRun({ ...options, threads });
  const peak = process.resourceUsage().maxRSS * 1024; // resourceUsage reports KiB
  const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  return sizeTasks({ seconds: trial.seconds, threads, memory: peak, units: trial.units }, { ...given, cpus });
}

/** Runs `submit.sh` and passes its output through. */
async function submit(folder: string): Promise<void> {
  const script = resolve(folder, "submit.sh");
  const child = spawn("bash", [script], { stdio: ["ignore", "inherit", "inherit"] });
  const status = await new Promise<number | null>((done, fail) => {
    child.on("error", (cause) => fail(new InputError(`bash: ${cause.message}`, { cause })));
    child.on("close", done);
  });
  if (status !== 0) throw new InputError(`${script}: ended with status ${status}; see its output above`);
}
