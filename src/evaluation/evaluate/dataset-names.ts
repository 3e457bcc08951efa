import type { Benchmark } from "../../data/benchmark/benchmark.ts";

/** ImageNet's data set names, which its shifts share. */
const IMAGENET_NAMES = "imagenet-openai";

/**
 * Returns possible names of a benchmark's data set in files with several, most likely first. CLIP_benchmark uses
 * ImageNet's class names and templates, `imagenet1k`, also for its shifts.
 */
export function datasetNames({ id, protocols }: Pick<Benchmark, "id" | "protocols">): string[] {
  const isImagenet = protocols.some(({ classNames }) => classNames === IMAGENET_NAMES);
  const shared = isImagenet ? ["imagenet1k", "imagenet"] : [];
  return [...new Set([id, id.replaceAll("-", "_"), id.replaceAll("-", ""), ...shared])];
}
