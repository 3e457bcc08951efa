import { isAbsolute, join, posix } from "node:path";
import { InputError } from "../../foundation/errors.ts";
import { printable } from "../../output/tables/text-table.ts";
import { kubernetesManifests, type VolumeClaim } from "../cluster/kubernetes-manifests.ts";
import { SHARDS_VARIABLE } from "../cluster/shard-environment.ts";
import { shellLine } from "../cluster/shell-quote.ts";
import { writeJobs } from "../cluster/write-jobs.ts";
import { type EvaluateCommandOptions, evaluateArguments } from "./evaluate-arguments.ts";

/** Options of `shiftline submit kubernetes`, as parsed from the command line. */
export interface SubmitKubernetesOptions extends EvaluateCommandOptions {
  readonly jobs: string;
  readonly image: string;
  readonly claim?: [string, string][];
  readonly readOnlyClaim?: [string, string][];
  readonly jobName: string;
  readonly namespace?: string;
  readonly shards?: number;
  readonly cpus: number;
  /** MiB */
  readonly memory?: number;
  readonly maxParallel?: number;
}

const SHARDS = 8;
const MEMORY = 8192; // MiB
/** Valid names of Kubernetes objects (RFC 1123), short enough for the suffix "-embed" and that of a pod. */
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/;
const CLAIM_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** Runs `shiftline submit kubernetes`. Reads no inputs, because paths refer to the pods' file systems. */
export async function submitKubernetes(checkpoints: string[], command: SubmitKubernetesOptions): Promise<void> {
  const { jobs, image, claim, readOnlyClaim, jobName, namespace, shards, cpus, memory, maxParallel, ...evaluate } =
    command;
  const claims = [...toClaims(claim ?? [], false), ...toClaims(readOnlyClaim ?? [], true)];
  for (const name of [jobName, ...(namespace === undefined ? [] : [namespace])]) {
    if (!OBJECT_NAME.test(name))
      throw new InputError(`"${name}": expected up to 40 lower-case letters, digits and "-"`);
  }
  checkPaths(checkpoints, evaluate, claims);
  const manifests = kubernetesManifests({
    name: jobName,
    ...(namespace === undefined ? {} : { namespace }),
    image,
    evaluate: evaluateArguments(checkpoints, evaluate),
    report: [`--results=${command.out}`],
    claims,
    size: { shards: shards ?? SHARDS, cpus, memory: memory ?? MEMORY },
    ...(maxParallel === undefined ? {} : { maxParallel }),
    shardsVariable: SHARDS_VARIABLE,
  });
  await writeJobs(jobs, manifests);
  process.stderr.write(`written to ${printable(jobs)}\n`);
  process.stdout.write(`${shellLine(["bash", join(jobs, "apply.sh")])}\n`);
}

function toClaims(pairs: readonly (readonly [string, string])[], readOnly: boolean): VolumeClaim[] {
  return pairs.map(([name, path]) => {
    if (!CLAIM_NAME.test(name)) throw new InputError(`"${name}": not the name of a persistent volume claim`);
    if (!isAbsolute(path)) throw new InputError(`claim ${name}: expected an absolute path in the pods, got "${path}"`);
    return { name, path: posix.normalize(path), readOnly };
  });
}

/**
 * Checks that output paths are below a writable claim, so that they outlive a pod and are visible to all pods. Inputs
 * may be in the image.
 */
function checkPaths(
  checkpoints: readonly string[],
  { data, dataDir, zipPasswordFile, out, store }: EvaluateCommandOptions,
  claims: readonly VolumeClaim[],
): void {
  const read = [...checkpoints, data, ...(dataDir ?? []).map(([, path]) => path), zipPasswordFile];
  const relative = [...read, out, store].find((path) => path !== undefined && !isAbsolute(path));
  if (relative !== undefined) throw new InputError(`${relative}: expected an absolute path in the pods`);
  const storePath = store ?? join(posix.dirname(out), ".shiftline", "store");
  for (const [option, path] of [
    ["--out", out],
    ["--store", storePath],
  ] as const) {
    const holder = claims.filter((claim) => isBelow(path, claim.path)).sort((a, b) => b.path.length - a.path.length)[0];
    if (holder !== undefined && !holder.readOnly) continue;
    throw new InputError(
      `${option} ${path}: not below the mount path of a --claim, so pods would not see each other's files`,
    );
  }
}

function isBelow(path: string, folder: string): boolean {
  const relative = posix.relative(folder, path);
  return relative !== ".." && !relative.startsWith("../");
}
