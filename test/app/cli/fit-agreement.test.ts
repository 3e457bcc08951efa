import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../helpers.ts";
import { root, shiftline } from "./run-cli.ts";

const RESULTS = join(root, "results", "emojishift");
const STUDY = ["--study", join(root, "examples", "emojishift", "study.json")];
const FLAT = "emoji-fluent-emoji-flat";

const table = (...path: string[]) =>
  parse(readFileSync(join(...path), "utf8"), { columns: true }) as Record<string, string>[];
const classesOf = (checkpoint: string, benchmark: string) =>
  table(RESULTS, checkpoint, benchmark, "160", "templates", "predictions.csv").map(({ top1 }) => top1);
const checkpoints = [...new Set(table(RESULTS, "accuracies.csv").map(({ checkpoint }) => checkpoint as string))].sort();

describe("shiftline fit --agreement", () => {
  it("writes pairs, lines and predictions of every x axis, from the predictions of each checkpoint", async () => {
    const folder = temporaryFolder();
    const sides = [FLAT, "emoji-fluent-emoji"];
    const run = await shiftline([
      "fit",
      RESULTS,
      ...STUDY,
      "--agreement",
      "probit",
      "--id",
      sides.join(","),
      "--out",
      folder,
    ]);
    expect(run.status, run.stderr).toBe(0);
    expect(run.stdout).toContain("Agreement of every pair of checkpoints, on the probit scale (Baek et al. 2022)");
    expect(run.stdout).toContain("predictions of each checkpoint: agreement-predictions.csv");

    const lines = table(folder, "agreement-lines.csv");
    expect(new Set(lines.map(({ id_side }) => id_side))).toEqual(new Set(sides));
    expect(lines.map(({ benchmark }) => benchmark)).not.toContain("average");
    const pairs = table(folder, "agreement.csv");
    expect(pairs.length).toBe((lines.length * checkpoints.length * (checkpoints.length - 1)) / 2);
    const two = checkpoints.slice(3, 5);
    const pair = pairs.find(
      ({ first, second, benchmark, id_side }) =>
        first === two[0] && second === two[1] && benchmark === "emoji-fxemoji" && id_side === FLAT,
    );
    const share = (benchmark: string) => {
      const [first, second] = two.map((name) => classesOf(name, benchmark));
      const equal = first?.filter((label, i) => label === second?.[i]).length as number;
      return equal / (first?.length as number);
    };
    expect(Number(pair?.agreement)).closeTo(share("emoji-fxemoji"), 1e-11);
    expect(Number(pair?.id_agreement)).closeTo(share(FLAT), 1e-11);

    const robustness = table(folder, "robustness.csv");
    const predictions = table(folder, "agreement-predictions.csv");
    expect(predictions.length).toBe(checkpoints.length * lines.length);
    for (const prediction of predictions.filter(({ benchmark }) => benchmark === "emoji-fxemoji")) {
      const row = robustness.find(
        ({ checkpoint, benchmark, id_side }) =>
          checkpoint === prediction.checkpoint && benchmark === prediction.benchmark && id_side === prediction.id_side,
      );
      expect(Number(prediction.accuracy)).toBe(Number(row?.accuracy));
      expect(Number(prediction.id_accuracy)).toBe(Number(row?.id_accuracy));
      expect(Number(prediction.aline_s_error)).closeTo(Number(prediction.aline_s) - Number(prediction.accuracy), 1e-11);
    }
  });

  it("is refused on another scale, and for accuracies without predictions", async () => {
    const scale = await shiftline(["fit", RESULTS, ...STUDY, "--agreement", "linear"]);
    expect([scale.status, scale.stderr]).toEqual([2, expect.stringContaining("--agreement linear: expected probit")]);
    const published = await shiftline(["fit", "openclip", "--agreement", "probit"]);
    expect([published.status, published.stderr]).toEqual([
      1,
      expect.stringContaining("--agreement needs results folders with predictions.csv"),
    ]);
  });
});
