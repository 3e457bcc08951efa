import type { FitScale } from "../src/analysis/lines/fit-scale.ts";
import type { ModelPoint } from "../src/analysis/robustness/model-point.ts";
import type { AccuracyRow } from "../src/evaluation/results/accuracy-row.ts";
import { effectiveRobustness, fitBaseline, readBaseline } from "../src/index.ts";
import type { LineDifference, PublishedDifference } from "./_difference.ts";
import { type CsvRow, readCsv } from "./_difference-subjects.ts";
import { median } from "./_rates.ts";

const SHIFTS = ["imagenet-v2", "imagenet-r", "imagenet-sketch", "imagenet-a", "objectnet"];

/** Accuracies by model and benchmark, of published tables that ship. */
function publishedTable(id: string): Map<string, Map<string, CsvRow>> {
  const table = new Map<string, Map<string, CsvRow>>();
  for (const row of readCsv("benchmarks", "baselines", `${id}.csv`)) {
    const model = row.model as string;
    const side = row.benchmark === "imagenet" && row.protocol !== "1000" ? `imagenet@${row.protocol}` : row.benchmark;
    if (!table.has(model)) table.set(model, new Map());
    table.get(model)?.set(side as string, row);
  }
  return table;
}

/** Differences between published accuracies of one model. */
export function publishedDifferences(): PublishedDifference[] {
  const zoo = publishedTable("openclip");
  const testbed = publishedTable("imagenet-testbed");
  const openai = publishedTable("openai-clip");
  const between = (
    change: string,
    model: string,
    benchmark: string,
    from?: CsvRow,
    to?: CsvRow,
  ): PublishedDifference[] =>
    from === undefined || to === undefined
      ? []
      : [{ change, model, benchmark, accuracy: Number(from.accuracy), changedAccuracy: Number(to.accuracy) }];
  const found: PublishedDifference[] = [];
  for (const [model, rows] of zoo) {
    const { quality, instead } = rows.get("imagenet") as CsvRow;
    const right = zoo.get(instead ?? "");
    if (quality === "wrong-activation") {
      const sides = model === "ViT-B-32/laion400m_e32" ? ["imagenet", ...SHIFTS] : ["imagenet"];
      for (const side of sides) {
        found.push(...between("GELU for QuickGELU", instead as string, side, right?.get(side), rows.get(side)));
      }
    }
  }
  for (const [model, rows] of zoo) {
    const { quality, instead } = rows.get("imagenet") as CsvRow;
    if (quality !== "same-run" || !model.includes("laion400m_e31")) continue;
    const right = zoo.get(instead ?? "");
    const change = "epoch 31 for epoch 32";
    found.push(...between(change, instead as string, "imagenet", right?.get("imagenet"), rows.get("imagenet")));
  }
  const clip = testbed.get("vit_b_32_clip_zeroshot");
  for (const variant of ["imagenet-v2-threshold", "imagenet-v2-top"]) {
    const change = `${variant} for imagenet-v2`;
    found.push(...between(change, "ViT-B-32/openai (testbed)", variant, clip?.get("imagenet-v2"), clip?.get(variant)));
  }
  for (const side of ["imagenet-r", "imagenet-a", "objectnet"]) {
    const change = `ImageNet on the classes of ${side} for all 1000`;
    const sub = clip?.get(`imagenet@${side}`);
    found.push(...between(change, "ViT-B-32/openai (testbed)", "imagenet", clip?.get("imagenet"), sub));
  }
  for (const side of ["imagenet", ...SHIFTS]) {
    const change = "the testbed's evaluator for open_clip's (float32), same weights";
    found.push(...between(change, "ViT-B-32/openai", side, openai.get("ViT-B-32/openai")?.get(side), clip?.get(side)));
  }
  for (const [model, rows] of openai) {
    const shifts = SHIFTS.map((side) => Number(rows.get(side)?.accuracy));
    const change = "average with ImageNet in it for the average of five shifts";
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const all = mean([...shifts, Number(rows.get("imagenet")?.accuracy)]);
    if (model === "ViT-B-32/openai" || model === "ViT-L-14-336/openai") {
      found.push({ change, model, benchmark: "average", accuracy: mean(shifts), changedAccuracy: all });
    }
  }
  return found;
}

/** How the choice of line, scale and x axis moves effective robustness of the published zoo, and of the testbed's other models. */
export async function lineDifferences(): Promise<LineDifference[]> {
  const [openai, openclip, testbed] = await Promise.all(
    ["openai-clip", "openclip", "imagenet-testbed"].map(readBaseline),
  );
  const zoo = openclip!.rows.filter(({ doubt }) => doubt === undefined);
  const standard = testbed!.rows.filter(({ group }) => group === "standard");
  const nonStandard = testbed!.rows.filter(({ group }) => group !== "standard");
  const found: LineDifference[] = [];
  for (const shift of SHIFTS) {
    const line = pointsOf(openai!.rows, shift);
    const points = pointsOf(zoo, shift).filter(({ idAccuracy }) => {
      return (
        line.some((point) => point.idAccuracy <= idAccuracy) && line.some((point) => point.idAccuracy >= idAccuracy)
      );
    });
    const base = robustness(line, points);
    const add = (change: string, changed: readonly number[]) =>
      found.push(lineDifference(change, shift, base, changed));
    add("probit axes for logit", robustness(line, points, "probit"));
    add("linear axes for logit", robustness(line, points, "linear"));
    add(
      "a line of OpenAI's four ViTs for all nine",
      robustness(
        line.filter(({ model }) => model.startsWith("ViT")),
        points,
      ),
    );
    add("a line of the zoo's own models for OpenAI's nine", robustness(pointsOf(zoo, shift), points));
  }
  // the testbed's line of ImageNet-A is in two pieces
  for (const shift of ["imagenet-r", "objectnet"]) {
    const all = pointsOf(nonStandard, shift).filter(({ idAccuracy }) => idAccuracy >= 0.55);
    const same = pointsOf(nonStandard, shift, shift).filter(({ model }) => all.some((point) => point.model === model));
    const kept = all.filter(({ model }) => same.some((point) => point.model === model));
    const lineAll = pointsOf(standard, shift).filter(({ idAccuracy }) => idAccuracy >= 0.55);
    const lineSame = pointsOf(standard, shift, shift).filter(({ model }) =>
      lineAll.some((point) => point.model === model),
    );
    const change = "x axis ImageNet on all classes for the same classes (testbed)";
    found.push(lineDifference(change, shift, robustness(lineSame, same), robustness(lineAll, kept)));
  }
  return found;
}

function pointsOf(rows: readonly AccuracyRow[], shift: string, classes = "1000"): ModelPoint[] {
  const x = new Map(
    rows
      .filter((row) => row.benchmark === "imagenet" && row.protocol === classes)
      .map((row) => [row.checkpoint, row.accuracy]),
  );
  return rows
    .filter((row) => row.benchmark === shift && x.has(row.checkpoint) && row.accuracy > 0)
    .map((row) => ({ model: row.checkpoint, idAccuracy: x.get(row.checkpoint) as number, accuracy: row.accuracy }))
    .sort((a, b) => (a.model < b.model ? -1 : 1));
}

function robustness(line: readonly ModelPoint[], points: readonly ModelPoint[], scale: FitScale = "logit"): number[] {
  return effectiveRobustness(fitBaseline(line, { scale }), points).map((row) => row.effectiveRobustness);
}

function lineDifference(
  change: string,
  shift: string,
  before: readonly number[],
  after: readonly number[],
): LineDifference {
  const moved = before.map((value, i) => Math.abs(value - (after[i] as number)));
  const signs = before.filter((value, i) => Math.sign(value) !== Math.sign(after[i] as number)).length;
  return { change, shift, n: before.length, median: median(moved), max: Math.max(...moved), signs };
}
