import { boundsOf, type CoverageCount, isWithinBounds } from "./_coverage-design.ts";
import { markdownTable } from "./_markdown.ts";

/** Formats the counts as a Markdown table with shares in percent. */
export function coverageTable(counts: readonly CoverageCount[]): string {
  const head = ["design", "procedure", "nominal", "now", "before", "expected", "data sets"];
  return markdownTable(
    head,
    counts.map((count) => {
      const [low, high] = boundsOf(count).map((bound) => percent(bound));
      const expected = count.expectation === "power" ? "power" : `${count.expectation}: ${low}–${high}`;
      return [
        count.name,
        count.procedure,
        count.expectation === "power" ? "–" : percent(count.nominal),
        `${percent(count.hits / count.repetitions)}${isWithinBounds(count) ? "" : " (outside)"}`,
        count.before === null ? "–" : percent(count.before / count.repetitions),
        expected,
        String(count.repetitions),
      ];
    }),
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1).replace(/\.0$/, "")} %`;
}
