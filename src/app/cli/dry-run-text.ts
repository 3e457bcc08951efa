import type { DryRun } from "../../evaluation/evaluate/dry-run.ts";
import { duration, megabytes, plural } from "../../foundation/number-text.ts";
import { formatTextTable } from "../../output/tables/text-table.ts";

/** Formats the outcome of a dry run for the terminal. */
export function formatDryRun(result: DryRun): string {
  const images = formatTextTable(
    [
      { title: "checkpoint", align: "left" },
      { title: "benchmark", align: "left" },
      { title: "protocols", align: "left" },
      { title: "images", align: "right" },
      { title: "to embed", align: "right" },
      { title: "MB to read", align: "right" },
      { title: "time", align: "left" },
    ],
    result.rows.map((row) => [
      row.checkpoint,
      row.benchmark,
      row.protocols.join(", "),
      String(row.images),
      String(row.imagesToEmbed),
      megabytes(row.bytes),
      duration(row.seconds),
    ]),
  );
  const prompts = result.prompts.map(
    (row) => `${row.checkpoint}: ${plural(row.promptsToEmbed, "prompt")} to embed, ${duration(row.seconds)}`,
  );
  return `${images}\n${prompts.join("\n")}\nabout ${duration(result.seconds)} in all; nothing was written\n`;
}
