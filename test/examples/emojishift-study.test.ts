import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { readStudy } from "../../src/analysis/robustness/read-study.ts";
import { root, runProcess, shiftline } from "../app/cli/run-cli.ts";
import { fixtures, temporaryFolder } from "../helpers.ts";

const EXAMPLE = join(root, "examples", "emojishift");
const STUDY = join(EXAMPLE, "study");

const script = (...path: string[]) => import(pathToFileURL(join(EXAMPLE, ...path)).href);
const table = (path: string) => parse(readFileSync(path, "utf8"), { columns: true }) as Record<string, string>[];
const plan = JSON.parse(readFileSync(join(STUDY, "plan.json"), "utf8"));

describe("EmojiShift's full study", () => {
  it("has the runs of its plan: every source, number of samples, number of steps and seed once", () => {
    const rows = table(join(STUDY, "checkpoints.csv"));
    const planned = plan.seeds.flatMap((seed: number) =>
      plan.samples.flatMap((samples: number) =>
        plan.steps.flatMap((steps: number) =>
          plan.sources.map((source: string) => `${source}-${samples}-steps${steps}-seed${seed}`),
        ),
      ),
    );
    expect(rows.map(({ checkpoint }) => checkpoint).sort()).toEqual(planned.sort());
    for (const row of rows) {
      expect(row.checkpoint).toBe(`${row.source}-${row.samples}-steps${row.steps}-seed${row.seed}`);
      expect(row.checkpoint).toBe(`${row.cell}-seed${row.seed}`);
      expect(Number(row.noto) + Number(row.twemoji) + Number(row.emojione)).toBe(1);
      const [, share = "100"] = /^noto(\d*)(?:-|$)/.exec(row.source as string) ?? [null, "0"];
      expect(100 * Number(row.noto), row.source).toBe(Number(share || 100));
    }
  });

  it("has the benchmarks of its plan, with as many pictures as are rendered", async () => {
    const study = await readStudy(join(STUDY, "study.json"));
    const { SECOND_DRAWINGS, STUDY_PICTURES, STYLES } = await script("make", "styles.mjs");
    expect(study.axes.inDistribution.map(({ benchmark }) => benchmark)).toEqual([plan.idBenchmark]);
    expect(study.axes.shifts).toEqual(plan.shifts);
    const ids = [plan.idBenchmark, ...plan.shifts, ...plan.trainedDrawings, ...plan.secondDrawings];
    expect(study.benchmarks.map(({ id }) => id).sort()).toEqual(ids.sort());
    const second = Object.keys(SECOND_DRAWINGS);
    const shown = table(join(STUDY, "classes.csv")).filter((row) => row.second !== "");
    expect(shown.map(({ icon }) => icon)).toEqual(second);
    for (const { index, second: label } of shown) expect(label).toBe(index);
    for (const { id, images, protocols, folders } of study.benchmarks) {
      const style = STYLES.find(
        (candidate: { id: string }) => id === `emoji-${candidate.id}` || id === `emoji-${candidate.id}-second`,
      );
      const [things, renderings] = id.endsWith("-second")
        ? [second.length, STUDY_PICTURES.second]
        : [160, STUDY_PICTURES[style.role]];
      expect(images, id).toBe(things * renderings);
      expect(folders).toEqual([id.slice("emoji-".length)]);
      // The reference on the things with second drawings: their x axis
      const subsets = id === plan.idBenchmark ? plan.secondDrawings : [];
      expect(protocols.map((protocol) => protocol.id)).toEqual(["160", ...subsets]);
      for (const protocol of protocols.slice(1)) expect(protocol.images).toBe(second.length * renderings);
    }
    expect(readdirSync(join(STUDY, "benchmarks"))).toHaveLength(ids.length);
  });

  it("stores top-1 classes as numpy.save does, and refuses a file of another shape", async () => {
    const { decodeTop1, encodeTop1 } = await script("study", "top1-file.mjs");
    // np.save(f, np.arange(6, dtype=np.uint8).reshape(2, 3)) with NumPy 2.4, header without its spaces
    const bytes = encodeTop1(Uint8Array.of(0, 1, 2, 3, 4, 5), 2, 3);
    expect(bytes.length).toBe(128 + 6);
    expect(bytes.toString("latin1", 0, 10)).toBe("\x93NUMPY\x01\x00v\x00");
    expect(bytes.toString("latin1", 10, 128).trimEnd()).toBe(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }",
    );
    expect([...decodeTop1(bytes, 2, 3, "x")]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(() => decodeTop1(bytes, 3, 2, "x")).toThrow("x: expected a .npy file of uint8 and shape (3, 2)");
    expect(() => decodeTop1(bytes.subarray(0, -1), 2, 3, "x")).toThrow("expected a .npy file");
  });

  it("treats drawings as independent: the covariance of accuracies is that of the drawings' means", async () => {
    const { correctnessOf, meanOfRenderings, accuraciesOf } = await script("study", "correctness.mjs");
    const { drawingCovariance, pictureCovariance, worth } = await script("study", "noise.mjs");
    // Two checkpoints, two things, two renderings: the first gets thing 7 right twice, the second each thing once
    const benchmark = { top1: Uint8Array.of(7, 0, 7, 0, 7, 9, 0, 0), pictures: 4, things: [7, 9] };
    const part = correctnessOf(benchmark, [[0], [1]]);
    expect([...part.values]).toEqual([1, 1, 0, 0, 1, 0, 1, 0]);
    expect(accuraciesOf(part)).toEqual([0.5, 0.5]);
    // Drawings' means 1, 0 and 0.5, 0.5: variances (0.5² + 0.5²) / (2 · 1) and 0
    expect([...drawingCovariance(meanOfRenderings(part))]).toEqual([0.25, 0, 0, 0]);
    // Within drawings the first never varies; the second has (0.25 + 0.25) / (2 · 1) / 2² in each of two
    expect([...pictureCovariance(part)]).toEqual([0, 0, 0, 0.125]);
    const { images, correlations } = worth([0.5, 0.5], drawingCovariance(meanOfRenderings(part)), 2);
    expect(images).toEqual([1, 2]);
    expect([...correlations]).toEqual([1, 0, 0, 1]);
    // A cell is the mean of its checkpoints
    expect([...correctnessOf(benchmark, [[0, 1]]).values]).toEqual([1, 0.5, 0.5, 0]);
    expect([...correctnessOf(benchmark, [[0], [1]], [9]).values]).toEqual([0, 0, 1, 0]);
  });

  describe("its simulations", () => {
    const simulated = () => table(join(STUDY, "simulations.csv"));
    const percent = (hits: string | undefined, of: string | undefined) => (100 * Number(hits)) / Number(of);

    it("cover every design, with the numbers and ranges that the README states", async () => {
      const { DESIGNS } = await script("study", "simulations.mjs");
      const rows = simulated();
      expect([...new Set(rows.map((row) => `${row.hypothesis} ${row.benchmark}`))]).toEqual(
        DESIGNS.map(({ name }: { name: string }) => name),
      );
      expect(DESIGNS).toHaveLength(8);
      expect(rows.every((row) => row.data_sets === "2000" && row.replicates === "99")).toBe(true);
      const range = (chosen: typeof rows, hits = "hits") => {
        const shares = chosen.map((row) => percent(row[hits], row.of));
        return `${Math.min(...shares).toFixed(1)} to ${Math.max(...shares).toFixed(1)} %`;
      };
      const tests = (test: string, hypotheses = ["dilution"]) =>
        rows.filter((row) => row.test?.startsWith(test) && hypotheses.includes(row.hypothesis as string));
      const ofSources = ["sources", "own-style"];
      const readme = readFileSync(join(EXAMPLE, "README.md"), "utf8").replace(/\s+/g, " ");
      expect(readme).toContain(
        `reject what is true in ${range([...tests("slopes", ofSources), ...tests("heights", ofSources)])} (sources, slopes and heights), ` +
          `${range(tests("dilution"))} (dilution), ${range(tests("lack of fit"))} (lack of fit) and ` +
          `${range(tests("log2", ["scaling"]))} (samples and steps); ` +
          `at nominal 1 % dilution is found in ${range(tests("dilution"), "hits_at_1_percent")}. ` +
          `Intervals of 95 % cover ${range(rows.filter(({ kind }) => kind === "interval"))}.`,
      );
      const worst = tests("dilution").sort((a, b) => Number(b.hits) - Number(a.hits))[0];
      expect(worst?.benchmark).toBe("emoji-emojione-second");
    });

    it("can be repeated in part: each data set has a separate seed, and few reject a true hypothesis", async () => {
      const { DESIGNS, simulate } = await script("study", "simulations.mjs");
      const { readPlan, readRuns, readTable, readTop1 } = await script("study", "read-study.mjs");
      const { studyPoints } = await script("study", "points.mjs");
      const study = studyPoints(readPlan(), readRuns(), readTop1(), readTable(join(STUDY, "training.csv")));
      for (const name of ["scaling emoji-emojione-monotone", "dilution average"]) {
        const design = DESIGNS.find((candidate: { name: string }) => candidate.name === name);
        const hits = (from: number, to: number): { test: string; hits: number; of: number }[] =>
          simulate(plan, study, design, [from, to], 19);
        const [first, second, all] = [hits(0, 15), hits(15, 30), hits(0, 30)];
        all.forEach(({ test, hits: count, of }, k) => {
          expect(count).toBe((first[k]?.hits as number) + (second[k]?.hits as number));
          // 7 or more rejections of 30 at 5 % have p = 0.001; the same holds for intervals at 95 %, which share the data sets
          if (test === "effects") expect(count / of).toBeGreaterThan(0.77);
          else expect(count).toBeLessThan(7);
        });
      }
    }, 60_000);
  });

  describe("its results", () => {
    const decisions = () => table(join(STUDY, "results", "decisions.csv"));

    it("are reproduced by one command: the committed tables and figures", async () => {
      const out = temporaryFolder();
      const run = await runProcess([process.execPath, join(STUDY, "analyze.mjs"), "--out", out]);
      expect(run.status, run.stderr).toBe(0);
      const files = readdirSync(out).sort();
      expect(files).toEqual(readdirSync(join(STUDY, "results")).sort());
      for (const file of files) {
        expect(readFileSync(join(out, file), "utf8") === readFileSync(join(STUDY, "results", file), "utf8"), file).toBe(
          true,
        );
      }
    }, 300_000);

    it("answer exactly the questions of the plan, each with a separate family of decisions", () => {
      const tests: Record<string, (hypothesis: { columns: string[] }) => string[]> = {
        groups: () => ["slopes", "heights", "one line"],
        mixture: () => ["dilution", "lack of fit"],
        scaling: ({ columns }) => columns.map((column) => `log2 ${column}`),
      };
      const planned = plan.hypotheses.flatMap((hypothesis: never) => {
        const { id, analysis, benchmarks } = hypothesis as { id: string; analysis: string; benchmarks: string[] };
        return benchmarks.flatMap((benchmark) =>
          (tests[analysis] as (typeof tests)[string])(hypothesis).map((test) => `${id} ${benchmark} ${test}`),
        );
      });
      const decided = decisions().filter(({ kind }) => kind === "decision");
      expect(decided.map((row) => `${row.hypothesis} ${row.benchmark} ${row.test}`)).toEqual(planned);
      for (const hypothesis of plan.hypotheses) {
        const family = decided
          .filter((row) => row.hypothesis === hypothesis.id)
          .sort((a, b) => Number(a.p) - Number(b.p));
        let adjusted = 0;
        family.forEach((row, k) => {
          adjusted = Math.max(adjusted, Math.min(1, (family.length - k) * Number(row.p)));
          // Six digits are written
          expect(Number(row.p_holm)).closeTo(adjusted, 1e-5);
          expect(row.shown).toBe(String(adjusted < plan.level));
        });
      }
      const effects = table(join(STUDY, "results", "effects.csv"));
      for (const row of effects.filter(({ margin }) => margin !== "")) expect(Number(row.margin)).toBe(plan.margin);
    });

    it("match the tables in the README", () => {
      const readme = readFileSync(join(EXAMPLE, "README.md"), "utf8");
      const sections = readFileSync(join(STUDY, "results", "tables.md"), "utf8")
        .trim()
        .split(/\n\n(?=## )/);
      expect(sections).toHaveLength(10);
      for (const section of sections) {
        const [heading = "", ...lines] = section.split("\n");
        const between = `<!-- study: ${heading.slice(3)} -->\n${lines.join("\n")}\n\n<!-- end -->`;
        expect(readme.includes(between), heading).toBe(true);
      }
    });

    it("are from complete seeds, at least as many as the plan requires", () => {
      const { checkpoints } = JSON.parse(readFileSync(join(STUDY, "top1.json"), "utf8")) as { checkpoints: string[] };
      const rows = table(join(STUDY, "checkpoints.csv"));
      const seeds = new Set(
        rows.filter((row) => checkpoints.includes(row.checkpoint as string)).map(({ seed }) => seed),
      );
      expect(seeds.size).toBeGreaterThanOrEqual(plan.fewestSeeds);
      expect(rows.filter(({ seed }) => seeds.has(seed)).map(({ checkpoint }) => checkpoint)).toEqual(checkpoints);
    });

    it("have the accuracies that evaluate wrote: the top-1 classes give the same, image by image", async () => {
      const { readTop1, thingsOf } = await script("study", "read-study.mjs");
      const { accuraciesOf, correctnessOf } = await script("study", "correctness.mjs");
      const top1 = readTop1();
      const each = top1.checkpoints.map((_: string, row: number) => [row]);
      const second = thingsOf(plan.secondDrawings[0]);
      const rows = table(join(STUDY, "accuracies.csv"));
      expect(rows).toHaveLength(top1.checkpoints.length * (top1.benchmarks.size + plan.secondDrawings.length));
      const found = new Map<string, number[]>();
      for (const { checkpoint, benchmark = "", protocol = "", value, n, correct, metric } of rows) {
        const key = `${benchmark} ${protocol}`;
        const shown = protocol === "160" ? undefined : second;
        if (!found.has(key)) found.set(key, accuraciesOf(correctnessOf(top1.benchmarks.get(benchmark), each, shown)));
        const accuracy = (found.get(key) as number[])[top1.checkpoints.indexOf(checkpoint)] as number;
        expect(metric).toBe("top1");
        expect(Number(value)).closeTo(accuracy, 1e-12);
        expect(Math.round(accuracy * Number(n))).toBe(Number(correct));
      }
    });

    it("match open_clip on every picture of two checkpoints", async () => {
      const { readTop1 } = await script("study", "read-study.mjs");
      const { decodeTop1 } = await script("study", "top1-file.mjs");
      const folder = join(fixtures, "emojishift", "study");
      const about = JSON.parse(readFileSync(join(folder, "about.json"), "utf8"));
      const counts = Object.values(about.pictures) as number[];
      const total = counts.reduce((sum, count) => sum + count, 0);
      expect(total).toBe(14_240);
      const theirs = decodeTop1(readFileSync(join(folder, "top1.npy")), about.checkpoints.length, total, "top1.npy");
      const { checkpoints, benchmarks } = readTop1();
      about.checkpoints.forEach((name: string, i: number) => {
        let at = i * total;
        let same = 0;
        for (const [id, count] of Object.entries(about.pictures) as [string, number][]) {
          const { top1, pictures } = benchmarks.get(id);
          expect(pictures).toBe(count);
          const row = checkpoints.indexOf(name);
          expect(row).toBeGreaterThanOrEqual(0);
          for (let k = 0; k < count; k++) if (top1[row * count + k] === theirs[at + k]) same++;
          at += count;
        }
        // Two nearly equal classes may be exchanged
        expect(same / total, name).toBeGreaterThanOrEqual(0.9998);
      });
    });

    it("can be fitted like any accuracies", async () => {
      const about = [
        "--study",
        join(STUDY, "study.json"),
        "--metadata",
        join(STUDY, "checkpoints.csv"),
        "--group-by",
        "source",
      ];
      const run = await shiftline([
        "fit",
        join(STUDY, "accuracies.csv"),
        ...about,
        "--out",
        temporaryFolder(),
        "--quiet",
      ]);
      expect(run.status, run.stderr).toBe(0);
    }, 60_000);

    it("are small", () => {
      const sizes = readdirSync(STUDY, { recursive: true, encoding: "utf8" })
        .map((path) => statSync(join(STUDY, path)))
        .filter((info) => info.isFile())
        .map(({ size }) => size);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(15e6);
      expect(Math.max(...sizes)).toBeLessThan(1e6);
    });
  });
});
