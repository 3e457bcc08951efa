import { shellQuote } from "./shell-quote.ts";
import type { TaskSize } from "./task-size.ts";
import type { JobFile } from "./write-jobs.ts";

/** What a manifest is made of; members that are undefined are left out. */
type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A persistent volume claim, and where the pods see it. */
export interface VolumeClaim {
  readonly name: string;
  /** absolute path in the pods */
  readonly path: string;
  readonly readOnly: boolean;
}

export interface KubernetesPlan {
  readonly name: string;
  readonly namespace?: string;
  /** an image that has `shiftline` on its PATH */
  readonly image: string;
  /** the arguments of `evaluate`, without `--shard`; paths as the pods see them */
  readonly evaluate: readonly string[];
  /** the arguments of `report` */
  readonly report: readonly string[];
  readonly claims: readonly VolumeClaim[];
  readonly size: Omit<TaskSize, "minutes">;
  /** most pods at once; all where absent */
  readonly maxParallel?: number;
  /** the environment variable that tells a pod the number of shards */
  readonly shardsVariable: string;
}

/** Tries of a pod beyond the first. Evictions and drained nodes are not counted. */
const RETRIES = 3;
/** Seconds between SIGTERM and SIGKILL: enough to finish a batch and flush. */
const GRACE = 120;
/** Exit statuses of mistakes that another try, or another pod, would only repeat: what the user can mend, and usage. */
const PERMANENT_FAILURES = [1, 2];

/**
 * The manifests of a sweep: an Indexed Job that embeds, a Job that merges, scores and reports, and the commands that apply
 * one after the other.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/
 */
export function kubernetesManifests(plan: KubernetesPlan): JobFile[] {
  return [
    { name: "embed.json", content: toText(embedJob(plan)) },
    { name: "merge.json", content: toText(mergeJob(plan)) },
    { name: "apply.sh", content: applyScript(plan) },
  ];
}

/** kubectl takes JSON as it takes YAML, where a text could turn into a number, a date or a boolean. */
function toText(manifest: Json): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function embedJob(plan: KubernetesPlan): Json {
  const { size, maxParallel, shardsVariable } = plan;
  const embed = container(plan, "embed", ["evaluate", `--threads=${size.cpus}`, "--shard=auto", ...plan.evaluate]);
  const env = [{ name: shardsVariable, value: String(size.shards) }];
  return job(plan, "embed", {
    completionMode: "Indexed",
    completions: size.shards,
    parallelism: Math.min(maxParallel ?? size.shards, size.shards),
    backoffLimitPerIndex: RETRIES,
    podFailurePolicy: failurePolicy("embed"),
    template: podTemplate(plan, { containers: [{ ...embed, env }] }),
  });
}

function mergeJob(plan: KubernetesPlan): Json {
  const merge = container(plan, "merge", ["evaluate", `--threads=${plan.size.cpus}`, ...plan.evaluate]);
  const report = container(plan, "report", ["report", ...plan.report]);
  return job(plan, "merge", {
    backoffLimit: RETRIES,
    podFailurePolicy: failurePolicy("merge"),
    template: podTemplate(plan, { initContainers: [merge], containers: [report] }),
  });
}

function job({ name, namespace }: KubernetesPlan, step: string, spec: { readonly [key: string]: Json }): Json {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: `${name}-${step}`, namespace, labels: { "app.kubernetes.io/name": "shiftline" } },
    spec,
  };
}

function failurePolicy(containerName: string): Json {
  return {
    rules: [
      { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
      { action: "FailJob", onExitCodes: { containerName, operator: "In", values: PERMANENT_FAILURES } },
    ],
  };
}

function podTemplate({ claims }: KubernetesPlan, containers: { readonly [key: string]: Json }): Json {
  return {
    metadata: { labels: { "app.kubernetes.io/name": "shiftline" } },
    spec: {
      restartPolicy: "Never",
      terminationGracePeriodSeconds: GRACE,
      ...containers,
      volumes: [...new Set(claims.map((claim) => claim.name))].map((claimName) => ({
        name: volumeName(claims, claimName),
        persistentVolumeClaim: { claimName },
      })),
    },
  };
}

function container(
  { image, size, claims }: KubernetesPlan,
  name: string,
  args: readonly string[],
): { readonly [key: string]: Json } {
  const resources = { cpu: String(size.cpus), memory: `${size.memory}Mi` };
  return {
    name,
    image,
    command: ["shiftline", ...args].map(withoutExpansion),
    resources: { requests: resources, limits: resources },
    volumeMounts: claims.map((claim) => ({
      name: volumeName(claims, claim.name),
      mountPath: claim.path,
      ...(claim.readOnly ? { readOnly: true } : {}),
    })),
  };
}

/** Kubernetes would put a variable's value in the place of "$(NAME)"; "$$(" stands for "$(". */
function withoutExpansion(word: string): string {
  return word.replaceAll("$(", "$$$$(");
}

/** A claim's name may be longer, and have dots, where a volume's may not. */
function volumeName(claims: readonly VolumeClaim[], name: string): string {
  return `claim-${[...new Set(claims.map((claim) => claim.name))].indexOf(name)}`;
}

function applyScript({ name, namespace }: KubernetesPlan): string {
  const kubectl = ["kubectl", ...(namespace === undefined ? [] : [`--namespace=${namespace}`])]
    .map(shellQuote)
    .join(" ");
  return `#!/usr/bin/env bash
# Applies the Job that embeds, waits for its end however it ends, then applies the Job that merges: it makes what is missing.
set -euo pipefail
cd -- "$(dirname -- "\${BASH_SOURCE[0]}")"
${kubectl} apply -f embed.json
while ! ${kubectl} get job ${name}-embed -o 'jsonpath={.status.conditions[?(@.status=="True")].type}' | grep -qE 'Complete|Failed'; do
  sleep 15
done
${kubectl} apply -f merge.json
`;
}
