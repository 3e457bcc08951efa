import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { readBaseline } from "../../../src/analysis/robustness/read-baseline.ts";
import type { RobustnessRow } from "../../../src/analysis/robustness/robustness-row.ts";
import { studyRobustness } from "../../../src/analysis/robustness/robustness-study.ts";
import { IMAGENET_AXES } from "../../../src/analysis/robustness/study-axes.ts";
import { headline } from "../../../src/output/tables/fit-headline.ts";
import { formatStudy } from "../../../src/output/tables/fit-table.ts";
import { formatFits, formatInfluence } from "../../../src/output/tables/fits-csv.ts";
import { formatRobustness } from "../../../src/output/tables/robustness-csv.ts";

async function zooStudy(models?: readonly string[]) {
  const zoo = await readBaseline("openclip");
  const rows = models === undefined ? zoo.rows : zoo.rows.filter((row) => models.includes(row.checkpoint));
  return studyRobustness(rows, await readBaseline("openai-clip"));
}

const records = (text: string): Record<string, string>[] => parse(text, { columns: true });

describe("fits.csv, robustness.csv and influence.csv", () => {
  it("have the columns of the design, in its order", async () => {
    const study = await zooStudy();
    expect(formatFits(study.lines).split("\n")[0]).toBe(
      "baseline,group,benchmark,protocol,templates,class_names,metric,id_side,id_metric,scale,slope,intercept,slope_se,r2,residual_sd,n,x_min,x_max,policy,line,scatter_sd,reliability,slope_corrected,slope_corrected_se,intercept_corrected,intercept_corrected_se",
    );
    expect(formatRobustness(study.rows).split("\n")[0]).toBe(
      "checkpoint,benchmark,protocol,templates,class_names,metric,id_side,id_metric,scale,baseline,group,id_accuracy,accuracy,expected_accuracy,effective_robustness,low,high,prediction_low,prediction_high,extrapolated,outside_by,quality,prediction_p,prediction_p_holm,verdict,noise,line,expected_corrected,effective_robustness_corrected,decision_low,decision_high,minimum_detectable_low,minimum_detectable_high",
    );
    expect(records(formatInfluence(study.lines))).toHaveLength(6 * 9);
  });

  it("hold fractions, every checkpoint's every figure, and empty cells where there is no interval", async () => {
    const rows = records(formatRobustness((await zooStudy(["RN50/cc12m"])).rows));
    expect(rows.map((row) => row.benchmark)).toEqual([
      ...["average", "imagenet-a", "imagenet-r", "imagenet-sketch", "imagenet-v2", "mean-of-shifts", "objectnet"],
    ]);
    expect(rows.every((row) => row.extrapolated === "true" && row.outside_by === "0.2391")).toBe(true);
    expect(Number(rows.find((row) => row.benchmark === "imagenet-r")?.effective_robustness)).closeTo(0.259, 5e-4);
    const mean = rows.find((row) => row.benchmark === "mean-of-shifts");
    expect([mean?.low, mean?.high, mean?.prediction_low]).toEqual(["", "", ""]);
  });

  it("guard names that a spreadsheet would run, and keep commas, quotes and newlines", async () => {
    const study = await zooStudy(["RN50/cc12m"]);
    const [first] = study.rows as [RobustnessRow];
    const names = ["=cmd|'/C calc'!A0", 'a,"b"', "two\nlines"];
    const text = formatRobustness(names.map((checkpoint) => ({ ...first, checkpoint })));
    expect(records(text).map((row) => row.checkpoint)).toEqual(["'=cmd|'/C calc'!A0", 'a,"b"', "two\nlines"]);
  });
});

describe("what fit prints", () => {
  it("is a headline and a table for a few checkpoints, within 100 columns", async () => {
    const text = formatStudy(await zooStudy(["ViT-B-16/datacomp_xl_s13b_b90k", "RN50/cc12m"]));
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(text).toMatchInlineSnapshot(`
      "Baseline openai-clip, group openai, templates openai-80, fitted on the logit scale
      line of                    x axis       slope ±se  intercept     r2  rel. x  n  x range %
      -------------------------  --------  ------------  ---------  -----  ------  -  ---------
      imagenet-v2                imagenet  0.970 ±0.024     −0.269  0.996    1.00  9  59.8–76.6
      imagenet-r 200             imagenet  1.990 ±0.084     −0.314  0.988    1.00  9  59.8–76.6
      imagenet-sketch            imagenet  1.247 ±0.049     −1.038  0.989    1.00  9  59.8–76.6
      imagenet-a 200             imagenet  3.047 ±0.095     −2.400  0.993    1.00  9  59.8–76.6
      objectnet objectnet-names  imagenet  1.694 ±0.062     −1.071  0.991    1.00  9  59.8–76.6
      average                    imagenet  1.679 ±0.027     −0.955  0.998    1.00  9  59.8–76.6

      RN50/cc12m: 13.3 points above the line on the average of the five shifts
        not ranked: weights trained with QuickGELU, evaluated with GELU; see RN50-quickgelu/cc12m
        95 % interval +12.2 … +14.3, from finite images and the error of the line
        EXTRAPOLATED: 23.9 points outside the baseline's ImageNet accuracies, where the line may not hold
      benchmark        x axis     x %  acc %  line %  above, pp  95 % interval  new model %  outside
      ---------------  --------  ----  -----  ------  ---------  -------------  -----------  -------
      imagenet-v2      imagenet  35.9   30.6    30.3       +0.3  −1.6 … +2.3    28.2–32.5       23.9
      imagenet-r       imagenet  35.9   44.7    18.8      +25.9  +21.3 … +29.9  14.3–24.1       23.9
      imagenet-sketch  imagenet  35.9   23.5    14.7       +8.9  +6.7 … +10.8   12.5–17.2       23.9
      imagenet-a       imagenet  35.9    7.6     1.5       +6.1  +5.3 … +6.9    1.0–2.2         23.9
      objectnet        imagenet  35.9   23.3    11.4      +11.9  +9.6 … +13.9   9.2–14.0        23.9
      average          imagenet  35.9   25.9    12.7      +13.3  +12.2 … +14.3  11.6–13.9       23.9
      mean-of-shifts   imagenet  35.9   25.9    15.3      +10.6                                 23.9

      ViT-B-16/datacomp_xl_s13b_b90k: 3.7 points below the line on the average of the five shifts
        below the baseline's 95 % prediction band (p 0.001 after Holm over 6)
        95 % interval −4.6 … −2.7, from finite images and the error of the line
        minimum detectable: −2.3 or +2.2 points, with 80 % power at level 0.05/6, Holm's first step
      benchmark        x axis     x %  acc %  line %  above, pp  95 % interval  new model %  outside
      ---------------  --------  ----  -----  ------  ---------  -------------  -----------  -------
      imagenet-v2      imagenet  73.5   66.0    67.3       −1.3  −2.4 … −0.2    66.0–68.5
      imagenet-r       imagenet  73.5   83.6    84.7       −1.1  −2.2 … 0.0     82.3–86.9
      imagenet-sketch  imagenet  73.5   60.4    55.8       +4.6  +3.4 … +5.9    53.3–58.3
      imagenet-a       imagenet  73.5   48.4    67.0      −18.6  −21.0 … −16.1  62.4–71.2
      objectnet        imagenet  73.5   63.5    65.8       −2.3  −3.9 … −0.8    62.8–68.7
      average          imagenet  73.5   64.4    68.1       −3.7  −4.6 … −2.7    66.8–69.3
      mean-of-shifts   imagenet  73.5   64.4    68.1       −3.7"
    `);
  });

  it("shows no two names alike, where many are too long", async () => {
    const { rows, ...study } = await zooStudy();
    const long = (row: RobustnessRow) => ({ ...row, checkpoint: `${"long-".repeat(8)}${row.checkpoint}` });
    const text = formatStudy({ ...study, rows: rows.map(long) });
    const [, overview = ""] = text.split("Effective robustness of");
    const names = overview
      .split("\n")
      .filter((line) => line.startsWith("long-"))
      .map((line) => line.split(/ {2,}/)[0]);
    expect(names.length).toBeGreaterThan(40);
    expect(new Set(names).size).toBe(names.length);
  });

  it("is an overview of many within 100 columns, with the number of rows that are not shown", async () => {
    const study = await zooStudy();
    const text = formatStudy(study);
    const lines = text.split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(text).toContain("Effective robustness of 105 checkpoints in percentage points, sorted by average");
    expect(lines).toContain("… and 65 more rows");
    expect(formatStudy(study, [], "all.csv").split("\n")).toContain("… and 65 more rows in all.csv");
    const ranked = lines.slice(0, lines.indexOf("… and 65 more rows")).join("\n");
    expect(ranked).not.toMatch(/^ViT-B-32\/laion400m|^RN50\/yfcc15m|^ViT-B-16\/dfn2b/m);
    // Cut, of e31 and e32 what differs
    expect(text).toMatch(/^ViT-B-32\/laion400m_e32 +wrong-activation +ViT-B-32-quick\S*…\S*e32$/m);
    expect(text).toMatch(/^ViT-B-16\/dfn2b +activation-unknown$/m);
  });

  it("puts those outside the baseline's x range last in an overview", async () => {
    const models = [
      "RN50-quickgelu/cc12m",
      "ViT-B-32/openai",
      "RN50-quickgelu/yfcc15m",
      "ViT-L-14/openai",
      "ViT-B-16/datacomp_xl_s13b_b90k",
    ];
    const lines = formatStudy(await zooStudy(models)).split("\n");
    const [rule = "", ...table] = lines.slice(lines.findIndex((line) => line.startsWith("checkpoint ")) + 1);
    expect(table.map((line) => line.length === rule.length)).toEqual([false, false, false, true, true]);
  });

  it("states that no interval is known without the number of images", async () => {
    const [row] = (await zooStudy(["ViT-B-16/datacomp_xl_s13b_b90k"])).rows as [RobustnessRow];
    expect(headline({ ...row, low: null, high: null }, IMAGENET_AXES, 6)).toContain(
      "no interval: the number of images is not known",
    );
    expect(headline({ ...row, low: -0.01, high: 0.01 }, IMAGENET_AXES, 6)).toContain("−1.0 … +1.0, from finite images");
    expect(headline(row, IMAGENET_AXES, 6, true)).toMatch(/^ViT-B-16\/datacomp_xl_s13b_b90k \(openai-80\): /);
    expect(headline({ ...row, checkpoint: "a\u001b[31m" }, IMAGENET_AXES, 6)).toContain("a\\u{1b}[31m: ");
  });
});
