/** How far an evaluation is, while it runs. */
export interface RunProgress {
  readonly phase: string;
  readonly checkpoints: readonly string[];
  readonly benchmark: string;
  readonly done: number;
  readonly total: number;
  readonly perSecond: number;
}
