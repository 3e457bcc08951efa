import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleResult, writeSample } from "../../evaluation/results/sample-result.ts";
import { temporaryFolder, writeTree } from "../../helpers.ts";
import { sampleRows } from "../../output/tables/sample-table.ts";
import { skipUnless } from "../../require.ts";
import { root, shiftline } from "./run-cli.ts";

const EMOJI = [join(root, "results/emojishift"), "--study", join(root, "examples/emojishift/study.json")];
const SHIFTS = ["Fluent 3-D", "FxEmoji", "Noto 1", "Fluent high contrast", "EmojiOne monotone"];
const CHECKPOINTS = ["mine-1", "mine-2", "other_one"];
const HOSTILE = `=${Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("")} ±×–…`;

/** Results folder of checkpoints on ImageNet, its shifts and its class subsets, with two prompt sets. */
async function imagenetResults(out: string): Promise<void> {
  for (const [i, checkpoint] of CHECKPOINTS.entries()) {
    for (const templates of i === 0 ? ["openai-80", "simple-7"] : ["openai-80"]) {
      for (const row of sampleRows(checkpoint, 0.02 * i, templates)) {
        const { benchmark, protocol, classNames, n, accuracy } = row;
        const of = { checkpoint, benchmark, protocol, templates, classNames, n: n as number };
        await writeSample(out, sampleResult(of, Math.round(accuracy * (n as number))));
      }
    }
  }
}

const has = (command: string, ...args: string[]) => spawnSync(command, args, { timeout: 60_000 }).status === 0;

describe("shiftline table", () => {
  let results: string;
  beforeAll(async () => {
    results = mkdtempSync(join(tmpdir(), "shiftline-"));
    await imagenetResults(results);
  });
  afterAll(() => rmSync(results, { recursive: true, force: true }));

  it("has a row per checkpoint and a column per shift in the baseline's protocols and prompts, and names the rest", async () => {
    const run = await shiftline(["table", results]);
    expect(run.status, run.stderr).toBe(0);
    const [accuracies = "", distances = "", controls = ""] = run.stdout.split("\n\n");
    expect(accuracies.split("\n")).toHaveLength(3 + CHECKPOINTS.length);
    expect(accuracies).toMatch(/^mine-1 +65\.0 +\(64\.6–65\.4\) +58\.0 +\(57\.0–59\.0\) +70\.0 /m);
    expect(accuracies).toMatch(/^other_one +69\.0◆ /m);
    expect(distances).toMatch(/^mine-1 +[+−]\d+\.\d[ *◆]* +\([+−]\d/m);
    expect(controls).toMatch(/^checkpoint +IN \(IN-R classes\) +IN \(IN-A classes\)$/m);
    expect(run.stdout).toMatch(
      /^prompts: openai-80; protocols: IN 1000, IN-V2 1000, IN-R 200, IN-Sketch 1000, IN-A 200, ObjectNet objectnet-names$/m,
    );
    expect(run.stderr).toContain(
      "note: not in the table: prompts simple-7 (10 results); select them with --templates or --class-names\n",
    );
    expect(run.stderr).toContain(
      "protocols imagenet-r 1000 (3 results), objectnet official (3 results); show them with --other-protocols",
    );
    expect((await shiftline(["table", "--results", results])).stdout).toBe(run.stdout);
  });

  it("has the verdicts of robustness.csv with any prompts", async () => {
    const out = temporaryFolder();
    expect((await shiftline(["fit", results, "--out", out])).status).toBe(0);
    const fitted = parse(readFileSync(join(out, "robustness.csv"), "utf8"), { columns: true }) as Record<
      string,
      string
    >[];
    const shown = await shiftline([
      "table",
      results,
      "--format",
      "csv",
      "--templates",
      "openai-80,simple-7",
      "--quiet",
    ]);
    const rows = (parse(shown.stdout, { columns: true }) as Record<string, string>[]).filter(
      (row) => row.verdict !== "",
    );
    expect(rows).toHaveLength(4 * 6);
    for (const row of rows) {
      const same = fitted.find(
        (fit) =>
          fit.id_side === "imagenet" &&
          ["checkpoint", "benchmark", "protocol", "templates"].every((name) => fit[name] === row[name]),
      );
      expect(row).toMatchObject({
        ...{ verdict: same?.verdict, prediction_p_holm: same?.prediction_p_holm },
        ...{
          effective_robustness: same?.effective_robustness,
          effective_robustness_low: same?.low,
          effective_robustness_high: same?.high,
        },
      });
    }
  });

  it("sorts, groups, chooses protocols and shows controls as columns", async () => {
    const metadata = join(temporaryFolder(), "runs.csv");
    writeFileSync(metadata, "checkpoint,data\nmine-1,yfcc\nmine-2,laion\nother_one,yfcc\n");
    const options = [
      "--sort",
      "IN-R",
      "--group-by",
      "data",
      "--metadata",
      metadata,
      "--protocol",
      "imagenet-r=1000",
      "--controls",
    ];
    const run = await shiftline(["table", results, ...options, "--quiet"]);
    expect(run.status, run.stderr).toBe(0);
    const names = run.stdout
      .split("\n\n")[0]
      ?.split("\n")
      .slice(3)
      .map((line) => line.split(/ {2,}/)[0]);
    expect(names).toEqual(["data: yfcc", "other_one", "mine-1", "data: laion", "mine-2"]);
    expect(run.stdout).toMatch(/^other_one .* 64\.0◆ \(63\.5–64\.5\)/m);
    expect(run.stdout).toMatch(/IN-R 1000, /);
    expect(run.stdout).toMatch(/^checkpoint .* Avg\. +IN \(IN-R classes\) /m);
    const [, distances = ""] = run.stdout.split("\n\n");
    expect(distances.split("\n")[1]).toMatch(/^checkpoint +IN-V2 +IN-Sketch +IN-A +ObjectNet$/);
  });

  it("writes every format to the named file, and does not replace a table of other inputs", async () => {
    const out = temporaryFolder();
    const read: Record<string, string> = {};
    for (const name of ["t.txt", "t.md", "t.tex", "t.csv", "t.json", "t.parquet"]) {
      const run = await shiftline(["table", results, "--out", join(out, name)]);
      expect(run.status, run.stderr).toBe(0);
      expect(run.stdout).toBe("");
      expect(run.stderr).toContain(`written to ${join(out, name)}\n`);
      read[name] = readFileSync(join(out, name), "latin1");
      expect((await shiftline(["table", results, "--out", join(out, name), "--quiet"])).status).toBe(0);
      expect(readFileSync(join(out, name), "latin1")).toBe(read[name]);
      const refused = await shiftline(["table", results, "openai-clip", "--out", join(out, name), "--quiet"]);
      expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("it is not overwritten")]);
    }
    const json = JSON.parse(read["t.json"] as string);
    expect(json).toMatchObject({ schema: 1, baseline: "openai-clip", scale: "logit" });
    const csv = parse(read["t.csv"] as string, { columns: true }) as Record<string, string>[];
    expect(json.rows.map((row: { top1: number }) => row.top1)).toEqual(csv.map(({ top1 }) => Number(top1)));
    const bytes = readFileSync(join(out, "t.parquet"));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
    expect((await parquetReadObjects({ file })).map(({ top1 }) => top1)).toEqual(csv.map(({ top1 }) => Number(top1)));
    const folder = await shiftline(["table", results, "--format", "markdown", "--out", join(out, "folder"), "--quiet"]);
    expect([folder.status, readdirSync(join(out, "folder")).sort()]).toEqual([0, [".made-from.json", "table.md"]]);
    // Its output is not an input of a later command
    writeTree(out, { "own.json": "{}" });
    expect((await shiftline(["table", results, "--out", join(out, "own.json"), "--quiet"])).stderr).toContain(
      "was not written by shiftline table",
    );
  }, 30_000);

  it("reports what is wrong with its options", async () => {
    const refused = async (...options: string[]) => (await shiftline(["table", results, ...options])).stderr;
    expect(await refused("--format", "docx")).toContain(
      "--format docx: expected text, markdown, latex, csv, json, parquet",
    );
    expect(await refused("--format", "parquet")).toContain("specify a file, such as --out table.parquet");
    expect(await refused("--format", "csv", "--out", "t.tex")).toContain(
      "the extension means latex, but the format is csv",
    );
    expect(await refused("--json", "--format", "csv")).toContain("exclude each other");
    expect(await refused("--sort", "size")).toContain("--sort size: no such column; known: checkpoint, IN, IN-V2");
    expect(await refused("--group-by", "size")).toContain("--group-by size: no such column");
    expect(await refused("--templates", "mine")).toContain(
      "--templates mine: no result with them; available: openai-80, simple-7",
    );
    expect(await refused("--protocol", "imagenet-r=113")).toContain(
      "no results by this protocol; available: 1000, 200",
    );
    expect(await refused("--metadata", "m.csv")).toContain("no column is selected with --sort or --group-by");
    expect(await refused("--digits", "9")).toContain("expected 1, 2 or 3");
    expect((await shiftline(["table", "--help"])).stdout).toContain(
      "$ shiftline table results --sort average --format markdown",
    );
  });

  it("accepts custom studies: EmojiShift's shifts in its order, its checkpoints by samples", async () => {
    const options = [
      "--group-by",
      "source",
      "--sort",
      "samples",
      "--metadata",
      join(root, "examples/emojishift/checkpoints.csv"),
    ];
    const run = await shiftline(["table", ...EMOJI, ...options, "--quiet"]);
    expect(run.status, run.stderr).toBe(0);
    const [accuracies = ""] = run.stdout.split("\n\n");
    const lines = accuracies.split("\n");
    expect(lines[1]?.split(/ {2,}/)).toEqual([
      "checkpoint",
      "Fluent flat",
      ...SHIFTS,
      "Avg.",
      "EmojiOne",
      "Noto",
      "Twemoji",
    ]);
    expect(lines.filter((line) => line.startsWith("source: "))).toHaveLength(6);
    const names = lines.slice(3).map((line) => line.split(/ {2,}/)[0]);
    expect(names.slice(0, 5)).toEqual([
      "source: emojione",
      "emojione-160",
      "emojione-640",
      "emojione-2560",
      "emojione-10240",
    ]);
    expect(run.stdout).toContain(
      "the line is fitted on these checkpoints, so distances are residuals without a verdict",
    );
  });

  it("has only accuracies if the default baseline has no line for them", async () => {
    const folder = temporaryFolder();
    await writeSample(folder, sampleResult({ benchmark: "cars", protocol: "1" }, 7));
    const run = await shiftline(["table", folder]);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toMatch(/^a +70\.0 \(34\.8–93\.3\)$/m);
    expect(run.stdout).not.toContain("robustness");
    expect(run.stderr).toContain("note: no effective robustness: nothing to compare with baseline openai-clip");
    const asked = await shiftline(["table", folder, "--baseline", "openai-clip"]);
    expect([asked.status, asked.stdout]).toEqual([1, ""]);
  });

  const tex = has("pdflatex", "--version");
  describe.skipIf(skipUnless("latex", tex, "no pdflatex: install texlive-latex-base and texlive-latex-recommended"))(
    "in LaTeX",
    () => {
      it("compiles with any characters in names, and fits a page", async () => {
        const folder = temporaryFolder();
        const rows = [...sampleRows("ViT-B-32/openai"), ...sampleRows("ViT-L-14-336/openai", 0.1)];
        const csv = (name: (checkpoint: string) => string) =>
          ["checkpoint,benchmark,protocol,templates,class_names,value,n"]
            .concat(
              rows.map((row) =>
                [
                  name(row.checkpoint),
                  row.benchmark,
                  row.protocol,
                  row.templates,
                  row.classNames,
                  row.accuracy,
                  row.n,
                ].join(","),
              ),
            )
            .join("\n");
        writeFileSync(
          join(folder, "plain.csv"),
          csv((name) => name),
        );
        writeFileSync(
          join(folder, "hostile.csv"),
          csv((name) => `"${name} ${HOSTILE.replaceAll('"', '""')}"`),
        );
        const document = (name: string) =>
          `\\documentclass{article}\n\\usepackage[margin=2.5cm]{geometry}\n\\usepackage{booktabs}\n\\begin{document}\n\\input{${name}}\n\\end{document}\n`;
        for (const name of ["plain", "hostile"]) {
          const run = await shiftline([
            "table",
            join(folder, `${name}.csv`),
            "--out",
            join(folder, `${name}-table.tex`),
            "--quiet",
          ]);
          expect(run.status, run.stderr).toBe(0);
          writeFileSync(join(folder, `${name}.tex`), document(`${name}-table`));
          const env = { ...process.env, TEXMFVAR: join(folder, "texmf") };
          const built = spawnSync("pdflatex", ["-interaction=nonstopmode", "-halt-on-error", `${name}.tex`], {
            cwd: folder,
            env,
            encoding: "utf8",
          });
          expect(built.status, built.stdout).toBe(0);
          expect(readFileSync(join(folder, `${name}.pdf`), "latin1").slice(0, 5)).toBe("%PDF-");
          const log = readFileSync(join(folder, `${name}.log`), "latin1");
          expect(log).not.toMatch(/Missing character|undefined/i);
          if (name === "plain") expect(log).not.toMatch(/Overfull/);
        }
      }, 120_000);
    },
  );

  describe("in pandas and R", () => {
    const text = readFileSync(join(root, "docs/reference/tables.md"), "utf8");
    const code = (language: string) => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] as string;
    const ran = async (...command: string[]) => {
      const cwd = temporaryFolder();
      expect((await shiftline(["table", results, "--out", join(cwd, "table.csv"), "--quiet"])).status).toBe(0);
      const run = spawnSync(command[0] as string, command.slice(1), { cwd, encoding: "utf8" });
      expect(run.status, run.stderr).toBe(0);
      return run.stdout;
    };

    it.skipIf(skipUnless("pandas", has("/usr/bin/python3", "-c", "import pandas"), "no python3-pandas: install it"))(
      "runs the lines for pandas",
      async () => {
        const printed = await ran("/usr/bin/python3", "-c", code("python"));
        expect(printed).toMatch(/^mine-1 +65\.0 .* 70\.0 /m);
      },
      60_000,
    );

    it.skipIf(skipUnless("r", has("Rscript", "--version"), "no R: install r-base-core"))(
      "runs the lines for R",
      async () => {
        const printed = await ran("Rscript", "-e", code("r"));
        expect(printed).toMatch(/mine-1 +65 +58 +70 /);
        expect(printed).toMatch(/mine-2 +-?0\.\d+ +(?:above|below|within)/);
      },
      60_000,
    );
  });
});
