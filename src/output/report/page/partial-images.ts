import type { RobustnessRow } from "../../../analysis/robustness/robustness-row.ts";
import { AVERAGE, benchmarkOfSide } from "../../../analysis/robustness/study-axes.ts";
import { count } from "../../../foundation/number-text.ts";
import type { ReportData, ReportResult } from "../report-data.ts";
import { shiftTitle } from "./study.ts";

/** Maximum number of results listed in a sentence. */
const NAMED = 2;

/** Describes incomplete benchmarks of a row, such as "on 100 of 50,000 images of ImageNet"; "" if all are complete. */
export function partialWords(data: ReportData, row: RobustnessRow): string {
  const partial = resultsBehind(data, row).filter(
    ({ n, expectedN }) => n !== null && expectedN !== null && n < expectedN,
  );
  if (partial.length === 0) return "";
  const named = partial
    .slice(0, NAMED)
    .map(
      ({ benchmark, protocol, n, expectedN }) =>
        `${count(n as number)} of ${count(expectedN as number)} images of ${shiftTitle(data, benchmark, protocol)}`,
    );
  const rest = partial.length - NAMED;
  return `on ${named.join(", ")}${rest > 0 ? ` and part of ${rest} more` : ""}`;
}

/** Returns the known accuracies behind a row: in distribution, and under the shift or the shifts of an average. */
export function resultsBehind(data: ReportData, row: RobustnessRow): ReportResult[] {
  const { axes } = data;
  const shifts = row.benchmark === AVERAGE ? axes.shifts : [row.benchmark];
  const id = benchmarkOfSide(row.idSide);
  const results = data.results.filter(
    (result) => result.checkpoint === row.checkpoint && result.templates === row.templates,
  );
  const side = row.idSide === id ? wholeProtocols(data, id) : new Set([row.idSide.slice(id.length + 1)]);
  return results.filter(({ benchmark, protocol }) =>
    benchmark === id
      ? side.has(protocol)
      : shifts.includes(benchmark) && (row.benchmark === AVERAGE || protocol === row.protocol),
  );
}

function wholeProtocols({ axes }: ReportData, id: string): ReadonlySet<string> {
  return new Set(axes.inDistribution.find(({ benchmark }) => benchmark === id)?.wholeProtocols);
}
