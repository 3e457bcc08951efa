import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BenchmarkComparison, compareCheckpoints } from "../../../src/analysis/comparison/compare-checkpoints.ts";
import type { NearestRow } from "../../../src/analysis/robustness/compare-nearest.ts";
import type { ResultMetrics } from "../../../src/evaluation/results/metrics-file.ts";
import { fromSpreadsheetText } from "../../../src/foundation/files/spreadsheet-text.ts";
import { accuracyGrid } from "../../../src/output/tables/accuracy-grid.ts";
import { formatComparisons } from "../../../src/output/tables/comparison-csv.ts";
import { agreementTable, differenceTable } from "../../../src/output/tables/comparison-table.ts";
import { formatPairs } from "../../../src/output/tables/comparison-text.ts";
import { formatWideAccuracies } from "../../../src/output/tables/wide-csv.ts";

function metrics(
  checkpoint: string,
  benchmark: string,
  correct: number,
  of: Partial<ResultMetrics> = {},
): ResultMetrics {
  return {
    ...{ checkpoint, benchmark, protocol: "1000", templates: "t", classNames: "names", n: 10, expectedN: 10 },
    metrics: [
      { metric: "top1", value: correct / 10, correct, n: 10, low: 0.1, high: 0.9, interval: "clopper-pearson" },
    ],
    ...of,
  };
}

/** One row of a comparison under any names: the first gets images 0 to 5 right, the second 0 to 3 and 6. */
function compared(first: string, second: string, of: Partial<BenchmarkComparison> = {}): BenchmarkComparison {
  const images = (right: readonly number[]) =>
    Array.from({ length: 10 }, (_, i) => ({ image: `${i}`, classes: [i], predicted: right.includes(i) ? i : 99 }));
  const result = { benchmark: "imagenet", protocol: "1000", templates: "t", classNames: "names", expectedN: 20 };
  const { rows } = compareCheckpoints(
    { checkpoint: `1${first}`, results: [{ ...result, images: images([0, 1, 2, 3, 4, 5]) }] },
    { checkpoint: `2${second}`, results: [{ ...result, images: images([0, 1, 2, 3, 6]) }] },
  );
  return { ...(rows[0] as BenchmarkComparison), first, second, ...of };
}

const nearest: NearestRow = {
  ...{ checkpoint: "a", baseline: "openai-clip", model: "RN50/openai", metric: "top1" },
  ...{ benchmark: "imagenet", protocol: "1000" },
  ...{ templates: "t", classNames: "names", accuracy: 0.6, modelAccuracy: 0.625, difference: -0.025 },
  ...{ low: -0.3, high: 0.25, n: 10, expectedN: 20, modelN: 50_000 },
};

describe("the wide CSV of accuracies", () => {
  it("has one row per checkpoint, ImageNet first, and n of expected where images are missing", () => {
    const results = [
      metrics("b", "imagenet-a", 5),
      metrics("a", "imagenet-a", 1, { expectedN: 7500 }),
      metrics("b", "imagenet", 9),
    ];
    const text =
      "checkpoint,imagenet/1000/t,imagenet-a/1000/t,imagenet-a/1000/t n of expected\na,,0.1,10 of 7500\nb,0.9,0.5,10 of 10\n";
    expect(formatWideAccuracies(accuracyGrid(results))).toBe(text);
    expect(formatWideAccuracies(accuracyGrid([...results].reverse()))).toBe(text);
    expect(formatWideAccuracies(accuracyGrid(results, ["b"]))).toBe(
      "checkpoint,imagenet/1000/t,imagenet-a/1000/t\nb,0.9,0.5\n",
    );
  });

  it("has each set of prompts together, in it the default protocols before the others", () => {
    const results = ["u", "t"].flatMap((templates) => [
      metrics("a", "imagenet", 1, { templates }),
      metrics("a", "imagenet", 2, { templates, protocol: "imagenet-r" }),
      metrics("a", "imagenet-r", 3, { templates, protocol: "1000" }),
      metrics("a", "imagenet-r", 4, { templates, protocol: "200" }),
    ]);
    const defaults = new Map([
      ["imagenet", "1000"],
      ["imagenet-r", "200"],
    ]);
    const [header] = formatWideAccuracies(accuracyGrid(results, ["a"], defaults)).split("\n");
    const each = ["imagenet/1000", "imagenet-r/200", "imagenet/imagenet-r", "imagenet-r/1000"];
    expect(header?.split(",").filter((title) => !title.endsWith("expected"))).toEqual([
      "checkpoint",
      ...["t", "u"].flatMap((templates) => each.map((title) => `${title}/${templates}`)),
    ]);
  });

  it("distinguishes columns that differ only in the class names", () => {
    const results = [metrics("a", "imagenet", 1), metrics("a", "imagenet", 2, { classNames: "mine" })];
    expect(formatWideAccuracies(accuracyGrid(results))).toBe(
      "checkpoint,imagenet/1000/t+mine,imagenet/1000/t+names\na,0.2,0.1\n",
    );
  });

  it("keeps any names whole, and none is a formula", () => {
    const text = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "binary-ascii" }),
      fc.constantFrom("=cmd|'/C calc'!A0", "+1", "-1", "@SUM(A1)", "'=x", "a\rb", '"', "a,b", "\t=1"),
    );
    fc.assert(
      fc.property(fc.uniqueArray(text, { minLength: 1 }), text, (checkpoints, benchmark) => {
        const results = checkpoints.map((checkpoint) => metrics(checkpoint, benchmark, 3));
        const cells: string[][] = parse(formatWideAccuracies(accuracyGrid(results, checkpoints)), {
          record_delimiter: "\n",
        });
        expect(cells.slice(1).map(([cell]) => fromSpreadsheetText(cell as string))).toEqual(checkpoints);
        expect(cells.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
        expect(fromSpreadsheetText(cells[0]?.[1] as string)).toBe(`${benchmark}/1000/t`);
      }),
    );
  });
});

describe("the tidy CSV of comparisons", () => {
  it("has one row per pair and benchmark, and unpaired comparisons in the same columns", () => {
    const [paired, unpaired, ...none]: Record<string, string>[] = parse(
      formatComparisons([compared("=cmd", "b")], [nearest]),
      { columns: true },
    );
    expect(none).toEqual([]);
    expect(paired).toMatchObject({
      ...{ first: "'=cmd", second: "b", pairing: "paired", first_accuracy: "0.6", second_accuracy: "0.5" },
      ...{ difference: "0.1", interval: "tango", both: "4", only_first: "2", only_second: "1", neither: "3" },
      ...{ p: "1", p_holm: "1", kappa: "0.4", n: "10", expected_n: "20" },
    });
    expect(unpaired).toMatchObject({
      ...{ first: "a", second: "RN50/openai", pairing: "unpaired", difference: "-0.025", low: "-0.3", high: "0.25" },
      ...{ interval: "newcombe-independent", both: "", p: "", kappa: "", n: "10" },
    });
  });
});

describe("the tables of comparisons", () => {
  it("are in percent and points, with the sign and the missing images", () => {
    const row = compared("a", "b", { difference: -0.031_25, low: -0.1, high: -0.000_001, p: 0.000_99, pHolm: 0.0499 });
    expect(differenceTable([row]).rows).toEqual([
      ["imagenet 1000, 10 of 20", "60.00", "50.00", "−3.13", "−10.00 … 0.00", "0.0010", "0.050"],
    ]);
    const whole = { ...row, expectedN: 10, errorConsistency: null, minimumDetectableDifference: null };
    expect(agreementTable([whole]).rows).toEqual([["imagenet 1000", "4", "2", "1", "3", "", "", "none"]]);
    const otherRows = [row, { ...row, templates: "u" }, { ...row, templates: "u", classNames: "mine" }];
    expect(differenceTable(otherRows).rows.map(([label]) => label)).toEqual([
      "imagenet 1000, t, 10 of 20",
      "imagenet 1000, u, names, 10 of 20",
      "imagenet 1000, u, mine, 10 of 20",
    ]);
  });

  it("show names of elsewhere as they are, in every format, and the most changed classes", () => {
    const row = compared("a|b_\u001b[31m", "c&d");
    const name = (_: unknown, label: string) => (label === "4" ? "tench" : null);
    const text = formatPairs([row], "text", name);
    expect(text).toContain("a|b_\\u{1b}[31m (first) minus c&d (second), prompts t\n");
    expect(text).toContain("0 of 1 differences are significant (McNemar's exact test, Holm over 1)\n");
    expect(text).toContain(
      "  imagenet 1000, 10 of 20: first better: tench (1 against 0 of 1), class 5 (1 against 0 of 1); second better: class 6 (0 against 1 of 1)",
    );
    expect(formatPairs([row], "markdown", name)).toContain("a\\|b\\_\\\\u\\{1b\\}\\[31m (first) minus c&amp;d");
    expect(formatPairs([row], "latex", name)).toContain(
      "\\caption{a\\textbar{}b\\_\\textbackslash{}u\\{1b\\}{[}31m (first) minus c\\&d",
    );
  });
});
