import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compareCheckpoints } from "../../../src/analysis/comparison/compare-checkpoints.ts";
import { type CompareCommandOptions, runCompare } from "../../../src/app/cli/compare-command.ts";
import { readCheckpointPredictions } from "../../../src/evaluation/results/read-predictions.ts";
import { sampleResult, writeSample } from "../../evaluation/results/sample-result.ts";
import { temporaryFolder } from "../../helpers.ts";
import { captured, shiftline } from "./run-cli.ts";

const HEADER = "image,label,top1,top2,top3,top4,top5,score1,score2,score3,score4,score5";

/** Which of the images a checkpoint gets right. */
type Right = (i: number) => boolean;

/** Writes results: "benchmark/protocol" → which images are right; their classes are 0 to 3 in turn. */
async function writeCheckpoint(out: string, checkpoint: string, rights: Record<string, Right>, images = 40) {
  for (const [place, isRight] of Object.entries(rights)) {
    const [benchmark, protocol] = place.split("/") as [string, string];
    const rows = Array.from({ length: images }, (_, i) => `c/${i}.jpg,${i % 4},${isRight(i) ? i % 4 : 9},,,,,0.3,,,,`);
    const correct = rows.filter((_, i) => isRight(i)).length;
    const metrics = sampleResult({ checkpoint, benchmark, protocol, n: images, expectedN: 50 }, correct);
    const predictions = `${[HEADER, ...rows].join("\n")}\n`;
    const run = { recipe: { fingerprint: checkpoint, benchmark_version: 1 } };
    await writeSample(out, metrics, run, predictions);
  }
}

async function results(): Promise<string> {
  const out = temporaryFolder();
  await writeCheckpoint(out, "vit", { "imagenet/1000": (i) => i < 28, "imagenet-r/200": (i) => i < 30 });
  await writeCheckpoint(out, "resnet", { "imagenet/1000": (i) => i < 26, "imagenet-r/200": (i) => i < 12 });
  await writeCheckpoint(out, "convnext", { "imagenet/1000": (i) => i > 10, "imagenet-v2/1000": (i) => i < 20 });
  return out;
}

const run = (checkpoints: readonly string[], options: CompareCommandOptions) =>
  captured(() => runCompare(checkpoints, options));

describe("shiftline compare", () => {
  it("pairs two checkpoints on the same images and reports which differences are significant", async () => {
    const { stdout, stderr } = await run(["vit", "path/to/resnet.onnx"], { results: await results() });
    expect(stderr).toBe("");
    expect(stdout).toContain("vit (first) minus resnet (second), prompts openai-80\n");
    expect(stdout).toContain("1 of 2 differences are significant (McNemar's exact test, Holm over 2)");
    expect(stdout).toMatch(/^IN, 40 of 50 +70\.00 +65\.00 +\+5\.00 +−\S+ … \+\S+ +0\.500 +0\.500$/m);
    expect(stdout).toMatch(/^IN-R, 40 of 50 +75\.00 +30\.00 +\+45\.00 +\+\S+ … \+\S+ +< 0\.0001 +< 0\.0001$/m);
    expect(stdout).toMatch(/^IN-R, 40 of 50 +12 +18 +0 +10 +/m);
    expect(stdout).toContain("IN, 40 of 50: first better: great white shark (7 against 6 of 10), ");
  });

  it("prints every figure of the library as JSON, with the images that only one checkpoint gets right", async () => {
    const folder = await results();
    const { stdout } = await run(["vit", "resnet"], { results: folder, json: true });
    const { comparisons, nearest, notes } = JSON.parse(stdout);
    const read = (name: string) => readCheckpointPredictions(folder, name);
    const { rows } = compareCheckpoints(await read("vit"), await read("resnet"));
    const figures = (row: object) => ({ ...row, classes: undefined });
    expect(comparisons.map(figures)).toEqual(JSON.parse(JSON.stringify(rows)).map(figures));
    expect(comparisons[0].onlyFirstImages).toEqual(["c/26.jpg", "c/27.jpg"]);
    expect(comparisons[0].classes.map((row: { label: string; name: string }) => [row.label, row.name])).toEqual([
      ["2", "great white shark"],
      ["3", "tiger shark"],
    ]);
    expect([nearest, notes]).toEqual([[], []]);
  });

  it("compares every pair of several checkpoints, or each with a reference, and names what is not compared", async () => {
    const folder = await results();
    const all = await run(["vit", "resnet", "convnext"], { results: folder, json: true });
    const pairs = (text: string) =>
      JSON.parse(text).comparisons.map((row: { first: string; second: string }) => [row.first, row.second]);
    expect(pairs(all.stdout)).toEqual([
      ["vit", "resnet"],
      ["vit", "resnet"],
      ["vit", "convnext"],
      ["resnet", "convnext"],
    ]);
    expect(all.stderr.split("\n")).toContain(
      "note: not compared, only convnext has it, not vit: imagenet-v2 1000, openai-80",
    );
    const referenceRun = await run(["vit", "convnext"], { results: folder, json: true, reference: "resnet" });
    expect(pairs(referenceRun.stdout)).toEqual([
      ["vit", "resnet"],
      ["vit", "resnet"],
      ["convnext", "resnet"],
    ]);
    const only = await run(["vit", "resnet"], { results: folder, json: true, benchmark: ["imagenet-r"] });
    expect(JSON.parse(only.stdout).comparisons).toHaveLength(1);
  });

  it("compares a checkpoint with the nearest model of a baseline, and reports that the comparison is unpaired", async () => {
    const folder = await results();
    const { stdout, stderr } = await run(["vit"], { results: folder });
    expect(stdout).toContain("vit and the model of openai-clip nearest in ImageNet accuracy");
    expect(stdout).toContain("unpaired: published accuracies do not state which images were correct");
    expect(stdout).toMatch(/^IN, 40 of 50 +RN50x16\/openai +70\.00 +70\.\d\d /m);
    expect(stderr).toContain("a different number of images than the published accuracy");
    const beside = await run(["vit", "resnet"], { results: folder, baseline: "imagenet-testbed", format: "csv" });
    expect(beside.stdout.match(/,unpaired,/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it.each(["text", "markdown", "latex", "csv", "wide-csv"])(
    "writes the same bytes from the same results: %s",
    async (format) => {
      const folder = await results();
      const first = await run(["vit", "resnet", "convnext"], { results: folder, format });
      expect(await run(["vit", "resnet", "convnext"], { results: folder, format })).toEqual(first);
      expect(first.stdout.endsWith("\n") && !first.stdout.endsWith("\n\n")).toBe(true);
      expect(first.stdout).toContain(
        {
          text: "(first) minus",
          markdown: "| checkpoint | IN | IN-V2 | IN-R |\n| :--- | ---: | ---: | ---: |\n| vit |",
          latex: "\\begin{tabular}{@{}lrrr@{}}\n\\toprule\ncheckpoint & IN & IN-V2 & IN-R \\\\\n\\midrule\nvit & ",
          csv: "first,second,pairing,benchmark,protocol,",
          "wide-csv": "\nvit,0.7,40 of 50,,,0.75,40 of 50\n",
        }[format] as string,
      );
    },
  );

  it("refuses what cannot be compared, and prints nothing", async () => {
    const folder = await results();
    const refuse = (checkpoints: readonly string[], options: CompareCommandOptions, message: RegExp) =>
      expect(run(checkpoints, { results: folder, ...options })).rejects.toThrow(message);
    await refuse(["vit", "bert"], {}, /no result of a checkpoint named "bert"; known: convnext, resnet, vit/);
    await refuse(["vit", "vit"], {}, /checkpoint vit is given twice/);
    await refuse(
      ["vit", "resnet"],
      { format: "html" },
      /unknown format "html"; known: text, markdown, latex, csv, wide/,
    );
    await refuse(["vit", "resnet"], { format: "csv", json: true }, /--json and --format csv exclude each other/);
    await refuse(
      ["vit", "resnet"],
      { benchmark: ["objectnet"] },
      /no result of "vit" on objectnet; it has results on imagenet/,
    );
    await refuse(["vit"], { baseline: "openai" }, /unknown baseline "openai"; known: imagenet-testbed, openai-clip/);
    await refuse(["vit"], { results: join(folder, "none") }, /no results here/);
    await writeCheckpoint(folder, "short", { "imagenet/1000": () => true }, 30);
  });

  it("compares the images that both have, and warns about the others", async () => {
    const folder = await results();
    await writeCheckpoint(folder, "short", { "imagenet/1000": () => true }, 30);
    const { stdout, stderr } = await run(["vit", "short"], { results: folder, quiet: true });
    expect(stderr).toMatch(
      /^warning: imagenet 1000, openai-80: vit and short: the images differ: 30 in both, 10 .* only those in both are compared$/m,
    );
    expect(stdout).toContain("IN, 30 of 50");
  });

  it("does not compare checkpoints evaluated with different versions or definitions of a benchmark, and reports it", async () => {
    const folder = await results();
    const path = join(folder, "resnet", "imagenet", "1000", "openai-80", "run.json");
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace('"benchmark_version": 1', '"benchmark_version": 2'));
    const version = await run(["vit", "resnet"], { results: folder, quiet: true, json: true });
    expect(version.stderr).toBe(
      "warning: not compared: imagenet 1000, openai-80: vit and resnet were evaluated with a different version of the benchmark (1 and 2); evaluate both in the same way\n",
    );
    expect(JSON.parse(version.stdout).comparisons).toMatchObject([{ benchmark: "imagenet-r" }]);
    await expect(run(["vit", "resnet"], { results: folder, benchmark: ["imagenet"] })).rejects.toThrow(
      /evaluate both in the same way/,
    );
    for (const [name, hash] of [
      ["resnet", "aaaaaaaaa"],
      ["vit", "bbbbbbbbb"],
    ] as const) {
      const definition = `"benchmark_version": 1, "definition": { "protocol": "${hash}" }`;
      writeFileSync(path.replace("resnet", name), text.replace('"benchmark_version": 1', definition));
    }
    expect((await run(["vit", "resnet"], { results: folder, quiet: true })).stderr).toContain(
      "a different definition of the benchmark, protocol (bbbbbbb and aaaaaaa)",
    );
  });

  it("runs as a command", async () => {
    const folder = await results();
    const { status, stdout } = await shiftline(["compare", "vit", "resnet", "--results", folder]);
    expect(status).toBe(0);
    expect(stdout).toContain("McNemar");
    const refused = await shiftline(["compare", "vit", "bert", "--results", folder]);
    expect(refused.stderr).toMatch(/^shiftline: .*no result of a checkpoint named "bert"/);
    expect(refused.status).toBe(1);
  });
});
