import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root, runProcess, shiftline } from "../app/cli/run-cli.ts";
import { fixtures, temporaryFolder } from "../helpers.ts";
import { followTutorial } from "./follow-tutorial.ts";

const STUDY = join("examples", "emojishift");
const COMMITTED = join(root, "results", "emojishift");
/** Maximum difference between processors: the last bit of a score, and thus the order of two nearly equal scores. */
const MOST_FLIPS = 0.002;
/** Tolerance of float32 cosines summed in another order. */
const SCORE = 5e-6;

const table = (path: string) => parse(readFileSync(path, "utf8"), { columns: true }) as Record<string, string>[];
const columns = (name: string) => [1, 2, 3, 4, 5].map((place) => `${name}${place}`);
const names = readdirSync(join(root, STUDY, "checkpoints")).sort();

/** Folders of results below a results folder. */
function resultFolders(of: string): string[] {
  return readdirSync(of, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith("metrics.json"))
    .map((path) => path.slice(0, -"/metrics.json".length))
    .sort();
}

describe("EmojiShift", () => {
  const folder = mkdtempSync(join(tmpdir(), "shiftline-"));
  const out = join(folder, "results");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const git = (...args: string[]) => spawnSync("git", args, { cwd: root, encoding: "utf8" });
  const isClone = git("rev-parse", "--git-dir").status === 0;
  const before = git("status", "--porcelain").stdout;
  let printed = "";

  beforeAll(async () => {
    const run = await runProcess([process.execPath, join("scripts", "start.mjs"), out]);
    expect(run.status, run.stderr).toBe(0);
    printed = run.stderr;
  }, 300_000);

  it("runs by `npm start`, which ends with a comparison with the committed results", () => {
    const [, same, of] = /(\d+) of (\d+) predictions \(252 results\) equal those committed/.exec(printed) ?? [];
    expect(Number(of)).toBe(names.length * 9 * 640);
    expect(Number(same) / Number(of)).toBeGreaterThanOrEqual(1 - MOST_FLIPS);
    expect(readdirSync(out)).toEqual(expect.arrayContaining(["accuracies.csv", "fits.csv", "report.html", "figures"]));
  });

  it.skipIf(!isClone)("leaves a clone unchanged, and writes by default to ignored folders", () => {
    expect(git("status", "--porcelain").stdout).toBe(before);
    expect(git("check-ignore", join("results", "start", "report.html")).status).toBe(0);
  });

  it("reproduces the committed results: the same rows, pictures and recipes, and nearly all predictions", () => {
    const folders = resultFolders(COMMITTED);
    expect(folders).toHaveLength(names.length * 9);
    expect(resultFolders(out)).toEqual(folders);
    for (const folder of folders) {
      const [fresh, committed] = [out, COMMITTED].map((of) => ({
        run: JSON.parse(readFileSync(join(of, folder, "run.json"), "utf8")),
        metrics: JSON.parse(readFileSync(join(of, folder, "metrics.json"), "utf8")),
        predictions: table(join(of, folder, "predictions.csv")),
      }));
      expect(fresh?.run.recipe).toEqual(committed?.run.recipe);
      expect(fresh?.metrics.n).toBe(640);
      expect([fresh?.metrics.n, fresh?.metrics.expected_n]).toEqual([
        committed?.metrics.n,
        committed?.metrics.expected_n,
      ]);
      expect(fresh?.predictions.map(({ image, label }) => [image, label])).toEqual(
        committed?.predictions.map(({ image, label }) => [image, label]),
      );
      const flips = fresh?.predictions.filter((row, i) => row.top1 !== committed?.predictions[i]?.top1).length ?? 640;
      expect(flips / 640, folder).toBeLessThanOrEqual(MOST_FLIPS);
    }
  });

  const expected = join(fixtures, "emojishift");
  for (const file of readdirSync(expected).filter((name) => name.endsWith(".csv"))) {
    it(`${file.slice(0, -4)} predicts the same as open_clip on 1,920 pictures, in all five places`, () => {
      const rows = table(join(expected, file));
      expect(rows).toHaveLength(3 * 640);
      const ours = new Map<string, Record<string, string>>();
      for (const benchmark of new Set(rows.map((row) => row.benchmark as string))) {
        const path = join(out, file.slice(0, -4), benchmark, "160", "templates", "predictions.csv");
        for (const row of table(path)) ours.set(`${benchmark} ${row.image}`, row);
      }
      for (const row of rows) {
        const ourRow = ours.get(`${row.benchmark} ${row.image}`) as Record<string, string>;
        expect(ourRow.label).toBe(row.label);
        const [scores, theirs] = [ourRow, row].map((source) =>
          columns("score").map((column) => Number(source[column])),
        );
        scores?.forEach((score, place) => {
          expect(Math.abs(score - (theirs?.[place] as number))).toBeLessThan(SCORE);
        });
        // Two nearly equal classes may be exchanged
        columns("top").forEach((column, place) => {
          if (ourRow[column] === row[column]) return;
          const near = [place - 1, place + 1].map((neighbor) =>
            Math.abs((theirs?.[neighbor] ?? 9) - (theirs?.[place] as number)),
          );
          expect(Math.min(...near), `${row.image} ${column}`).toBeLessThan(2 * SCORE);
        });
      }
    });
  }

  it("reproduces the lines and figures of its committed results", async () => {
    const folder = temporaryFolder();
    const about = [
      "--study",
      join(STUDY, "study.json"),
      "--metadata",
      join(STUDY, "checkpoints.csv"),
      "--group-by",
      "source",
    ];
    const run = await shiftline(["fit", COMMITTED, ...about, "--out", folder, "--quiet"]);
    expect(run.status, run.stderr).toBe(0);
    for (const file of [
      "fits.csv",
      "robustness.csv",
      "influence.csv",
      "groups.csv",
      "group-tests.csv",
      "group-effects.csv",
    ]) {
      expect(readFileSync(join(folder, file), "utf8"), file).toBe(readFileSync(join(COMMITTED, file), "utf8"));
    }
    expect(readdirSync(join(COMMITTED, "figures"))).toContain("all-shifts.svg");
  }, 60_000);

  it("has the documented size, and every group has four sizes", () => {
    const sizes = readdirSync(join(root, STUDY), { recursive: true, encoding: "utf8" })
      .map((path) => statSync(join(root, STUDY, path)))
      .filter((info) => info.isFile())
      .map(({ size }) => size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(45e6);
    expect(Math.max(...sizes)).toBeLessThan(1e6);
    const rows = table(join(root, STUDY, "checkpoints.csv"));
    expect(rows.map(({ checkpoint }) => checkpoint).sort()).toEqual(names);
    const groups = new Map<string, Set<string>>();
    for (const { source = "", samples = "" } of rows)
      groups.set(source, (groups.get(source) ?? new Set()).add(samples));
    expect(groups.size).toBe(6);
    for (const samples of groups.values()) expect([...samples]).toHaveLength(4);
  });

  describe.skipIf(process.platform === "win32")("its tutorials", () => {
    const store = join(folder, ".shiftline");

    it("add a checkpoint, and compare it with the study's line and another checkpoint", async () => {
      const printed = await followTutorial("checkpoint.md", store);
      expect(printed).toHaveLength(8);
      expect(printed[4]).toMatch(/^mine: \d+\.\d points (above|below) the line on the average of the five shifts$/m);
      expect(printed[7]).toMatch(/mine[\s\S]*other[\s\S]*emoji-fluent-emoji-flat/);
    }, 120_000);

    it("add a shift, and a study of it", async () => {
      const printed = await followTutorial("shift.md", store);
      expect(printed).toHaveLength(7);
      expect(printed[3]).toMatch(/^checkpoint +Pixelated$/m);
      expect(printed[5]).toMatch(/^emoji-pixelated +emoji-fluent-emoji-flat/m);
      expect(printed[6]).toMatch(/report\.html$/m);
    }, 120_000);

    it("add prompts and class names", async () => {
      const printed = await followTutorial("prompts.md", store);
      expect(printed[0]).toMatch(/my-templates/);
      expect(printed[2]).toMatch(/^checkpoint +Fluent flat +Fluent 3-D/m);
    }, 120_000);
  });
});
