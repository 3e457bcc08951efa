import { quantileSorted } from "simple-statistics";

/** A timed piece of work. */
export interface Timed {
  readonly images: number;
  readonly seconds: number;
}

/** The same with the process's CPU time, of all its threads. */
export interface TimedCpu extends Timed {
  readonly cpuSeconds: number;
}

export function rate({ images, seconds }: Timed): number {
  return images / seconds;
}

/** Seconds of one core that an image takes. */
export function coreSeconds({ images, cpuSeconds }: TimedCpu): number {
  return cpuSeconds / images;
}

/**
 * Images a second that a machine could reach if inference and decoding shared its cores without any loss: cores divided by
 * the core-seconds that an image needs of both.
 */
export function additiveLimit(cores: number, inference: TimedCpu, decode: TimedCpu): number {
  return cores / (coreSeconds(inference) + coreSeconds(decode));
}

export function median(values: readonly number[]): number {
  return quantileSorted(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}
