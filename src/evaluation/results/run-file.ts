import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { readOwnTextIfThere } from "../../foundation/files/if-there.ts";
import { parseJson } from "../../foundation/files/parse-json.ts";
import type { ResultMetrics } from "./result-folder.ts";

const id = z.looseObject({ id: z.string() }).optional();

/** What other commands need of `run.json`. Every part may be missing: older versions wrote fewer. */
const runSchema = z.looseObject({
  schema: z.literal(1, { error: "not a run of schema 1, which is what this version reads" }).optional(),
  recipe: z.record(z.string(), z.unknown()).optional(),
  checkpoint: id,
  benchmark: z.looseObject({ id: z.string(), protocol: z.string() }).partial().optional(),
  prompts: z.looseObject({ templates: id, class_names: id }).optional(),
  images: z.looseObject({ n: z.number(), expected: z.number() }).partial().optional(),
  warnings: z.array(z.string()).default([]),
});

export type RunFile = z.infer<typeof runSchema>;

/**
 * Reads the `run.json` beside a result's metrics.
 *
 * @returns null where there is none
 * @throws InputError if it cannot be read, is of another form, or is of another result
 */
export async function readRun(folder: string, metrics: ResultMetrics): Promise<RunFile | null> {
  const path = join(folder, "run.json");
  const text = await readOwnTextIfThere(path);
  if (text === null) return null;
  const run = parseJson(text, path, runSchema);
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ["checkpoint", run.checkpoint?.id, metrics.checkpoint],
    ["benchmark", run.benchmark?.id, metrics.benchmark],
    ["protocol", run.benchmark?.protocol, metrics.protocol],
    ["templates", run.prompts?.templates?.id, metrics.templates],
    ["class names", run.prompts?.class_names?.id, metrics.class_names],
    ["images", run.images?.n, metrics.n],
    ["expected images", run.images?.expected, metrics.expected_n],
  ];
  const other = pairs.find(([, inRun, inMetrics]) => inRun !== undefined && inRun !== inMetrics);
  if (other === undefined) return run;
  throw new InputError(`${path}: ${other[0]}: ${other[1]}, but metrics.json beside it says ${other[2]}`);
}
