/** Resources of each task of a sweep. */
export interface TaskSize {
  /** number of tasks that share the embedding */
  readonly shards: number;
  /** CPUs per task */
  readonly cpus: number;
  /** memory per task, MiB */
  readonly memory: number;
  /** time limit per task, minutes */
  readonly minutes: number;
}

/** Measurements of a trial on this machine. */
export interface Trial {
  /** estimated seconds of the whole evaluation on this machine */
  readonly seconds: number;
  /** threads used */
  readonly threads: number;
  /** peak resident memory, bytes */
  readonly memory: number;
  /** units of work that can be divided among tasks */
  readonly units: number;
}

/** Long compared with startup and model loading, short enough to fit gaps in a busy queue. */
const SECONDS_PER_TASK = 3600;
/** Slurm's own limit on the tasks of an array (MaxArraySize) is 1001 unless raised. */
const MAX_SHARDS = 1000;
/** A cluster's cores may be half as fast as those of this machine. */
const SLOWDOWN = 2;
/** Minutes for startup, reading checkpoints and listing images on a busy file system. */
const START_MINUTES = 10;
const MEMORY_STEP = 512; // MiB
/** Safety factor on the trial's peak, which covers only a few batches. */
const MEMORY_MARGIN = 1.5;

/**
 * Sizes the tasks of a sweep by its measured speed: about an hour each on cores like this machine's, with a time limit
 * for cores half as fast. A limit that is too short costs little: the task stops before it, is requeued and continues.
 *
 * @param wanted  values chosen by the user; the others follow from the trial
 */
export function sizeTasks(trial: Trial, wanted: Partial<TaskSize> & { readonly cpus: number }): TaskSize {
  const { cpus } = wanted;
  const seconds = (trial.seconds * trial.threads) / cpus;
  const maxShards = Math.max(1, Math.min(trial.units, MAX_SHARDS));
  const shards = wanted.shards ?? Math.min(Math.max(1, Math.ceil(seconds / SECONDS_PER_TASK)), maxShards);
  const minutes = wanted.minutes ?? START_MINUTES + Math.ceil((SLOWDOWN * seconds) / shards / 60);
  // Each thread may hold separate buffers and a model, so more threads than in the trial need more memory
  const peak = (trial.memory / 2 ** 20) * Math.max(1, cpus / trial.threads) * MEMORY_MARGIN;
  const memory = wanted.memory ?? Math.max(2, Math.ceil(peak / MEMORY_STEP)) * MEMORY_STEP;
  return { shards, cpus, memory, minutes };
}
