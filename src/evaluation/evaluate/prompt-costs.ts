import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import type { Runtime } from "../../model/onnx/runtime.ts";
import { measurePrompts } from "./measure-speed.ts";
import { missingPrompts, type TextPlan } from "./text-plan.ts";

/** Minimum number of prompts for which a time estimate is worth a measurement. */
const MIN_PROMPTS = 10_000;
/** Number of prompts for measuring a text encoder: less than a second for a large one. */
const PROBE_PROMPTS = 64;

/**
 * Measures the cost of a prompt per checkpoint, so that the remaining time is accurate if a small checkpoint follows a
 * large one. Encoders of the same size are measured once. If all have the same size, or there is little to do, nothing
 * is measured.
 *
 * @returns seconds per prompt, or 1 for all
 */
export async function promptCosts(
  texts: readonly TextPlan[],
  runtime: Runtime,
): Promise<ReadonlyMap<TextPlan, number>> {
  const work = texts.filter(({ missing }) => missing > 0);
  const prompts = work.reduce((sum, { missing }) => sum + missing, 0);
  const bySize = new Map<number, TextPlan[]>();
  for (const text of work) {
    const size = textBytes(text.checkpoint);
    bySize.set(size, [...(bySize.get(size) ?? []), text]);
  }
  const costs = new Map(texts.map((text) => [text, 1]));
  if (bySize.size < 2 || prompts < MIN_PROMPTS) return costs;
  for (const sameSize of bySize.values()) {
    const [first] = sameSize as [TextPlan];
    const seconds = await tryToMeasure(first, runtime);
    if (seconds === null) return new Map(texts.map((text) => [text, 1]));
    for (const text of sameSize) costs.set(text, seconds);
  }
  return costs;
}

/** Returns null if the checkpoint fails, which is reported when it is evaluated. */
async function tryToMeasure(text: TextPlan, runtime: Runtime): Promise<number | null> {
  try {
    return await measurePrompts(text.checkpoint, await missingPrompts(text), runtime, PROBE_PROMPTS);
  } catch {
    return null;
  }
}

function textBytes({ files }: Checkpoint): number {
  const graph = files.filter((file) => file.role.startsWith("text"));
  return (graph.length > 0 ? graph : files).reduce((sum, file) => sum + file.bytes, 0);
}
