import { Job } from "kubernetes-models/batch/v1/Job";
import { describe, expect, it } from "vitest";
import { type KubernetesPlan, kubernetesManifests } from "../../../src/app/cluster/kubernetes-manifests.ts";

const plan: KubernetesPlan = {
  name: "sweep",
  namespace: "research",
  image: "registry.example.org/shiftline:1.0",
  evaluate: ["--data=/data", '--out=/vol/it\'s "results"', "--", "/models/vit b", "/models/$(HOME)"],
  report: ['--results=/vol/it\'s "results"'],
  claims: [
    { name: "data", path: "/data", readOnly: true },
    { name: "models.v2", path: "/models", readOnly: true },
    { name: "work", path: "/vol", readOnly: false },
  ],
  size: { shards: 16, cpus: 4, memory: 8192 },
  maxParallel: 5,
  shardsVariable: "SHIFTLINE_SHARDS",
};

/** The manifest, validated against the API's schema as the API server does. */
function validJob(files: readonly { name: string; content: string }[], name: string): Job {
  const text = files.find((file) => file.name === name)?.content as string;
  const job = new Job(JSON.parse(text));
  job.validate();
  return job;
}

describe("the Kubernetes manifests", () => {
  const files = kubernetesManifests(plan);

  it("conform to the API's schema, which rejects a wrong type", () => {
    const embed = validJob(files, "embed.json");
    validJob(files, "merge.json");
    const wrong = JSON.parse(JSON.stringify(embed));
    wrong.spec.backoffLimitPerIndex = "3";
    expect(() => new Job(wrong).validate()).toThrow(/backoffLimitPerIndex must be integer/);
    delete wrong.spec.backoffLimitPerIndex;
    delete wrong.spec.podFailurePolicy.rules[0].action;
    expect(() => new Job(wrong).validate()).toThrow(/action/);
  });

  it("embed with an index and the number of shards; pods retry separately and input errors end the Job", () => {
    const { metadata, spec } = validJob(files, "embed.json");
    expect(metadata).toMatchObject({ name: "sweep-embed", namespace: "research" });
    expect(spec).toMatchObject({ completionMode: "Indexed", completions: 16, parallelism: 5, backoffLimitPerIndex: 3 });
    // The API refuses a podFailurePolicy with any other restartPolicy
    expect(spec?.template.spec?.restartPolicy).toBe("Never");
    const container = spec?.template.spec?.containers[0];
    expect(spec?.podFailurePolicy?.rules.map((rule) => rule.action)).toEqual(["Ignore", "FailJob"]);
    expect(spec?.podFailurePolicy?.rules[1]?.onExitCodes?.containerName).toBe(container?.name);
    expect(container?.env).toEqual([{ name: "SHIFTLINE_SHARDS", value: "16" }]);
    expect(container?.resources?.limits).toEqual({ cpu: "4", memory: "8192Mi" });
    expect(container?.command).toEqual([
      ...["shiftline", "evaluate", "--threads=4", "--shard=auto", "--data=/data"],
      ...['--out=/vol/it\'s "results"', "--", "/models/vit b", "/models/$$(HOME)"],
    ]);
  });

  it("mount each claim at its path, under a volume's name", () => {
    const pod = validJob(files, "embed.json").spec?.template.spec;
    expect(pod?.volumes?.map((volume) => volume.persistentVolumeClaim?.claimName)).toEqual([
      "data",
      "models.v2",
      "work",
    ]);
    for (const volume of pod?.volumes ?? []) expect(volume.name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    expect(pod?.containers[0]?.volumeMounts?.map(({ mountPath, readOnly }) => [mountPath, readOnly ?? false])).toEqual([
      ["/data", true],
      ["/models", true],
      ["/vol", false],
    ]);
  });

  it("merge and score first, then report", () => {
    const pod = validJob(files, "merge.json").spec?.template.spec;
    expect(pod?.initContainers?.[0]?.command?.slice(0, 3)).toEqual(["shiftline", "evaluate", "--threads=4"]);
    expect(pod?.initContainers?.[0]?.command).not.toContain("--shard=auto");
    expect(pod?.containers[0]?.command).toEqual(["shiftline", "report", '--results=/vol/it\'s "results"']);
  });
});
