import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { basename, dirname, join } from "node:path";
import sharp from "sharp";
import { onnxRuntimeVersion } from "../src/model/onnx/onnx-runtime.ts";
import { ROOT, runChild } from "./_child.ts";
import { waitForQuiet } from "./_quiet.ts";

/** The setting of a measurement, needed to judge and repeat it. */
export interface Setting {
  readonly command: string;
  readonly date: string;
  readonly commit: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly memoryGB: number;
    readonly platform: string;
    /** load average of the minute before */
    readonly load: number;
  };
  readonly versions: Readonly<Record<string, string>>;
}

/** Folder of the measurements: one file per benchmark with its raw rounds. */
export const MEASURED = join(ROOT, "bench", "measured");

/** Options of a measurement. */
export interface MeasureOptions {
  readonly write: boolean;
  /** run even on a busy machine, for a functional test; null if nothing is timed */
  readonly "any-load": boolean | null;
}

/**
 * Describes the current state of this machine; call it before the first timing. Waits until nothing else uses the machine.
 *
 * @throws if the machine stays busy, or figures from a busy machine would be written
 */
export async function describeSetting({ write, "any-load": anyLoad }: MeasureOptions): Promise<Setting> {
  if (write && anyLoad) throw new Error("figures from a busy machine are not written: omit --any-load");
  const load = Math.round((anyLoad === false ? await waitForQuiet() : (loadavg()[0] as number)) * 100) / 100;
  return {
    command: `npm run bench -- ${[benchName(), ...withoutPaths(process.argv.slice(2))].join(" ")}`,
    date: new Date().toISOString().slice(0, 10),
    commit: runChild("git", ["rev-parse", "--short", "HEAD"]).stdout.trim(),
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      cores: cpus().length,
      memoryGB: Math.round(totalmem() / 2 ** 30),
      platform: `${process.platform}-${process.arch}`,
      load,
    },
    versions: {
      node: process.versions.node,
      "onnxruntime-node": onnxRuntimeVersion(),
      sharp: sharp.versions.sharp ?? "unknown",
      libvips: sharp.versions.vips,
    },
  };
}

function benchName(): string {
  return basename(process.argv[1] as string, ".ts");
}

/** Arguments without paths of this machine. */
function withoutPaths(args: readonly string[]): string[] {
  const paths = ["--models", "--from"];
  return args.filter((arg, i) => !paths.includes(arg) && !paths.includes(args[i - 1] ?? ""));
}

export function writeMeasured(name: string, content: unknown): void {
  const path = join(MEASURED, `${name}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(content, null, 2)}\n`);
  console.error(`written: bench/measured/${name}.json`);
}

export function readMeasured<T>(name: string): T | null {
  try {
    return JSON.parse(readFileSync(join(MEASURED, `${name}.json`), "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
