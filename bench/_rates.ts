import { quantileSorted } from "simple-statistics";

/** A timed piece of work. */
export interface Timed {
  readonly images: number;
  readonly seconds: number;
}

/** The same with the process's CPU time over all threads. */
export interface TimedCpu extends Timed {
  readonly cpuSeconds: number;
}

export function rate({ images, seconds }: Timed): number {
  return images / seconds;
}

/** Core-seconds per image. */
export function coreSeconds({ images, cpuSeconds }: TimedCpu): number {
  return cpuSeconds / images;
}

/**
 * Images per second that a machine could reach if inference and decoding shared its cores without loss: cores divided by the
 * core-seconds per image of both.
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
