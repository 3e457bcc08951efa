import { parseShard, type Shard } from "../../evaluation/embedding/shard.ts";
import { InputError } from "../../foundation/errors.ts";

/** Where a Kubernetes Job says how many shards it has: its pods are told their index, but not their number. */
export const SHARDS_VARIABLE = "SHIFTLINE_SHARDS";

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads what `--shard` was given: `i/n`, or `auto` for what the scheduler says. @throws InputError */
export function resolveShard(text: string, environment: Environment = process.env): Shard {
  return text === "auto" ? shardFromEnvironment(environment) : parseShard(text);
}

/**
 * The shard a scheduler gave this process: a task of a Slurm array (times the tasks of an srun step in it), a task of an
 * srun step, or a pod of a Kubernetes Indexed Job.
 *
 * @throws InputError where there is no such scheduler, or its numbers do not make a shard
 * @see https://slurm.schedmd.com/job_array.html, https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
 */
export function shardFromEnvironment(environment: Environment): Shard {
  const array = environment.SLURM_ARRAY_TASK_ID === undefined ? null : slurmArrayTask(environment);
  const step = slurmStepTask(environment);
  if (array !== null) {
    const tasks = step ?? { index: 0, count: 1 };
    return { index: array.index * tasks.count + tasks.index, count: array.count * tasks.count };
  }
  if (step !== null) return step;
  if (environment.JOB_COMPLETION_INDEX !== undefined) return kubernetesPod(environment);
  if (environment.SLURM_JOB_ID !== undefined) {
    throw new InputError(
      "--shard auto: this Slurm job is no array, and the command does not run under srun; submit it with --array=0-N, or start it with srun",
    );
  }
  throw new InputError(
    "--shard auto: neither Slurm (SLURM_ARRAY_TASK_ID, SLURM_PROCID) nor a Kubernetes Indexed Job (JOB_COMPLETION_INDEX) runs this; under another scheduler give the shard yourself, with its variables, such as --shard $I/$N",
  );
}

function slurmArrayTask(environment: Environment): Shard {
  const number = (name: string) => wholeNumber(environment, `SLURM_ARRAY_TASK_${name}`);
  const [id, first, last, count] = [number("ID"), number("MIN"), number("MAX"), number("COUNT")];
  const step = environment.SLURM_ARRAY_TASK_STEP === undefined ? 1 : number("STEP");
  if (step > 0 && last - first === (count - 1) * step && (id - first) % step === 0) {
    return { index: (id - first) / step, count };
  }
  throw new InputError(
    `--shard auto: the tasks of this Slurm array (${count} from ${first} to ${last}) are not evenly spaced, so a task's place among them is unknown; give --shard I/N with the N of the whole array`,
  );
}

/** Null outside a step: sbatch sets SLURM_PROCID=0 for the batch script too, whatever its number of tasks. */
function slurmStepTask(environment: Environment): Shard | null {
  if (environment.SLURM_PROCID === undefined || environment.SLURM_STEP_ID === undefined) return null;
  const index = wholeNumber(environment, "SLURM_PROCID");
  const name = environment.SLURM_STEP_NUM_TASKS === undefined ? "SLURM_NTASKS" : "SLURM_STEP_NUM_TASKS";
  return checked(index, wholeNumber(environment, name), `SLURM_PROCID and ${name}`);
}

function kubernetesPod(environment: Environment): Shard {
  const index = wholeNumber(environment, "JOB_COMPLETION_INDEX");
  if (environment[SHARDS_VARIABLE] === undefined) {
    throw new InputError(
      `--shard auto: Kubernetes tells a pod its index but not how many there are; set ${SHARDS_VARIABLE} in the Job to its completions`,
    );
  }
  const count = wholeNumber(environment, SHARDS_VARIABLE);
  return checked(index, count, `JOB_COMPLETION_INDEX and ${SHARDS_VARIABLE}`);
}

function checked(index: number, count: number, names: string): Shard {
  if (index < count) return { index, count };
  throw new InputError(`--shard auto: ${names} are ${index} and ${count}: expected an index from 0 to n-1`);
}

function wholeNumber(environment: Environment, name: string): number {
  const text = environment[name];
  if (text !== undefined && /^\d{1,9}$/.test(text)) return Number(text);
  throw new InputError(`--shard auto: ${name} is ${text === undefined ? "not set" : `"${text}"`}, not a whole number`);
}
