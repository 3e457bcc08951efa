/** What every task of a sweep is given by its scheduler. */
export interface TaskSize {
  /** tasks that share the embedding */
  readonly shards: number;
  /** of one task */
  readonly cpus: number;
  /** of one task, MiB */
  readonly memory: number;
  /** of one task, minutes */
  readonly minutes: number;
}

/** What a trial on this machine found. */
export interface Trial {
  /** seconds the whole evaluation would take here */
  readonly seconds: number;
  /** threads it ran on */
  readonly threads: number;
  /** peak resident memory, bytes */
  readonly memory: number;
  /** units of work that can be shared out */
  readonly units: number;
}

/** Long enough that starting and loading models is little beside it, short enough to fit a busy queue's gaps. */
const SECONDS_PER_TASK = 3600;
/** Slurm's own limit on the tasks of an array (MaxArraySize) is 1001 unless raised. */
const MAX_SHARDS = 1000;
/** A cluster's cores may be half as fast as this machine's. */
const SLOWDOWN = 2;
/** Minutes for starting, reading checkpoints and listing images over a busy file system. */
const START_MINUTES = 10;
const MEMORY_STEP = 512; // MiB
/** Above the trial's peak, which saw a few batches only. */
const MEMORY_MARGIN = 1.5;

/**
 * The tasks for a sweep from its measured speed: about an hour each on cores like this machine's, with a time limit for
 * cores half as fast. A limit that proves too short costs little: a task stops before it, is queued again and goes on.
 *
 * @param wanted  what the user has decided; the rest follows from the trial
 */
export function sizeTasks(trial: Trial, wanted: Partial<TaskSize> & { readonly cpus: number }): TaskSize {
  const { cpus } = wanted;
  const seconds = (trial.seconds * trial.threads) / cpus;
  const maxShards = Math.max(1, Math.min(trial.units, MAX_SHARDS));
  const shards = wanted.shards ?? Math.min(Math.max(1, Math.ceil(seconds / SECONDS_PER_TASK)), maxShards);
  const minutes = wanted.minutes ?? START_MINUTES + Math.ceil((SLOWDOWN * seconds) / shards / 60);
  // Each thread may hold buffers and a model of its own, so more threads than the trial had need more
  const peak = (trial.memory / 2 ** 20) * Math.max(1, cpus / trial.threads) * MEMORY_MARGIN;
  const memory = wanted.memory ?? Math.max(2, Math.ceil(peak / MEMORY_STEP)) * MEMORY_STEP;
  return { shards, cpus, memory, minutes };
}
