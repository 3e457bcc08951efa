import {
  DIFFERENCE_SECTIONS,
  type Difference,
  type DifferencesMeasured,
  type LineDifference,
  type PublishedDifference,
} from "./_difference.ts";
import { fillMarker, markdownTable } from "./_markdown.ts";
import { settingLine } from "./_setting-line.ts";

const percent = (value: number) => (100 * value).toFixed(1);
const points = (value: number) => (value >= 0 ? "+" : "−") + Math.abs(100 * value).toFixed(1);

/** Puts the measured tables between the markers of docs/reference/troubleshooting.md. @throws if it lacks a marker */
export function fillDifferences(document: string, measured: DifferencesMeasured): string {
  let text = document;
  for (const section of DIFFERENCE_SECTIONS) {
    const rows = measured.differences.filter((row) => row.section === section);
    text = fillMarker(text, `differences ${section}`, differenceTable(rows));
  }
  text = fillMarker(text, "differences published", publishedTable(measured.published));
  text = fillMarker(text, "differences lines", lineTable(measured.lines));
  return fillMarker(text, "differences setting", settingLine(measured));
}

/** Rows of one change stand together, in the order in which changes first occur. */
function differenceTable(rows: readonly Difference[]): string {
  const changes = [...new Set(rows.map(({ change }) => change))];
  const ordered = changes.flatMap((change) => rows.filter((row) => row.change === change));
  const withAffected = rows.some(({ affected }) => affected !== null);
  const withCosine = rows.some(({ cosine }) => cosine !== null);
  const head = ["change", "checkpoint, data", ...(withAffected ? ["inputs that differ"] : [])];
  return markdownTable(
    [...head, "changed predictions", "accuracy, %", ...(withCosine ? ["cosine: median, lowest"] : [])],
    ordered.map((row, i) => [
      row.change === ordered[i - 1]?.change ? "" : row.change,
      `${row.checkpoint}, ${row.data}`,
      ...(withAffected ? [`${row.affected} of ${row.n}`] : []),
      row.changed === null
        ? row.data.startsWith("small")
          ? `n = ${row.n}`
          : `– (n = ${row.n})`
        : `${row.changed} of ${row.n}`,
      accuracyCell(row),
      ...(withCosine
        ? [row.cosine === null ? "–" : `${cosineText(row.cosine.median)}, ${cosineText(row.cosine.min)}`]
        : []),
    ]),
  );
}

function accuracyCell({ accuracy, changedAccuracy }: Pick<Difference, "accuracy" | "changedAccuracy">): string {
  if (accuracy === null || changedAccuracy === null) return "–";
  return `${percent(accuracy)} → ${percent(changedAccuracy)}`;
}

function cosineText(value: number): string {
  if (value > 0.99999) return "> 0.99999";
  return value > 0.99 ? value.toFixed(5) : value.toFixed(3).replace("-", "−");
}

function publishedTable(rows: readonly PublishedDifference[]): string {
  return markdownTable(
    ["change", "model, benchmark", "accuracy, %", "points"],
    rows.map((row) => [
      row.change,
      `${row.model}, ${row.benchmark}`,
      accuracyCell(row),
      points(row.changedAccuracy - row.accuracy),
    ]),
  );
}

function lineTable(rows: readonly LineDifference[]): string {
  const changes = [...new Set(rows.map(({ change }) => change))];
  return markdownTable(
    ["change", "shift", "checkpoints", "points: median, largest", "ρ of another sign"],
    changes
      .flatMap((change) => rows.filter((row) => row.change === change))
      .map((row) => [
        row.change,
        row.shift,
        String(row.n),
        `${(100 * row.median).toFixed(2)}, ${(100 * row.max).toFixed(2)}`,
        String(row.signs),
      ]),
  );
}
