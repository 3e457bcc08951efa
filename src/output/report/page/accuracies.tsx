import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { isWholeProtocol } from "../../../analysis/robustness/study-axes.ts";
import { INTERVAL_METHODS } from "../../../evaluation/scoring/metrics/metric.ts";
import { ACCURACY, findMetric, METRICS } from "../../../evaluation/scoring/metrics/registry.ts";
import { keyText, TASK_FIELDS } from "../../../foundation/evaluation-key.ts";
import type { Note } from "../../../foundation/notes.ts";
import { count, percent, percentRange } from "../../../foundation/number-text.ts";
import { shiftOrder } from "../../tables/shift-order.ts";
import type { ReportData, ReportResult } from "../report-data.ts";
import { Section, Select } from "./controls.tsx";
import { download } from "./download.ts";
import { CheckpointName, type PageProps } from "./page-props.tsx";
import { shiftTitle } from "./study.ts";
import { type Column, Table } from "./table.tsx";
import { accuraciesCsv } from "./tables-csv.ts";
import { resultWarnings, WarningList, WarningMark } from "./warnings.tsx";

interface Cell {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number | null;
  readonly expectedN: number | null;
  readonly warnings: readonly string[];
}

interface Row {
  readonly checkpoint: string;
  readonly cells: ReadonlyMap<string, Cell>;
}

/** Shows all accuracies: one row per checkpoint, one column per benchmark and protocol. */
export function Accuracies({ data, view, change }: PageProps): JSX.Element {
  const results = useMemo(
    () => data.results.filter((result) => view.prompts === "" || result.templates === view.prompts),
    [data, view.prompts],
  );
  const rows = useMemo(() => toRows(results, view.metric, data.warnings), [data, results, view.metric]);
  const columns = useMemo(() => toColumns(data, results, rows), [data, results, rows]);
  const available = METRICS.filter(({ id }) => id === ACCURACY.id || results.some((result) => hasMetric(result, id)));
  const { interval } = findMetric(view.metric) ?? ACCURACY;
  return (
    <Section
      id="accuracies"
      title="Accuracy"
      description={
        <>
          Zero-shot, in percent, with 95 % intervals ({INTERVAL_METHODS[interval]}). A <span class="flag">partial</span>{" "}
          figure is based on fewer images than the benchmark has
          {data.warnings.length > 0 && (
            <>
              ; a figure with <b class="flag">!</b> may be wrong
            </>
          )}
          .
        </>
      }
      actions={
        <>
          <Select
            label="Metric"
            value={view.metric}
            choices={available.map(({ id, title }) => ({ value: id, label: title }))}
            onChange={(metric) => change({ metric })}
          />
          <button type="button" class="plain" onClick={() => download("accuracies.csv", accuraciesCsv(data.results))}>
            Download CSV
          </button>
        </>
      }
    >
      <Table
        id="accuracies"
        caption="Accuracy of every checkpoint"
        columns={columns}
        rows={rows}
        keyOf={(row) => row.checkpoint}
        checkpointOf={(row) => row.checkpoint}
      />
      <WarningList warnings={data.warnings} />
    </Section>
  );
}

function hasMetric({ others }: ReportResult, name: string): boolean {
  return others.some(({ metric }) => metric === name);
}

function columnId(result: ReportResult): string {
  return keyText(result, TASK_FIELDS);
}

function toRows(results: readonly ReportResult[], metric: string, notes: readonly Note[]): Row[] {
  const rows = new Map<string, Map<string, Cell>>();
  for (const result of results) {
    const metricValue = result.others.find((candidate) => candidate.metric === metric);
    if (metric !== result.metric && metricValue === undefined) continue;
    const { accuracy, low, high, n, expectedN } = result;
    const warnings = resultWarnings(notes, result);
    const cell = { ...(metricValue ?? { value: accuracy, low, high, n }), expectedN, warnings };
    const cells = rows.get(result.checkpoint) ?? new Map<string, Cell>();
    cells.set(columnId(result), cell);
    rows.set(result.checkpoint, cells);
  }
  return [...rows].map(([checkpoint, cells]) => ({ checkpoint, cells }));
}

function toColumns(data: ReportData, results: readonly ReportResult[], rows: readonly Row[]): Column<Row>[] {
  const found = new Map<string, ReportResult>();
  for (const result of results) if (!found.has(columnId(result))) found.set(columnId(result), result);
  const used = [...found].filter(([id]) => rows.some(({ cells }) => cells.has(id)));
  const several = new Set(used.map(([, { templates }]) => templates)).size > 1;
  const byShift = shiftOrder(data.axes);
  const rest = ({ protocol, templates }: ReportResult) =>
    `${isWholeProtocol(protocol, data.axes) ? "" : protocol}/${templates}`;
  const ordered = used.sort(
    ([, a], [, b]) => byShift(a.benchmark, b.benchmark) || (rest(a) < rest(b) ? -1 : Number(rest(a) > rest(b))),
  );
  return [
    {
      id: "checkpoint",
      title: "Checkpoint",
      cell: (row) => <CheckpointName name={row.checkpoint} />,
      value: (row) => row.checkpoint,
    },
    ...ordered.map(([id, { benchmark, protocol, templates }]): Column<Row> => {
      const title = shiftTitle(data, benchmark, protocol);
      return {
        id,
        title: several ? `${title}, ${templates}` : title,
        hint: [benchmark, protocol, templates].filter((part) => part !== "").join(", "),
        align: "right",
        cell: (row) => <AccuracyCell cell={row.cells.get(id)} />,
        value: (row) => row.cells.get(id)?.value,
      };
    }),
  ];
}

function AccuracyCell({ cell }: { readonly cell: Cell | undefined }): JSX.Element {
  if (cell === undefined) return <span class="quiet">–</span>;
  const isPartial = cell.n !== null && cell.expectedN !== null && cell.n !== cell.expectedN;
  return (
    <>
      <span class="figure">
        {percent(cell.value, 2)}
        <WarningMark texts={cell.warnings} />
      </span>
      {cell.low !== null && cell.high !== null && <span class="interval">{percentRange(cell.low, cell.high)}</span>}
      {isPartial && (
        <span class="flag" title={`${cell.n} of ${cell.expectedN} images`}>
          {count(cell.n as number)} of {count(cell.expectedN as number)}
        </span>
      )}
    </>
  );
}
