import type { DryRun } from "../../evaluation/evaluate/dry-run.ts";
import { formatTextTable } from "../../output/tables/text-table.ts";
import { formatDuration } from "./progress-reporter.ts";

/** What a dry run found, for people. */
export function formatDryRun(result: DryRun): string {
  const images = formatTextTable(
    [
      { title: "checkpoint", align: "left" },
      { title: "benchmark", align: "left" },
      { title: "images", align: "right" },
      { title: "to embed", align: "right" },
      { title: "MB to read", align: "right" },
      { title: "time", align: "left" },
    ],
    result.rows.map((row) => [
      row.checkpoint,
      row.benchmark,
      String(row.images),
      String(row.imagesToEmbed),
      (row.bytes / 1e6).toFixed(1),
      formatDuration(row.seconds),
    ]),
  );
  const prompts = result.prompts.map(
    (row) => `${row.checkpoint}: ${row.promptsToEmbed} prompts to embed, ${formatDuration(row.seconds)}`,
  );
  return `${images}\n${prompts.join("\n")}\nabout ${formatDuration(result.seconds)} in all; nothing was written\n`;
}
