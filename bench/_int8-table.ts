import { markdownTable } from "./_markdown.ts";
import type { Setting } from "./_measured.ts";
import type { Change } from "./_paired-robustness.ts";
import { settingLine } from "./_setting-line.ts";

/** One benchmark: float32 and dynamic int8 of one checkpoint on the same images. All figures are fractions of 1. */
export interface Int8Row {
  readonly checkpoint: string;
  readonly data: string;
  readonly benchmark: string;
  readonly protocol: string;
  readonly n: number;
  readonly accuracy: number;
  readonly int8Accuracy: number;
  /** with `compare`'s interval for paired proportions */
  readonly change: Change;
  /** images whose best class differs, with Clopper–Pearson bounds of their share */
  readonly flips: { readonly count: number; readonly low: number; readonly high: number };
  /** null without a baseline line: ImageNet, V2's other draws */
  readonly robustness: Change | null;
}

export interface Int8Measured extends Setting {
  readonly templates: string;
  readonly rows: readonly Int8Row[];
}

export function int8Table(measured: Int8Measured): string {
  const points = (value: number) => (100 * value).toFixed(1).replace(/^-(0\.0)$/, "$1");
  const span = (value: number, low: number, high: number) => `${points(value)} (${points(low)} to ${points(high)})`;
  const table = markdownTable(
    ["checkpoint, benchmark", "n", "flips %", "float32 %", "int8 %", "change, points", "change in ρ, points"],
    measured.rows.map(({ flips, change, robustness, ...row }) => [
      `${row.checkpoint}, ${row.benchmark}`,
      String(row.n),
      span(flips.count / row.n, flips.low, flips.high),
      points(row.accuracy),
      points(row.int8Accuracy),
      span(change.value, change.low, change.high),
      robustness === null ? "" : span(robustness.value, robustness.low, robustness.high),
    ]),
  );
  const data = new Map(measured.rows.map((row) => [row.checkpoint, row.data]));
  const notes = [...data].map(([checkpoint, images]) => `- ${checkpoint}: ${images}; templates ${measured.templates}.`);
  return [table, "", ...notes, "", settingLine(measured)].join("\n");
}
