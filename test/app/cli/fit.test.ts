import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { sampleResult, writeSample } from "../../evaluation/results/sample-result.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { root, shiftline } from "./run-cli.ts";

/** what the tables were made from */
const RECORD = ".made-from.json";
const FILES = ["fits.csv", "influence.csv", "robustness.csv"];

/** benchmark, protocol, images, and how far below ImageNet its accuracy is in these tests */
const SETS = [
  ["imagenet", "1000", 50_000, 0],
  ["imagenet-v2", "1000", 10_000, 0.1],
  ["imagenet-r", "200", 30_000, -0.05],
  ["imagenet-sketch", "1000", 50_889, 0.2],
  ["imagenet-a", "200", 7500, 0.25],
  ["objectnet", "objectnet-names", 18_574, 0.15],
] as const;

function accuraciesCsv(
  checkpoints: readonly string[],
  accuracy = (i: number) => 0.6 + (0.15 * i) / checkpoints.length,
) {
  const lines = ["checkpoint,benchmark,protocol,templates,class_names,metric,value,n"];
  checkpoints.forEach((checkpoint, i) => {
    for (const [benchmark, protocol, n, below] of SETS) {
      const name = `"${checkpoint.replaceAll('"', '""')}"`;
      lines.push(`${name},${benchmark},${protocol},openai-80,,top1,${accuracy(i) - below + 0.01 * (i % 3)},${n}`);
    }
  });
  return `${lines.join("\n")}\n`;
}

async function resultsFolder(
  checkpoints: readonly string[],
  recipeOf?: (checkpoint: string, benchmark: string) => object,
): Promise<string> {
  const out = temporaryFolder();
  for (const [i, checkpoint] of checkpoints.entries()) {
    for (const [benchmark, protocol, n, below] of SETS) {
      const correct = Math.round(n * (0.6 + 0.03 * i - below + 0.005 * (i % 2)));
      const templates = recipeOf === undefined ? "openai-80" : "mine";
      const metrics = sampleResult({ checkpoint, benchmark, protocol, templates, n }, correct);
      await writeSample(out, metrics, recipeOf === undefined ? {} : { recipe: recipeOf(checkpoint, benchmark) });
    }
  }
  return out;
}

describe("shiftline fit", () => {
  it("reports robustness against each of two in-distribution benchmarks, in every file and table", async () => {
    const folder = temporaryFolder();
    const study = ["--study", join(root, "examples", "emojishift", "study.json")];
    const sides = ["emoji-fluent-emoji-flat", "emoji-fluent-emoji"];
    const inputs = ["fit", join(root, "results", "emojishift"), ...study, "--group-by", "source"];
    const metadata = ["--metadata", join(root, "examples", "emojishift", "checkpoints.csv")];
    const run = await shiftline([...inputs, ...metadata, "--id", sides.join(","), "--out", folder]);
    expect(run.status, run.stderr).toBe(0);
    for (const title of ["Fluent flat", "Fluent 3-D"]) {
      expect(run.stdout).toContain(`checkpoints in percentage points against ${title}, sorted by average`);
    }
    const read = (name: string) =>
      parse(readFileSync(join(folder, name), "utf8"), { columns: true }) as Record<string, string>[];
    for (const name of ["fits.csv", "robustness.csv", "groups.csv", "group-tests.csv"]) {
      const rows = read(name);
      const of = (side: string) => rows.filter((row) => row.id_side === side).map(({ benchmark }) => benchmark);
      expect(of(sides[0] as string).length, name).toBeGreaterThan(0);
      expect([...new Set(of(sides[0] as string))], name).toEqual([...new Set(of(sides[1] as string))]);
      expect(rows.length, name).toBe(of(sides[0] as string).length + of(sides[1] as string).length);
      for (const { benchmark } of rows) expect(sides).not.toContain(benchmark);
    }
    const accuracies = parse(readFileSync(join(root, "results", "emojishift", "accuracies.csv"), "utf8"), {
      columns: true,
    }) as Record<string, string>[];
    const accuracyOf = (checkpoint: string | undefined, benchmark: string | undefined) =>
      accuracies.find((row) => row.checkpoint === checkpoint && row.benchmark === benchmark)?.value;
    for (const row of read("robustness.csv")) {
      expect(Number(row.id_accuracy)).toBe(Number(accuracyOf(row.checkpoint, row.id_side)));
    }
    const unknown = await shiftline([...inputs, ...metadata, "--id", "emoji-fluent"]);
    expect(unknown.status).toBe(1);
    expect(unknown.stderr).toMatch(/--id emoji-fluent: no such benchmark; known: emoji-/);
  });

  it("compares the published zoo with the OpenAI models, with the same bytes for the same input", async () => {
    const [first, second] = [temporaryFolder(), temporaryFolder()];
    const run = await shiftline(["fit", "openclip", "--out", first]);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toContain("Baseline openai-clip, group openai, templates openai-80, fitted on the logit scale");
    expect(run.stderr).toContain("their distance from it is a residual: ");
    expect(run.stderr).toContain(`written to ${first}: fits.csv, robustness.csv, influence.csv`);
    expect((await shiftline(["fit", "openclip", "--out", second, "--quiet"])).stderr).toBe("");
    expect(readdirSync(first).sort()).toEqual([RECORD, ...FILES]);
    for (const file of FILES) expect(readFileSync(join(second, file))).toEqual(readFileSync(join(first, file)));
  });

  it("reads a results folder, writes next to it and reports how far above the line each checkpoint is", async () => {
    const folder = await resultsFolder(["mine"]);
    const run = await shiftline(["fit", folder]);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/^mine: \d+\.\d points (above|below) the line on the average of the five shifts$/m);
    expect(run.stdout).toMatch(/^ {2}95 % interval \S+ … \S+, from finite images and the error of the line$/m);
    expect(readdirSync(folder).sort()).toEqual([RECORD, ...FILES.slice(0, 2), "mine", "robustness.csv"]);
    // its outputs are not read as input
    expect((await shiftline(["fit", folder])).stdout).toBe(run.stdout);
  });

  it("does not put two template sets or definitions of the same name on one line, and names both", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const folder = await resultsFolder(names, (checkpoint, benchmark) => ({
      benchmark_version: 1,
      templates_sha256: (checkpoint < "d" ? "1" : "2").repeat(64),
      definition: { protocol: (checkpoint === "f" && benchmark === "imagenet-r" ? "4" : "3").repeat(64) },
    }));
    const out = temporaryFolder();
    const run = await shiftline(["fit", folder, "--baseline", folder, "--out", out]);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stderr).toContain(
      "warning: 2 template sets have the name mine and are distinguished: mine (1111111) of a, b, c, mine (2222222) of d, e, f; rename",
    );
    expect(run.stderr).toMatch(
      /warning: imagenet-r 200 was evaluated with 2 definitions, which are distinguished: 200 of a, b, c and 2 more, 200 \([0-9a-f]{7}\) of f;/,
    );
    const rows = parse(readFileSync(join(out, "fits.csv"), "utf8"), { columns: true }) as Record<string, string>[];
    const lines = rows.map(({ benchmark, protocol, templates, n }) => [benchmark, protocol, templates, n].join(" "));
    expect(lines).toContain("imagenet-a 200 mine (1111111) 3");
    expect(lines).toContain("imagenet-a 200 mine (2222222) 3");
    expect(lines).toContain("imagenet-r 200 mine (1111111) 3");
    expect(rows.every(({ n }) => n === "3")).toBe(true);
  }, 30_000);

  it("takes a results folder and a CSV file as baselines", async () => {
    const folder = await resultsFolder(["a", "b", "c", "d"]);
    const csv = join(temporaryFolder(), "mine.csv");
    writeFileSync(csv, accuraciesCsv(["p", "q", "r", "s"]));
    const byFolder = await shiftline(["fit", csv, "--baseline", folder, "--out", temporaryFolder(), "--json"]);
    expect(byFolder.status, byFolder.stderr).toBe(0);
    const json = JSON.parse(byFolder.stdout);
    expect(json.lines.map((line: { n: number }) => line.n)).toEqual([4, 4, 4, 4, 4, 4]);
    expect(json.rows).toHaveLength(4 * 7);
    const byCsv = await shiftline(["fit", folder, "--baseline", csv, "--scale", "probit"]);
    expect(byCsv.status, byCsv.stderr).toBe(0);
    expect(byCsv.stdout).toContain("Baseline mine, templates openai-80, fitted on the probit scale");
  });

  it("fits a line per group, tests whether they differ, aggregates seeds and compares with one checkpoint", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `c${i}`);
    const metadata = [
      "checkpoint,data,run",
      ...names.map((name, i) => `${name},${i < 6 ? "=laion" : "yfcc"},run${i % 4}`),
    ];
    const folder = writeTree(temporaryFolder(), { "in.csv": accuraciesCsv(names), "meta.csv": metadata.join("\n") });
    const input = join(folder, "in.csv");
    const options = ["--group-by", "data", "--replicates", "run", "--metadata", join(folder, "meta.csv")];
    const run = await shiftline(["fit", input, ...options, "--relative-to", "c0", "--out", join(folder, "out")]);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toContain("lines by data: ");
    expect(run.stdout).toMatch(/^Relative robustness against c0/m);
    const read = (name: string) =>
      readFileSync(join(folder, "out", name), "utf8")
        .trimEnd()
        .split("\n");
    expect(read("groups.csv")).toHaveLength(1 + 6 * 2);
    expect(read("groups.csv")[1]).toMatch(/^data,'=laion,/);
    const tests = read("group-tests.csv");
    expect(tests.filter((line) => line.includes(",quick look,"))).toHaveLength(6 * 3);
    // Slopes and one line of each; heights where equal slopes are not rejected
    const decisions = tests.filter((line) => line.includes(",decision,"));
    expect(decisions.length).toBeGreaterThanOrEqual(6 * 2);
    expect(decisions.length).toBeLessThanOrEqual(6 * 3);
    expect(read("group-effects.csv")).toHaveLength(1 + 6 * 2);
    expect(read("replicates.csv")).toHaveLength(1 + 4 * 7);
    expect(read("relative.csv")).toHaveLength(1 + 11 * 6);
    expect(read("fits.csv").filter((line) => line.startsWith("checkpoints,"))).toHaveLength(6 * 2);
  });

  it("preserves names with commas, quotes and formulas", async () => {
    const names = ['a,b "c"', "=cmd|' /C calc'!A0", "d"];
    const folder = writeTree(temporaryFolder(), { "in.csv": accuraciesCsv(names) });
    const run = await shiftline(["fit", join(folder, "in.csv"), "--out", folder, "--json"]);
    expect(run.status, run.stderr).toBe(0);
    expect(new Set(JSON.parse(run.stdout).rows.map((row: { checkpoint: string }) => row.checkpoint))).toEqual(
      new Set(names),
    );
    expect(readFileSync(join(folder, "robustness.csv"), "utf8")).toContain("\n'=cmd|' /C calc'!A0,");
  });

  const good = accuraciesCsv(["a"]);
  const unknown = "model,benchmark,accuracy\na,imagenet,0.6\na,my-shift,0.5\n";
  it.each([
    [
      "an unknown baseline",
      good,
      ["--baseline", "openai"],
      /unknown baseline "openai"; known: imagenet-testbed, openai-clip, openclip/,
    ],
    ["a missing column", good.replace("benchmark", "set"), [], /in\.csv: expected the columns.*missing: benchmark/],
    [
      "percent",
      good.replace(/top1,[^,]+/, "top1,63.3"),
      [],
      /in\.csv: row 1: value: .*looks like percent: divide by 100/,
    ],
    [
      "rows that disagree",
      `${good}a,imagenet,1000,openai-80,,top1,0.123,50000\n`,
      [],
      /row 1 and .*row 7: a \(imagenet.*different accuracy/,
    ],
    [
      "no benchmark of the baseline",
      unknown,
      [],
      /nothing to compare with baseline openai-clip: .*no line for my-shift/,
    ],
    ["groups without metadata", good, ["--group-by", "data"], /--group-by data: specify the CSV file/],
    ["groups without a group column", good, ["--group-by", "group"], /have no column group/],
    ["metadata without a use", good, ["--metadata", "m.csv"], /no column is selected with --group-by, --replicates/],
    [
      "a margin without groups",
      good,
      ["--margin", "0.2"],
      /--margin applies to lines of groups; specify groups with --group-by/,
    ],
    ["an unknown reference", good, ["--relative-to", "b"], /unknown checkpoint "b" to compare with; known: a/],
  ])("refuses %s with status 1 and writes nothing", async (_, csv, options, message) => {
    const folder = writeTree(temporaryFolder(), { "in.csv": csv });
    const run = await shiftline(["fit", join(folder, "in.csv"), ...options, "--out", join(folder, "out")]);
    expect(run.stderr).toMatch(message);
    expect([run.status, run.stdout]).toEqual([1, ""]);
    expect(readdirSync(folder)).toEqual(["in.csv"]);
  });

  it("gives no table the name of another, such as mixtures without --mixture", async () => {
    const folder = writeTree(temporaryFolder(), { "in.csv": good });
    for (const name of ["mixtures.csv", "agreement.csv", "group-tests.csv"]) {
      const run = await shiftline(["fit", join(folder, "in.csv"), "--out", join(folder, name)]);
      expect(run.stderr).toContain(
        `--out ${name}: these options do not produce that table; they produce fits.csv, robustness.csv`,
      );
      expect([run.status, run.stdout]).toEqual([1, ""]);
    }
    expect(readdirSync(folder)).toEqual(["in.csv"]);
  });

  it("names what is missing, and a folder without accuracies", async () => {
    const folder = temporaryFolder();
    expect((await shiftline(["fit", join(folder, "none")])).stderr).toMatch(
      /none: no such file or folder; expected a results folder/,
    );
    expect((await shiftline(["fit", folder])).stderr).toMatch(
      /expected results \(metrics\.json files\) or CSV files of accuracies, found none/,
    );
  });

  it("takes 121 checkpoints in under 3 s and 10,000 in under 20 s of the processor", async () => {
    const folder = temporaryFolder();
    for (const [n, seconds] of [
      [121, 3],
      [10_000, 20],
    ] as const) {
      const input = join(folder, `${n}.csv`);
      writeFileSync(input, accuraciesCsv(Array.from({ length: n }, (_, i) => `c${i}`)));
      const begun = process.cpuUsage();
      const run = await shiftline(["fit", input, "--out", join(folder, String(n))]);
      expect(run.status, run.stderr).toBe(0);
      const { user, system } = process.cpuUsage(begun);
      expect((user + system) / 1e6).toBeLessThan(seconds);
    }
  });

  it("prints Markdown, LaTeX and a wide CSV with every checkpoint", async () => {
    const folder = temporaryFolder();
    const run = async (format: string) => {
      const { status, stdout } = await shiftline(["fit", "openclip", "--out", folder, "--format", format]);
      expect(status).toBe(0);
      return stdout;
    };
    const markdown = await run("markdown");
    expect(markdown).toMatch(/^\| average \| IN \| 1\.679 \| 0\.027 \|/m);
    const checkpointRows = markdown.split("\n").filter((line) => line.startsWith("| ViT-B-32/openai "));
    expect(checkpointRows.map((line) => line.slice(0, 60))).toEqual([
      expect.stringMatching(/^\| ViT-B-32\/openai \| 63\.3 \(62\.9/), // accuracies, then effective robustness
      expect.stringMatching(/^\| ViT-B-32\/openai \| −0\.6 ¶/),
    ]);
    expect(markdown).toContain("| checkpoint | IN | IN-V2 | IN-R | IN-Sketch | IN-A | ObjectNet | Avg. |");
    const latex = await run("latex");
    expect(latex).toContain("\\toprule");
    const wide = (await run("wide-csv")).trim().split("\n");
    expect(wide.length).toBe(1 + 118);
    expect(wide[0]).toMatch(/^checkpoint,templates,/);
    const refused = await shiftline(["fit", "openclip", "--out", folder, "--format", "word"]);
    expect(refused.stderr).toMatch(/--format word: expected text, markdown, latex, wide-csv/);
    expect(refused.status).toBe(2);
  }, 30_000);
});

describe("the zoo's metadata", () => {
  it("are used if its rows are an input, one row per checkpoint", async () => {
    const run = await shiftline(["fit", "openclip", "--group-by", "pretraining", "--json"]);
    expect(run.status, run.stderr).toBe(0);
    const { groups } = JSON.parse(run.stdout) as {
      groups: { benchmark: string; lines: { group: string; fit: { n: number } }[] }[];
    };
    const sketch = groups.find(({ benchmark }) => benchmark === "imagenet-sketch");
    expect(sketch?.lines.find(({ group }) => group === "wit")?.fit.n).toBe(9);
    const [models, metadata] = ["openclip.csv", "metadata/openclip.csv"].map((file) =>
      parse(readFileSync(join(import.meta.dirname, "../../../benchmarks/baselines", file), "utf8"), { columns: true }),
    ) as Record<string, string>[][];
    expect(metadata?.map(({ model }) => model)).toEqual([...new Set(models?.map(({ model }) => model))]);
    const bare = await shiftline(["fit", "openai-clip", "--group-by", "pretraining"]);
    expect(bare.stderr).toContain(
      "--group-by pretraining: specify the CSV file that contains this column with --metadata",
    );
  });
});
