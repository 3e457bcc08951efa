import { readAllocation } from "../../evaluation/evaluate/allocation.ts";
import { InputError } from "../../foundation/errors.ts";
import { atomicWrite } from "../../foundation/files/atomic-write.ts";
import { compareSets } from "../certification/compare-sets.ts";
import { formatComparison, formatPairs } from "../certification/comparison-text.ts";
import { formatVerification } from "../certification/verification-text.ts";
import { verifyData } from "../certification/verify-data.ts";
import { toRecord } from "./evaluate-arguments.ts";
import { printJson, printText } from "./print-result.ts";
import { type ProgressReporter, startProgress } from "./progress-reporter.ts";
import { listenForStop } from "./stop-signals.ts";
import { answerStop } from "./supervised-process.ts";

export interface VerifyCommandOptions {
  readonly dataDir?: readonly (readonly [string, string])[];
  readonly benchmark?: readonly string[];
  readonly manifest?: string;
  readonly accept?: boolean;
  readonly deep?: boolean;
  readonly zipPasswordFile?: string;
  readonly against?: string;
  readonly threshold?: number;
  readonly checkpoint?: string;
  readonly out?: string;
  readonly store: string;
  readonly threads?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/**
 * Runs `shiftline verify`. The exit status is 1 if a copy is not certified, or the other set contains some of its
 * images.
 */
export async function runVerify(root: string | undefined, options: VerifyCommandOptions): Promise<void> {
  checkTogether(root, options);
  const progress = startProgress({ quiet: options.quiet ?? false, isBrief: true });
  const stop = listenForStop((text) => progress.note(text), answerStop);
  const checkStopped = () => stop.signal.throwIfAborted();
  try {
    const { against } = options;
    if (against === undefined) await verifyCopies(root, options, { progress, checkStopped });
    else await compareWith(root, against, options, { progress, checkStopped });
  } finally {
    progress.stop();
    stop.dispose();
  }
}

interface Hooks {
  readonly progress: ProgressReporter;
  readonly checkStopped: () => void;
}

async function verifyCopies(root: string | undefined, options: VerifyCommandOptions, hooks: Hooks): Promise<void> {
  const { manifest, accept, deep } = options;
  const verification = await verifyData(root, {
    ...commonOptions(options, hooks),
    ...(manifest === undefined ? {} : { manifest }),
    ...(accept === undefined ? {} : { accept }),
    ...(deep === undefined ? {} : { deep }),
    onProgress: ({ benchmark, done, total }) => hooks.progress.update({ task: benchmark, unit: "images", done, total }),
  });
  hooks.progress.stop();
  if (options.json) printJson(verification);
  else printText(formatVerification(verification));
  if (!verification.certified) process.exitCode = 1;
}

async function compareWith(
  root: string | undefined,
  against: string,
  options: VerifyCommandOptions,
  hooks: Hooks,
): Promise<void> {
  const { threshold, checkpoint, out } = options;
  const comparison = await compareSets(root, against, {
    ...commonOptions(options, hooks),
    ...(threshold === undefined ? {} : { threshold }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    onProgress: ({ set, done, total }) => hooks.progress.update({ task: set, unit: "images", done, total }),
  });
  hooks.progress.stop();
  if (out !== undefined) await atomicWrite(out, formatPairs(comparison.pairs));
  if (options.json) printJson(comparison);
  else printText(formatComparison(comparison, options.store));
  if (comparison.same + comparison.near > 0) process.exitCode = 1;
}

function commonOptions(options: VerifyCommandOptions, { checkStopped }: Hooks) {
  const { benchmark, zipPasswordFile, store, threads = readAllocation().threads } = options;
  return {
    store,
    threads,
    dataDirs: toRecord(options.dataDir ?? [], "--data-dir"),
    ...(benchmark === undefined ? {} : { benchmarks: benchmark }),
    ...(zipPasswordFile === undefined ? {} : { zipPasswordFile }),
    checkStopped,
  };
}

/** @throws InputError for options that cannot be combined */
function checkTogether(root: string | undefined, options: VerifyCommandOptions): void {
  if (root === undefined && options.dataDir === undefined) {
    throw new InputError(
      "nothing to verify: specify the folder that contains the benchmarks, or a benchmark with --data-dir ID=PATH",
    );
  }
  const { against, manifest, accept, deep, threshold, checkpoint, out } = options;
  const idle = (names: Readonly<Record<string, unknown>>) =>
    Object.keys(names).find((name) => names[name] !== undefined);
  if (against === undefined) {
    const name = idle({ "--threshold": threshold, "--checkpoint": checkpoint, "--out": out });
    if (name !== undefined) throw new InputError(`${name} requires --against OTHER`);
  } else {
    const name = idle({ "--manifest": manifest, "--accept": accept, "--deep": deep });
    if (name !== undefined)
      throw new InputError(`${name} certifies copies and cannot be combined with --against; run both separately`);
    if (out !== undefined && !/\.csv$/i.test(out))
      throw new InputError(`--out ${out}: expected a file with the extension .csv`);
  }
}
