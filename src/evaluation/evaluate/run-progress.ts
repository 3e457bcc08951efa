import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readText } from "../../foundation/files/read-text.ts";

const progressSchema = z.object({
  schema: z.literal(1),
  phase: z.enum(["prompts", "images", "scores"]),
  /** ids of the current checkpoints */
  checkpoints: z.array(z.string()),
  /** id of the current benchmark; null while prompts are embedded */
  benchmark: z.string().nullable(),
  /** progress of this phase over the whole command; images count once per checkpoint */
  done: z.number(),
  total: z.number(),
  /** prompts or images per second since this phase began; null before the first */
  per_second: z.number().nullable(),
  host: z.string(),
  pid: z.number(),
  /** start time of the command, and time of this update: ISO 8601, UTC */
  started: z.string(),
  updated: z.string(),
});

/** Last reported progress of a running evaluation. */
export type RunProgress = z.infer<typeof progressSchema>;

/**
 * Milliseconds after which a progress file is stale. An evaluation updates it every few seconds; a batch of a large
 * graph may take longer.
 */
const STALE_AFTER = 10 * 60e3; // ms

/** Returns the folder of progress files of evaluations that write to `out`. */
export function progressFolder(out: string): string {
  return join(out, ".progress");
}

/**
 * Reads the progress of running evaluations that write to a results folder, oldest first. A killed run leaves its file;
 * `stale` marks files not updated for ten minutes. Unreadable files are skipped.
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
