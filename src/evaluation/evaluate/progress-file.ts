import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { removeStaleFiles } from "../../foundation/files/stale-files.ts";
import { progressFolder, type RunProgress } from "./run-progress.ts";

/** milliseconds between writes */
const WRITE_INTERVAL = 2000;

export type ProgressState = Pick<RunProgress, "phase" | "checkpoints" | "benchmark" | "done" | "total">;

export interface ProgressFile {
  update(state: ProgressState): void;
  /** Removes the file. */
  close(): Promise<void>;
}

/**
 * Maintains a small file in the results folder with the progress of this evaluation, for `report --watch`. It is
 * written at most every two seconds and removed at the end. A failure to write it does not fail the evaluation.
 */
export function openProgressFile(out: string): ProgressFile {
  const folder = progressFolder(out);
  // An empty results folder that existed before is kept
  const made = [folder, out].filter((place) => !existsSync(place));
  const path = join(folder, `${process.pid}-${randomBytes(4).toString("hex")}.json`);
  const started = new Date().toISOString();
  let phase: { readonly name: string; readonly at: number; readonly done: number } | null = null;
  let written = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> = Promise.resolve();
  let busy = false;
  return {
    update(state) {
      const now = performance.now();
      if (phase?.name !== state.phase) phase = { name: state.phase, at: now, done: state.done };
      if (busy || now - written < WRITE_INTERVAL) return;
      busy = true;
      written = now;
      const seconds = (now - phase.at) / 1000;
      const progress: RunProgress = {
        schema: 1,
        ...state,
        per_second: seconds > 0 ? (state.done - phase.done) / seconds : null,
        host: hostname(),
        pid: process.pid,
        started,
        updated: new Date().toISOString(),
      };
      writing = atomicWrite(path, `${JSON.stringify(progress)}\n`)
        .catch(() => {})
        .finally(() => {
          busy = false;
        });
    },
    async close() {
      await writing;
      await rm(path, { force: true }).catch(() => {});
      await removeStaleFiles(folder);
      // Removes folders created for this file; other folders are not empty and stay
      for (const place of made) await rmdir(place).catch(() => {});
    },
  };
}
