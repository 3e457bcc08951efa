import type { Metric } from "../scoring/accuracy.ts";
import type { ResultMetrics } from "./result-folder.ts";
import { formatTextTable, printable, type TableColumn } from "./text-table.ts";

const COLUMNS: readonly TableColumn[] = [
  { title: "checkpoint", align: "left" },
  { title: "benchmark", align: "left" },
  { title: "prompts", align: "left" },
  { title: "top-1 %", align: "right" },
  { title: "95 % interval", align: "left" },
  { title: "top-5 %", align: "right" },
  { title: "recall %", align: "right" },
  { title: "n", align: "left" },
];

/** The table that `evaluate` ends with: percent, one row a result. "n of expected" where images are missing. */
export function formatAccuracyTable(results: readonly ResultMetrics[]): string {
  const rows = results.map((result) => {
    const metric = (name: Metric["metric"]) => result.metrics.find((one) => one.metric === name);
    const top1 = metric("top1");
    return [
      printable(result.checkpoint),
      result.protocol === "1000" ? result.benchmark : `${result.benchmark} (${result.protocol})`,
      printable(result.templates),
      percent(top1?.value),
      top1 === undefined ? "" : `${percent(top1.low)}–${percent(top1.high)}`,
      percent(metric("top5")?.value),
      percent(metric("mean_per_class_recall")?.value),
      result.n === result.expected_n ? String(result.n) : `${result.n} of ${result.expected_n}`,
    ];
  });
  return formatTextTable(COLUMNS, rows);
}

function percent(fraction: number | undefined): string {
  return fraction === undefined ? "" : (fraction * 100).toFixed(2);
}
