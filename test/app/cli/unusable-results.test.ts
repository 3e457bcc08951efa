import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { binomialInterval } from "../../../src/foundation/statistics/binomial-interval.ts";
import { temporaryFolder } from "../../helpers.ts";
import { makeResults } from "../../output/make-results.ts";
import { readPage } from "../../output/report/read-page.ts";
import { shiftline } from "./run-cli.ts";

const place = (out: string, checkpoint: string, benchmark: string, protocol: string) =>
  join(out, checkpoint, benchmark, protocol, "openai-80");
const made = (...checkpoints: string[]) =>
  makeResults(join(temporaryFolder(), "results"), { checkpoints, imagesPerClass: 1 });

function change(path: string, edit: (text: string) => string): void {
  writeFileSync(path, edit(readFileSync(path, "utf8")));
}

/** 55 of the images right, for any content of the file. */
function believing(value: number, correct: number) {
  return (text: string) => {
    const metrics = JSON.parse(text);
    Object.assign(metrics.metrics[0], { value, correct });
    return JSON.stringify(metrics);
  };
}

describe("unusable results", () => {
  it("do not affect others: fit and report name them, use the rest, and exit with status 1", async () => {
    const out = made("a", "b");
    change(join(place(out, "a", "imagenet-r", "200"), "metrics.json"), believing(0.99, 110));
    change(join(place(out, "a", "imagenet-a", "200"), "metrics.json"), (text) => text.slice(0, 40));
    change(join(place(out, "b", "imagenet-v2", "1000"), "run.json"), () => "[]");
    const named = [
      /^warning: \S+imagenet-a\S+metrics\.json: not JSON.*; left out: evaluate it again, or move it$/m,
      /^warning: \S+imagenet-r\S+metrics\.json: top1 .*110 of 200 images.*; left out/m,
      /^warning: \S+imagenet-v2\S+run\.json: .*; left out/m,
    ];
    const fit = await shiftline(["fit", out, "--quiet"]);
    for (const message of named) expect(fit.stderr).toMatch(message);
    expect(fit.stderr).toMatch(
      /^shiftline: 3 results were left out, see the warnings above; everything else is done: /m,
    );
    expect(fit.status).toBe(1);
    const rows = readFileSync(join(out, "robustness.csv"), "utf8");
    expect(rows).toMatch(/^a,imagenet-v2,/m);
    expect(rows).toMatch(/^b,imagenet-r,/m);
    expect(rows).not.toMatch(/^a,imagenet-[ra],|^b,imagenet-v2,/m);

    const report = await shiftline(["report", out, "--quiet", "--no-figures", "--json"]);
    for (const message of named) expect(report.stderr).toMatch(message);
    expect(report.status).toBe(1);
    expect(JSON.parse(report.stdout)).toMatchObject({
      checkpoints: 2,
      warnings: [{}, {}, {}].map(() => expect.any(String)),
    });
    const data = readPage(join(out, "report.html")).data;
    expect(
      data.results
        .filter(({ checkpoint }) => checkpoint === "a")
        .map(({ benchmark }) => benchmark)
        .sort(),
    ).toEqual([...["imagenet", "imagenet-sketch", "imagenet-v2", "objectnet"]]);
    expect(data.notes.filter(({ severity }) => severity === "warning")).toHaveLength(3);
  }, 60_000);

  it("are detected in predictions.csv too: wrong top-1, top-5, mean recall, duplicate image, duplicate column", async () => {
    const out = made("a", "b", "c", "d", "e", "f");
    const predictions = (checkpoint: string) => join(place(out, checkpoint, "imagenet-r", "200"), "predictions.csv");
    const metrics = (checkpoint: string) => join(place(out, checkpoint, "imagenet-r", "200"), "metrics.json");
    const addMetric = (checkpoint: string, metric: object) =>
      change(metrics(checkpoint), (text) => {
        const content = JSON.parse(text);
        content.metrics.push(metric);
        return JSON.stringify(content);
      });
    change(predictions("a"), (text) => text.replace(/,(\d+),\d+(?=,\d+,\d+,\d+,\d+,0\.3)/, ",$1,199"));
    addMetric("b", {
      metric: "top5",
      value: 1,
      correct: 200,
      n: 200,
      ...binomialInterval(200, 200),
      interval: "clopper-pearson",
    });
    addMetric("c", {
      ...{ metric: "mean_per_class_recall", value: 0.99, correct: null, n: 200 },
      ...{ low: 0.98, high: 1, interval: "korn-graubard" },
    });
    change(predictions("d"), (text) => text.replaceAll("c7/image-7.jpeg", "c6/image-6.jpeg"));
    change(predictions("e"), (text) => text.replace("score5", "score4"));
    const report = await shiftline(["report", out, "--quiet", "--no-figures"]);
    for (const message of [
      /\/a\/\S+predictions\.csv: \d+ of 200 images are right, but metrics\.json in the same folder states \d+ of 200/,
      /\/b\/\S+predictions\.csv: \d+ of 200 images are right at top-5, but metrics\.json in the same folder states 200/,
      /\/c\/\S+predictions\.csv: its mean per-class recall is 0\.\d+, but metrics\.json in the same folder states 0\.99/,
      /\/d\/\S+predictions\.csv: image c6\/image-6\.jpeg appears twice/,
      /\/e\/\S+predictions\.csv: the column score4 appears twice/,
    ]) {
      expect(report.stderr).toMatch(message);
    }
    expect(report.status).toBe(1);
    const left = readPage(join(out, "report.html")).data.results.filter(({ benchmark }) => benchmark === "imagenet-r");
    expect(left.map(({ checkpoint }) => checkpoint)).toEqual(["f"]);
    // compare reads only its two checkpoints, and pairs the rest
    const compared = await shiftline(["compare", "a", "f", "--results", out]);
    expect(compared.stderr).toMatch(/^warning: \S+\/a\/imagenet-r\/\S+: \d+ of 200 images are right/m);
    expect(compared.stderr).not.toMatch(/\/[bcde]\//);
    expect(compared.stdout).toMatch(/^IN-V2, /m);
    expect(compared.stdout).not.toMatch(/^IN-R, /m);
    expect(compared.status).toBe(1);
    const only = await shiftline(["compare", "a", "f", "--results", out, "--benchmark", "imagenet-r"]);
    expect([only.status, only.stdout]).toEqual([1, ""]);
    expect(only.stderr).toMatch(/images are right, but metrics\.json.*have no result of the same benchmark/);
    expect((await shiftline(["compare", "f", "b", "--results", out, "--benchmark", "imagenet"])).status).toBe(0);
  }, 90_000);

  it("give no output if none is left, and list names them", async () => {
    const out = made("a");
    for (const [benchmark, protocol] of [
      ["imagenet", "1000"],
      ["imagenet-v2", "1000"],
      ["imagenet-r", "200"],
      ["imagenet-sketch", "1000"],
      ["imagenet-a", "200"],
      ["objectnet", "objectnet-names"],
    ] as const) {
      writeFileSync(join(place(out, "a", benchmark, protocol), "metrics.json"), "");
    }
    const fit = await shiftline(["fit", out]);
    expect(fit.stderr).toMatch(/no result can be used: .*not JSON/);
    expect([fit.status, fit.stdout]).toEqual([1, ""]);
    const list = await shiftline(["list", "checkpoints", "--results", out]);
    expect(list.stderr.match(/^warning: /gm)).toHaveLength(6);
    mkdirSync(join(out, "b"));
  }, 60_000);
});

describe("warnings of runs", () => {
  const warned = () => {
    const out = made("a", "b");
    const run = join(place(out, "a", "imagenet-r", "200"), "run.json");
    change(run, (text) => JSON.stringify({ ...JSON.parse(text), warnings: ["labels are in <another> order"] }));
    return out;
  };
  const TEXT = "a, imagenet-r 200, openai-80: labels are in <another> order";

  it("are printed by fit, compare and report under --quiet, and are in their JSON", async () => {
    const out = warned();
    for (const args of [
      ["fit", out],
      ["report", out, "--no-figures"],
      ["compare", "a", "b", "--results", out],
      ["compare", "a", "--results", out],
    ]) {
      const run = await shiftline([...args, "--quiet", "--json"]);
      expect(run.stderr).toBe(`warning: ${TEXT}\n`);
      expect(JSON.parse(run.stdout).warnings).toEqual([TEXT]);
      expect(run.status).toBe(0);
    }
    expect(readPage(join(out, "report.html")).data.warnings).toEqual([
      {
        ...{ severity: "warning", text: "labels are in <another> order" },
        about: {
          ...{ checkpoint: "a", benchmark: "imagenet-r", protocol: "200" },
          ...{ templates: "openai-80", classNames: "imagenet-openai" },
        },
      },
    ]);
    expect(readFileSync(join(out, "report.html"), "utf8")).toContain("labels are in &lt;another&gt; order</p>");
    // not about these two
    expect((await shiftline(["compare", "b", "--results", out, "--quiet"])).stderr).toBe("");
  }, 90_000);

  it("mark the affected figures in every format, the average too, and are printed below the table", async () => {
    const out = warned();
    const run = async (...args: string[]) => (await shiftline([...args, "--quiet"])).stdout;
    const text = await run("fit", out);
    expect(text.match(/^imagenet-\S+ .*[+−]\d+\.\d+!/gm)).toHaveLength(1);
    expect(text).toMatch(/^imagenet-r .*!/m);
    expect(text.match(/^average .*[+−]\d+\.\d+!/gm)).toHaveLength(1);
    expect(text).toContain(`\n! warning: ${TEXT}\n`);
    const markdown = await run("fit", out, "--format", "markdown");
    expect(markdown).toMatch(/^\| a \|.*\\!/m);
    expect(markdown).not.toMatch(/^\| b \|.*\\!/m);
    expect(markdown.trimEnd().split("\n").at(-1)).toMatch(/^- \\! warning: a, imagenet-r 200/);
    const latex = await run("fit", out, "--format", "latex");
    expect(latex).toMatch(/\\par\{\\footnotesize ! warning: a, imagenet-r 200.*\\par\}\n\\end\{table\}/);
    const pairs = await run("compare", "b", "a", "--results", out);
    expect(pairs).toMatch(/^IN-R, 200 of 30000 ! /m);
    expect(pairs).not.toMatch(/^IN, 1000 of 50000 !/m);
    expect(pairs).toContain(`\n! warning: ${TEXT}\n`);
    const csv = ["--format", "wide-csv"];
    for (const args of [
      ["fit", out, ...csv],
      ["compare", "a", "b", "--results", out, ...csv],
    ]) {
      expect(await run(...args)).not.toContain("!");
    }
  }, 90_000);
});
