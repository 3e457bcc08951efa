/** A file of a folder of jobs: its name and its content. */
export interface JobFile {
  readonly name: string;
  readonly content: string;
}

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
