import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { RobustnessRow } from "../../../analysis/robustness/robustness-row.ts";
import type { RobustnessStudy } from "../../../analysis/robustness/robustness-study.ts";
import { idTitle } from "../../../analysis/robustness/study-axes.ts";
import { isOutsideBand, testedRows } from "../../../analysis/robustness/verdict.ts";
import { doubtText } from "../../../evaluation/results/accuracy-row.ts";
import { percent, points, pointsRange } from "../../../foundation/number-text.ts";
import { formatFits } from "../../tables/fits-csv.ts";
import { formatRobustness } from "../../tables/robustness-csv.ts";
import { markWarnings, type WarningMarks } from "../../tables/warning-marks.ts";
import { Section } from "./controls.tsx";
import { download } from "./download.ts";
import { rankTier } from "./lead-rows.ts";
import { CheckpointName, type PageProps } from "./page-props.tsx";
import { type ShiftColumn, shiftColumns, shownRows, shownSide } from "./study.ts";
import { type Column, Table } from "./table.tsx";
import { WarningList, WarningMark } from "./warnings.tsx";

interface Row {
  readonly checkpoint: string;
  /** on all classes; undefined if not known */
  readonly idAccuracy: number | undefined;
  readonly cells: ReadonlyMap<string, RobustnessRow>;
}

/** Shows the effective robustness of every checkpoint on every shift. */
export function Robustness(
  props: PageProps & { readonly study: RobustnessStudy; readonly benchmark: string },
): JSX.Element {
  const { data, view, study, benchmark } = props;
  const shown = useMemo(() => shownRows(study, view), [study, view]);
  const shifts = useMemo(() => shiftColumns(data, shown), [data, shown]);
  const side = shownSide(view, data.axes);
  const rows = useMemo(() => toRows(shown, study, side), [shown, study, side]);
  const marks = useMemo(() => markWarnings(data.warnings, data.axes), [data]);
  const columns = useMemo(() => toColumns(data, side, shifts, marks), [data, side, shifts, marks]);
  return (
    <Section
      id="robustness"
      title="Effective robustness"
      description={
        <>
          Percentage points above (+) or below (−) the accuracy that the line of {view.baseline} expects at the same
          accuracy on {idTitle(data.axes, shownSide(view, data.axes))}, with 95 % intervals. The intervals treat the
          noise of finite images as independent, so they are too wide if the line's models saw the same images.{" "}
          <b class="star">★</b> outside the 95 % prediction band of the baseline, Holm over {testedRows(study.rows)}{" "}
          tests; <b>†</b> outside the accuracies the line was fitted on: no verdict, listed below the others; <b>‡</b> a
          doubtful published row or a duplicate of the same weights or run, not drawn: not ranked, listed last.
        </>
      }
      actions={
        <>
          <button type="button" class="plain" onClick={() => download("robustness.csv", formatRobustness(study.rows))}>
            Download CSV
          </button>
          <button type="button" class="plain" onClick={() => download("fits.csv", formatFits(study.lines))}>
            Lines as CSV
          </button>
        </>
      }
    >
      <Table
        id="robustness"
        caption="Effective robustness in percentage points"
        columns={columns}
        rows={rows}
        keyOf={(row) => row.checkpoint}
        checkpointOf={(row) => row.checkpoint}
        sortBy={(shifts.find((shift) => shift.benchmark === benchmark) ?? shifts[0])?.id ?? ""}
        descending={true}
      />
      <WarningList warnings={data.warnings} />
    </Section>
  );
}

function toRows(rows: readonly RobustnessRow[], study: RobustnessStudy, side: string): Row[] {
  const whole = study.rows.filter(({ idSide }) => idSide === side);
  const wholeAccuracies = new Map(whole.map(({ checkpoint, idAccuracy }) => [checkpoint, idAccuracy]));
  const byCheckpoint = new Map<string, Map<string, RobustnessRow>>();
  for (const row of rows) {
    const cells = byCheckpoint.get(row.checkpoint) ?? new Map<string, RobustnessRow>();
    const id = `${row.benchmark}/${row.protocol}`;
    if (!cells.has(id)) cells.set(id, row);
    byCheckpoint.set(row.checkpoint, cells);
  }
  return [...byCheckpoint].map(([checkpoint, cells]) => ({
    checkpoint,
    cells,
    idAccuracy: wholeAccuracies.get(checkpoint),
  }));
}

function toColumns(
  data: PageProps["data"],
  side: string,
  shifts: readonly ShiftColumn[],
  marks: WarningMarks,
): Column<Row>[] {
  return [
    {
      id: "checkpoint",
      title: "Checkpoint",
      cell: (row) => <CheckpointName name={row.checkpoint} />,
      value: (row) => row.checkpoint,
    },
    {
      id: "id",
      title: `${idTitle(data.axes, side)} %`,
      align: "right",
      cell: (row) => (row.idAccuracy === undefined ? "" : percent(row.idAccuracy)),
      value: (row) => row.idAccuracy,
    },
    ...shifts.map(
      ({ id, title }): Column<Row> => ({
        id,
        title,
        align: "right",
        cell: (row) => <RobustnessCell row={row.cells.get(id)} marks={marks} />,
        value: (row) => row.cells.get(id)?.effectiveRobustness,
        tier: (row) => rankTier(row.cells.get(id)),
      }),
    ),
  ];
}

export function RobustnessCell({
  row,
  marks,
}: {
  readonly row: RobustnessRow | undefined;
  readonly marks: WarningMarks;
}): JSX.Element {
  if (row === undefined) return <span class="quiet">–</span>;
  const tone = row.verdict === "above" ? " better" : row.verdict === "below" ? " worse" : "";
  return (
    <>
      <span class={`figure${tone}`}>
        {points(row.effectiveRobustness)}
        {isOutsideBand(row) && (
          <b class="star" title="outside the 95 % prediction band of the baseline">
            ★
          </b>
        )}
        {row.extrapolated && <b title={`${percent(row.outsideBy)} points outside the baseline's accuracies`}>†</b>}
        {row.doubt !== undefined && <b title={`not ranked: ${doubtText(row.doubt)}`}>‡</b>}
        <WarningMark
          texts={marks.of(row) === "" ? [] : ["a warning applies to a result behind this figure: see below"]}
        />
      </span>
      {row.low !== null && row.high !== null && <span class="interval">{pointsRange(row.low, row.high)}</span>}
    </>
  );
}
