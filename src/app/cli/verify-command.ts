import { readAllocation } from "../../evaluation/evaluate/allocation.ts";
import { InputError } from "../../foundation/errors.ts";
import { formatVerification } from "../certification/verification-text.ts";
import { verifyData } from "../certification/verify-data.ts";
import { toRecord } from "./evaluate-arguments.ts";
import { printJson, printText } from "./print-result.ts";
import { startProgress } from "./progress-reporter.ts";
import { listenForStop } from "./stop-signals.ts";
import { answerStop } from "./supervised-process.ts";

export interface VerifyCommandOptions {
  readonly dataDir?: readonly (readonly [string, string])[];
  readonly zipPasswordFile?: string;
  readonly benchmark?: readonly string[];
  readonly manifest?: string;
  readonly accept?: boolean;
  readonly deep?: boolean;
  /** default: `.shiftline/store` */
  readonly store?: string;
  readonly threads?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Runs `shiftline verify`. Exit status 1 if a copy is not certified. */
export async function runVerify(root: string | undefined, options: VerifyCommandOptions): Promise<void> {
  if (root === undefined && options.dataDir === undefined) {
    throw new InputError(
      "nothing to verify: name the folder that holds the benchmarks, or one with --data-dir ID=PATH",
    );
  }
  const { benchmark, manifest, accept, deep, store = ".shiftline/store", threads = readAllocation().threads } = options;
  const progress = startProgress({ quiet: options.quiet ?? false, isBrief: true });
  const stop = listenForStop((text) => progress.note(text), answerStop);
  const verification = await verifyData(root, {
    store,
    threads,
    dataDirs: toRecord(options.dataDir ?? [], "--data-dir"),
    zipPasswordFile: options.zipPasswordFile,
    ...(benchmark === undefined ? {} : { benchmarks: benchmark }),
    ...(manifest === undefined ? {} : { manifest }),
    ...(accept === undefined ? {} : { accept }),
    ...(deep === undefined ? {} : { deep }),
    onProgress: ({ benchmark: id, done, total }) => progress.update({ task: id, unit: "images", done, total }),
    checkStopped: () => stop.signal.throwIfAborted(),
  }).finally(() => {
    progress.stop();
    stop.dispose();
  });
  if (options.json) printJson(verification);
  else printText(formatVerification(verification));
  if (!verification.certified) process.exitCode = 1;
}
