import type { Benchmark } from "../../data/benchmark/benchmark.ts";

/** ImageNet's names, which its shifts share. */
const IMAGENET_NAMES = "imagenet-openai";

/**
 * What a benchmark's data set may be called in files that have several, the likeliest first. CLIP_benchmark's have ImageNet's names and
 * templates for its shifts too, as `imagenet1k`.
 */
export function datasetNames({ id, protocols }: Pick<Benchmark, "id" | "protocols">): string[] {
  const isImagenet = protocols.some(({ classNames }) => classNames === IMAGENET_NAMES);
  const shared = isImagenet ? ["imagenet1k", "imagenet"] : [];
  return [...new Set([id, id.replaceAll("-", "_"), id.replaceAll("-", ""), ...shared])];
}
