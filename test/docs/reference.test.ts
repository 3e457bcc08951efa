import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ARCHITECTURE_FIGURE, architectureFigure } from "../../scripts/architecture-figure.ts";
import { ACCURACY_COLUMNS } from "../../src/evaluation/results/accuracies-csv.ts";
import { formatClasses } from "../../src/evaluation/results/classes-file.ts";
import {
  formatAgreement,
  formatAgreementLines,
  formatAgreementPredictions,
} from "../../src/output/tables/agreement-csv.ts";
import { formatComparisons } from "../../src/output/tables/comparison-csv.ts";
import { formatFits, formatInfluence } from "../../src/output/tables/fits-csv.ts";
import { formatGroupEffects, formatGroupTests } from "../../src/output/tables/group-decisions-csv.ts";
import { formatGroups } from "../../src/output/tables/groups-csv.ts";
import { formatMixturePlaces, formatMixtures } from "../../src/output/tables/mixtures-csv.ts";
import { formatRelative } from "../../src/output/tables/relative-csv.ts";
import { formatReplicates } from "../../src/output/tables/replicates-csv.ts";
import { formatResultsCsv } from "../../src/output/tables/results-records.ts";
import { formatRobustness } from "../../src/output/tables/robustness-csv.ts";
import { formatScaling } from "../../src/output/tables/scaling-csv.ts";

const root = join(import.meta.dirname, "../..");
const readPage = (name: string) => readFileSync(join(root, "docs", "reference", name), "utf8");

/** The cells of all tables of a page, by row. */
function tableRows(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("|---"))
    .map((line) => line.slice(2, -2).split(" | "));
}

describe("docs/reference/dependencies.md", () => {
  it("gives a reason for every dependency of the product, and for no other package", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { dependencies: object };
    const [, ...rows] = tableRows(readPage("dependencies.md"));
    const named = rows.flatMap(([names]) => (names as string).split(", "));
    expect(named.sort()).toEqual(Object.keys(dependencies).sort());
    expect(rows.filter(([, reason]) => (reason ?? "") === "")).toEqual([]);
  });
});

describe("docs/figures/architecture.svg", () => {
  it("shows the current imports of src: npm run figures", () => {
    expect(readFileSync(ARCHITECTURE_FIGURE, "utf8")).toBe(architectureFigure());
  });
});

describe("docs/reference/correctness.md", () => {
  it("names an existing test in every row", () => {
    const text = readPage("correctness.md");
    const rows = tableRows(text.slice(0, text.indexOf("## Limits"))).filter(([what]) => what !== "what");
    expect(rows.length).toBeGreaterThan(25);
    for (const row of rows) {
      const files = [...(row.at(-1) ?? "").matchAll(/`(test\/[\w./-]+\.test\.ts)`/g)].map(
        (match) => match[1] as string,
      );
      expect(files.length, row[0]).toBeGreaterThan(0);
      expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    }
  });
});

describe("docs/reference/protocols.md", () => {
  it("has the protocols and numbers of images of the definitions", () => {
    interface Definition {
      readonly id: string;
      readonly images: number;
      readonly protocols: readonly { readonly id: string; readonly images?: number }[];
    }
    const documented: string[] = [];
    let ids: string[] = [];
    for (const [benchmark = "", images = "", protocols = ""] of tableRows(readPage("protocols.md"))) {
      const named = [...benchmark.matchAll(/`([\w-]+)`/g)].map((match) => match[1] as string);
      if (named.length > 0) ids = named;
      for (const [, protocol] of protocols.matchAll(/`([\w-]+)`/g)) {
        for (const id of ids) documented.push(`${id} ${protocol}: ${images.replace(/,| each/g, "")}`);
      }
    }
    const defined = readdirSync(join(root, "benchmarks"))
      .filter((file) => file.endsWith(".json"))
      .map((file) => JSON.parse(readFileSync(join(root, "benchmarks", file), "utf8")) as Definition)
      .flatMap(({ id, images, protocols }) => protocols.map((p) => `${id} ${p.id}: ${p.images ?? images}`));
    expect(documented.sort()).toEqual(defined.sort());
  });
});

describe("docs/reference/files.md", () => {
  const text = readPage("files.md");
  const header = (csv: string) => csv.trim().split(",");
  const column = { column: "source", adjusted: [] } as const;
  const empty = { comparisons: [] } as never;
  /** The columns of each CSV file, from its writer called without rows. */
  const columns: Readonly<Record<string, readonly string[]>> = {
    "accuracies.csv": ACCURACY_COLUMNS,
    "fits.csv": header(formatFits([])),
    "robustness.csv": header(formatRobustness([])),
    "influence.csv": header(formatInfluence([])),
    "groups.csv": header(formatGroups([], "source")),
    "group-tests.csv": header(formatGroupTests([], empty, column)),
    "group-effects.csv": header(formatGroupEffects([], empty, column)),
    "replicates.csv": header(formatReplicates([])),
    "relative.csv": header(formatRelative([])),
    "mixtures.csv": header(formatMixtures(empty)),
    "mixture-places.csv": header(formatMixturePlaces(empty)),
    "scaling.csv": header(formatScaling(empty, "")),
    "agreement.csv": header(formatAgreement([])),
    "agreement-lines.csv": header(formatAgreementLines([])),
    "agreement-predictions.csv": header(formatAgreementPredictions([])),
    comparison: header(formatComparisons([], [])),
    table: header(formatResultsCsv([])),
  };

  const namesIn = (cells: string) => [...cells.matchAll(/`([\w[\].-]+)`/g)].map((match) => match[1] as string);
  /** Names in the first cells of the table that follows, or in the rest of the line. */
  const documented = (marker: string) => {
    const [, after = ""] = text.split(`<!-- columns ${marker} -->`);
    if (after.startsWith(" ")) return namesIn(after.split("\n")[0] as string);
    const table = after.trimStart().split("\n\n")[0] as string;
    return tableRows(table).flatMap(([first]) => namesIn(first as string));
  };

  it.each(Object.entries(columns))("has the columns of %s", (name, expected) => {
    expect(documented(name)).toEqual(expected);
  });

  const section = (heading: string) => (text.split(`\n### ${heading}\n`)[1] as string).split(/\n##/)[0] as string;
  const result = join(root, "results", "emojishift", "twemoji-640", "emoji-twemoji", "160", "templates");
  const readResult = (file: string): unknown => JSON.parse(readFileSync(join(result, file), "utf8"));

  it("has the columns of predictions.csv and classes.csv", () => {
    const names = tableRows(section("predictions.csv")).flatMap(([first]) => namesIn(first as string));
    const source = readFileSync(join(root, "src/evaluation/results/predictions-file.ts"), "utf8");
    expect(source).toContain('["image", "label", ...TOP, ...SCORES, CONTENT]');
    const places = ["1", "2", "3", "4", "5"];
    expect(names).toEqual([
      "image",
      "label",
      ...places.map((k) => `top${k}`),
      ...places.map((k) => `score${k}`),
      "content",
    ]);
    const classes = tableRows(section("classes.csv")).flatMap(([first]) => namesIn(first as string));
    expect(classes).toEqual(header(formatClasses({ rows: [] }, [])));
  });

  it("has every field of metrics.json and run.json", () => {
    const metrics = readResult("metrics.json") as Record<string, unknown> & { metrics: Record<string, unknown>[] };
    for (const field of [...Object.keys(metrics), ...Object.keys(metrics.metrics[0] ?? {})]) {
      expect(section("metrics.json"), field).toMatch(new RegExp(`\`(?:metrics\\[\\]\\.)?${field}\``));
    }
    const run = section("run.json");
    const visit = (value: Record<string, unknown>, path: string) => {
      for (const [field, inner] of Object.entries(value)) {
        expect(run, `${path}${field}`).toMatch(new RegExp(`[\`.]${field}[\`.]`));
        const isOpen = ["versions", "machine", "allocation", "runtime", "definition"].includes(field);
        if (inner !== null && typeof inner === "object" && !Array.isArray(inner) && !isOpen) {
          visit(inner as Record<string, unknown>, `${path}${field}.`);
        }
      }
    };
    visit(readResult("run.json") as Record<string, unknown>, "");
  });
});
