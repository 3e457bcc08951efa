import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readText } from "../../foundation/files/read-text.ts";

const progressSchema = z.object({
  schema: z.literal(1),
  phase: z.enum(["prompts", "images", "scores"]),
  /** ids of the checkpoints at work */
  checkpoints: z.array(z.string()),
  /** id of the benchmark at work; null while prompts are embedded */
  benchmark: z.string().nullable(),
  /** of this phase, over the whole command; images count once for each checkpoint */
  done: z.number(),
  total: z.number(),
  /** since this phase began, prompts or images; null before the first */
  per_second: z.number().nullable(),
  host: z.string(),
  pid: z.number(),
  /** when the command began, and when this was written: ISO 8601, UTC */
  started: z.string(),
  updated: z.string(),
});

/** How far an evaluation under way is, as it last said itself. */
export type RunProgress = z.infer<typeof progressSchema>;

/** An evaluation writes every few seconds while it works; one batch of a large graph may take longer. */
const STALE_AFTER = 10 * 60e3; // ms

/** Where evaluations that write their results to `out` say how far they are. */
export function progressFolder(out: string): string {
  return join(out, ".progress");
}

/**
 * The evaluations under way that write to a results folder, the oldest first. A run that was killed leaves its file:
 * `stale` marks those that have said nothing for ten minutes. Files that cannot be read are skipped.
 *
 * @param now  ms since 1970
 */
export async function readProgress(
  out: string,
  now: number = Date.now(),
): Promise<(RunProgress & { readonly stale: boolean })[]> {
  const folder = progressFolder(out);
  const names = await readdir(folder).catch(() => [] as string[]);
  const runs: (RunProgress & { readonly stale: boolean })[] = [];
  for (const name of names.filter((entry) => entry.endsWith(".json")).sort()) {
    const progress = parseProgress(await readText(join(folder, name)).catch(() => ""));
    if (progress !== null) runs.push({ ...progress, stale: now - Date.parse(progress.updated) > STALE_AFTER });
  }
  return runs.sort((a, b) => Date.parse(a.started) - Date.parse(b.started));
}

function parseProgress(text: string): RunProgress | null {
  try {
    const parsed = progressSchema.safeParse(JSON.parse(text));
    return parsed.success && Number.isFinite(Date.parse(parsed.data.updated)) ? parsed.data : null;
  } catch {
    return null;
  }
}
