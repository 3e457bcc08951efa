import { parseShard, type Shard } from "../../evaluation/embedding/shard.ts";
import { InputError } from "../../foundation/errors.ts";

/**
 * Environment variable for the number of shards of a Kubernetes Job: pods receive their index, but not the number of
 * pods.
 */
export const SHARDS_VARIABLE = "SHIFTLINE_SHARDS";

type Environment = Readonly<Record<string, string | undefined>>;

/** Resolves the value of `--shard`: `i/n`, or `auto` to use the scheduler's variables. @throws InputError */
export function resolveShard(text: string, environment: Environment = process.env): Shard {
  return text === "auto" ? shardFromEnvironment(environment) : parseShard(text);
}

/**
 * Returns the shard that a scheduler assigned to this process: a task of a Slurm array (times the tasks of an srun step
 * in it), a task of an srun step, or a pod of a Kubernetes Indexed Job.
 *
 * @throws InputError if there is no such scheduler, or its numbers do not define a shard
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
      "--shard auto: this Slurm job is not an array, and the command does not run under srun; submit it with --array=0-N, or start it with srun",
    );
  }
  throw new InputError(
    "--shard auto: not running under Slurm (SLURM_ARRAY_TASK_ID, SLURM_PROCID) or in a Kubernetes Indexed Job (JOB_COMPLETION_INDEX); under another scheduler, specify the shard with its variables, such as --shard $I/$N",
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
    `--shard auto: the tasks of this Slurm array (${count} from ${first} to ${last}) are not evenly spaced, so the shard is unknown; specify --shard I/N, where N is the size of the whole array`,
  );
}

/**
 * Returns null outside a step: sbatch also sets SLURM_PROCID=0 for the batch script, regardless of the number of tasks.
 */
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
      `--shard auto: Kubernetes does not provide the number of pods; set ${SHARDS_VARIABLE} in the Job to its number of completions`,
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
