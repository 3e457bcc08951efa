import type { RunProgress } from "./run-progress.ts";

/** Placeholder until merge */
export async function readProgress(_out: string): Promise<RunProgress[]> {
  return [];
}
