import { type Int8Measured, int8Table } from "./_int8-table.ts";
import { fillMarker } from "./_markdown.ts";
import { readMeasured } from "./_measured.ts";
import type { PeersMeasured } from "./_peer-round.ts";
import { peersTable } from "./_peers-table.ts";
import { planText } from "./_plan-table.ts";
import { type SweepMeasured, sweepTable } from "./_sweep-table.ts";
import { type TransformersJsMeasured, transformersJsTable } from "./_transformers-js-table.ts";

/** The plan that BENCHMARKS.md shows. */
const PLANNED = { checkpoints: 1000, nodes: 256 };

/** Measurements of the models whose sweeps are planned. */
export function readPlanned(): PeersMeasured[] {
  return ["vit-b-32", "vit-l-14"]
    .map((model) => readMeasured<PeersMeasured>(`peers-${model}`))
    .filter((measured) => measured !== null);
}

/**
 * Writes the tables of all measurements in bench/measured between their markers. Tables without a measurement are not changed.
 *
 * @throws if the document lacks a marker
 */
export function fillBenchmarks(document: string): string {
  let text = document;
  for (const model of ["vit-b-32", "vit-l-14", "photos-clip"]) {
    const measured = readMeasured<PeersMeasured>(`peers-${model}`);
    if (measured !== null) text = fillMarker(text, `peers ${model}`, peersTable(measured));
  }
  const transformersJs = readMeasured<TransformersJsMeasured>("transformers-js");
  if (transformersJs !== null) text = fillMarker(text, "transformers-js", transformersJsTable(transformersJs));
  const sweep = readMeasured<SweepMeasured>("sweep");
  if (sweep !== null) text = fillMarker(text, "sweep", sweepTable(sweep));
  const int8 = readMeasured<Int8Measured>("int8");
  if (int8 !== null) text = fillMarker(text, "int8", int8Table(int8));
  const planned = readPlanned();
  return planned.length === 0 ? text : fillMarker(text, "plan", planText(planned, PLANNED));
}
