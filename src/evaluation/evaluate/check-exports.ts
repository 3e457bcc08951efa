import { cpus } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../foundation/errors.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { readJson } from "../../foundation/files/read-text.ts";
import { sha256 } from "../../foundation/files/sha256.ts";
import { makeWarning, type Note } from "../../foundation/notes.ts";
import { CHECKS_VERSION, type ExportRun } from "../../model/checkpoint/check-export.ts";
import type { ExportCheck } from "../../model/checkpoint/export-checks.ts";
import type { Checkpoint } from "../../model/checkpoint/open-checkpoint.ts";
import { onnxRuntimeVersion } from "../../model/onnx/onnx-runtime.ts";
import { type Runtime, type RuntimeKind, runtimeKey } from "../../model/onnx/runtime.ts";
import type { Shard } from "../embedding/shard.ts";

export interface CheckExportsOptions {
  readonly runtime: Runtime;
  /** evaluate despite failed checks, which become warnings */
  readonly allowUnsound: boolean;
  /** folder that records passed checks */
  readonly memory: string;
  /** false to write nothing */
  readonly remember: boolean;
  /** Shards start at different checkpoints, so that each can reuse checks that the others recorded in the meantime. */
  readonly shard?: Shard;
  readonly checkStopped?: () => void;
  /** called after each checkpoint if the checks take some seconds */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Milliseconds before progress is reported; most checks take less. */
const SLOW = 3000;

/**
 * Checks every checkpoint's export before the long work, as `inspect` does. A checkpoint whose content already passed
 * on this processor, with this version of onnxruntime and of the checks, is not checked again.
 *
 * @returns a warning for each check that warned or, if allowed, failed
 * @throws InputError naming each checkpoint with failed checks
 */
export async function checkExports(checkpoints: readonly Checkpoint[], options: CheckExportsOptions): Promise<Note[]> {
  const startedAt = performance.now();
  const runs = new Map<Checkpoint, ExportRun>();
  const { index, count } = options.shard ?? { index: 0, count: 1 };
  const first = Math.floor((index * checkpoints.length) / count);
  for (const checkpoint of [...checkpoints.slice(first), ...checkpoints.slice(0, first)]) {
    options.checkStopped?.();
    runs.set(checkpoint, await recalledRun(checkpoint, options));
    if (performance.now() - startedAt > SLOW) options.onProgress?.(runs.size, checkpoints.length);
  }
  const notes: Note[] = [];
  const unsound: string[] = [];
  for (const checkpoint of checkpoints) {
    const checks = checkpoint.exportChecks(runs.get(checkpoint) as ExportRun);
    const about = { checkpoint: checkpoint.id };
    const warn = (word: string, { name, detail }: ExportCheck) =>
      notes.push(makeWarning(`${checkpoint.id}: ${word}: ${name}: ${detail}`, about));
    for (const check of checks.filter(({ status }) => status === "warning")) warn("check", check);
    const failed = checks.filter(({ status }) => status === "failed");
    if (options.allowUnsound) for (const check of failed) warn("failed check", check);
    else if (failed.length > 0) unsound.push(describeFailed(checkpoint, failed));
  }
  if (unsound.length === 0) return notes;
  throw new InputError(
    `${unsound.join("; ")}; fix it (shiftline inspect shows every check), or evaluate it anyway, with a warning in every table, with --allow-unsound`,
  );
}

function describeFailed({ path, weights }: Checkpoint, failed: readonly ExportCheck[]): string {
  return `${path}: ${weights === null ? "the export is" : "its weights are"} unsound: ${failed.map(({ name, detail }) => `"${name}" failed: ${detail}`).join("; ")}`;
}

async function recalledRun(checkpoint: Checkpoint, options: CheckExportsOptions): Promise<ExportRun> {
  const key = keyOf(checkpoint, options.runtime);
  const path = join(options.memory, `${key.slice(0, 16)}.json`);
  const known = await readRun(path, key);
  if (known !== null) return known;
  const run = await checkpoint.runExport(options.runtime);
  await checkpoint.checkUnchanged();
  const passed = [...run.checks.image, ...run.checks.text].every(({ status }) => status !== "failed");
  if (options.remember && passed) {
    const content = { key, run };
    // An unwritable store is reported when embeddings are written to it
    await atomicWrite(path, `${JSON.stringify({ ...content, check: checkOf(content) })}\n`).catch(() => {});
  }
  return run;
}

/** Returns a key of everything that determines the outcome: content and settings, the checks, and the runtime. */
function keyOf({ fingerprint, exportSettings }: Checkpoint, runtime: RuntimeKind): string {
  const machine = [process.platform, process.arch, cpus()[0]?.model ?? "unknown"];
  const run = [CHECKS_VERSION, fingerprint, exportSettings, onnxRuntimeVersion(), machine];
  return sha256(JSON.stringify([...run, ...runtimeKey(runtime)]));
}

const check = z.strictObject({ name: z.string(), status: z.enum(["ok", "warning"]), detail: z.string() });
const width = z.number().int().positive();
const noteSchema = z.strictObject({
  key: z.string(),
  run: z.strictObject({
    dimensions: z.strictObject({ image: width, text: width.nullable() }),
    ownLength: z.boolean().nullable(),
    paddingTakesPart: z.boolean().nullable(),
    checks: z.strictObject({ image: z.array(check).min(1), text: z.array(check) }),
  }),
  /** SHA-256 of the other fields */
  check: z.string(),
});

function checkOf(content: { readonly key: string; readonly run: ExportRun }): string {
  return sha256(JSON.stringify([content.key, content.run]));
}

/** Reads the record of this key; null if it is missing, damaged or for another key. */
async function readRun(path: string, key: string): Promise<ExportRun | null> {
  try {
    const parsed = noteSchema.parse(await readJson(path));
    return parsed.key === key && parsed.check === checkOf(parsed) ? parsed.run : null;
  } catch {
    return null;
  }
}
