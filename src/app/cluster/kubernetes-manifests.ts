import { shellQuote } from "./shell-quote.ts";
import type { TaskSize } from "./task-size.ts";
import type { JobFile } from "./write-jobs.ts";

/** JSON values of a manifest; undefined members are left out. */
type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A persistent volume claim and its mount path. */
export interface VolumeClaim {
  readonly name: string;
  /** absolute mount path in the pods */
  readonly path: string;
  readonly readOnly: boolean;
}

export interface KubernetesPlan {
  readonly name: string;
  readonly namespace?: string;
  /** container image with `shiftline` on its PATH */
  readonly image: string;
  /** the arguments of `evaluate`, without `--shard`; paths in the pods */
  readonly evaluate: readonly string[];
  /** the arguments of `report` */
  readonly report: readonly string[];
  readonly claims: readonly VolumeClaim[];
  readonly size: Omit<TaskSize, "minutes">;
  /** maximum number of concurrent pods; default: all */
  readonly maxParallel?: number;
  /** environment variable for the number of shards */
  readonly shardsVariable: string;
}

/** Number of retries of a pod. Evictions and drained nodes are not counted. */
const RETRIES = 3;
/** Seconds between SIGTERM and SIGKILL: enough to finish a batch and flush. */
const GRACE = 120;
/** Exit statuses that a retry would only repeat: input errors and usage errors. */
const PERMANENT_FAILURES = [1, 2];

/**
 * Builds the manifests of a sweep: an Indexed Job that embeds, a Job that merges, scores and reports, and a script that
 * applies them in sequence.
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

/** Formats a manifest as JSON, which kubectl accepts; in YAML a text could be read as a number, a date or a boolean. */
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

/** Escapes a word: Kubernetes replaces "$(NAME)" with a variable's value; "$$(" means a literal "$(". */
function withoutExpansion(word: string): string {
  return word.replaceAll("$(", "$$$$(");
}

/** Returns a volume name. A claim's name may be longer and contain dots, which a volume's may not. */
function volumeName(claims: readonly VolumeClaim[], name: string): string {
  return `claim-${[...new Set(claims.map((claim) => claim.name))].indexOf(name)}`;
}

function applyScript({ name, namespace }: KubernetesPlan): string {
  const kubectl = ["kubectl", ...(namespace === undefined ? [] : [`--namespace=${namespace}`])]
    .map(shellQuote)
    .join(" ");
  return `#!/usr/bin/env bash
# Applies the Job that embeds, waits until it completes or fails, then applies the Job that merges, which makes missing embeddings.
set -euo pipefail
cd -- "$(dirname -- "\${BASH_SOURCE[0]}")"
${kubectl} apply -f embed.json
while ! ${kubectl} get job ${name}-embed -o 'jsonpath={.status.conditions[?(@.status=="True")].type}' | grep -qE 'Complete|Failed'; do
  sleep 15
done
${kubectl} apply -f merge.json
`;
}
