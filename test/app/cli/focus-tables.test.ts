import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../helpers.ts";
import { makeResults } from "../../output/make-results.ts";
import { root, shiftline } from "./run-cli.ts";

const MINE = ["mine-1", "mine-2", "mine-3", "mine-4", "mine-5"];
const makeMine = () => makeResults(join(temporaryFolder(), "results"), { checkpoints: MINE, imagesPerClass: 1 });

/** First cells of the rows of a table, up to an empty line. */
function names(table: string): string[] {
  const lines = table.slice(table.indexOf("\ncheckpoint ")).split("\n");
  const end = lines.indexOf("", 3);
  return lines.slice(3, end === -1 ? undefined : end).map((row) => row.split(/ {2,}/)[0] as string);
}

describe("the user's checkpoints among 118 published ones", () => {
  it("come first in the output of fit, and none of them is omitted", async () => {
    const { stdout } = await shiftline(["fit", "openclip", makeMine(), "--quiet"]);
    const rows = names(stdout.slice(stdout.indexOf("Effective robustness of")));
    expect(rows[0]).toBe("in focus");
    expect(rows.slice(1, 6).sort()).toEqual(MINE);
    expect(rows[6]).toBe("others");
    expect(rows.at(-1)).toMatch(/^… and \d+ more rows$/);
    expect(stdout).not.toMatch(/^mine-\d: /m);
  });

  it("have a separate row per shift if they are few", async () => {
    const { stdout } = await shiftline(["fit", "openclip", makeMine(), "--highlight", "mine-3", "--quiet"]);
    expect(stdout).toMatch(/\nmine-3: [\d.]+ points (above|below) the line on the average/);
    expect(stdout).toMatch(/\nin focus\nmine-3 .*\nothers\n/);
  });

  it("come first in every format of table, sorted among themselves", async () => {
    const results = makeMine();
    const text = await shiftline(["table", "openclip", results, "--sort", "average", "--quiet"]);
    const csv = await shiftline(["table", "openclip", results, "--sort", "average", "--format", "csv", "--quiet"]);
    const rows = names(text.stdout);
    const sorted = [
      ...new Set(
        csv.stdout
          .split("\n")
          .slice(1)
          .map((line) => line.split(",")[0]),
      ),
    ];
    expect(sorted.slice(0, 5).sort()).toEqual(MINE);
    expect(rows.slice(0, 8)).toEqual(["in focus", ...sorted.slice(0, 5), "others", sorted[5]]);
    const averages = csv.stdout.split("\n").filter((line) => /^mine-\d,.*,Avg\.,/.test(line));
    const values = averages.map((line) => Number(/0\.\d{3,}/.exec(line)?.[0]));
    expect(values).toHaveLength(5);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    const grouped = await shiftline([
      ...[
        "table",
        "openclip",
        "--group-by",
        "family",
        "--highlight",
        "ViT-B-32/openai",
        "--highlight",
        "RN50/*",
        "--quiet",
      ],
    ]);
    const headed = names(grouped.stdout);
    expect(headed[0]).toMatch(/^family: /);
    for (const family of ["family: vit", "family: resnet"]) {
      expect(headed[headed.indexOf(family) + 1]).toMatch(/^(ViT-B-32\/openai|RN50\/)/);
    }
  });

  it("are those of any table except published ones, whether named by path or not", async () => {
    const folder = temporaryFolder();
    const shipped = join(root, "benchmarks", "baselines", "openclip.csv");
    const copy = join(folder, "copy.csv");
    copyFileSync(shipped, copy);
    const table = async (...inputs: string[]) => (await shiftline(["table", ...inputs, "--quiet"])).stdout;
    const results = makeMine();
    expect(
      names(await table(shipped, results))
        .slice(1, 6)
        .sort(),
    ).toEqual(MINE);
    expect(
      names(await table(results, copy))
        .slice(1, 6)
        .sort(),
    ).toEqual(MINE);
    expect(names(await table(copy, results))).not.toContain("in focus"); // both are the user's
  });

  it("get suggestions of similar names if a pattern matches none", async () => {
    for (const command of ["fit", "table"]) {
      const { status, stderr } = await shiftline([command, "openclip", "--highlight", "siglpi", "--quiet"]);
      expect(status).toBe(1);
      expect(stderr).toMatch(/--highlight siglpi: no checkpoint matches this pattern; did you mean .*siglip/i);
    }
  });
});
