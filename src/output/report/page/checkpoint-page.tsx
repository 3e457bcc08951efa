import type { JSX } from "preact";
import { lineKeyText } from "../../../analysis/robustness/line-key.ts";
import { MEAN_OF_SHIFTS, type RobustnessRow } from "../../../analysis/robustness/robustness-row.ts";
import type { RobustnessStudy } from "../../../analysis/robustness/robustness-study.ts";
import { idTitle } from "../../../analysis/robustness/study-axes.ts";
import { ACCURACY, figureOf, METRICS } from "../../../evaluation/scoring/metrics/registry.ts";
import { keyText } from "../../../foundation/evaluation-key.ts";
import { count, percent, percentRange } from "../../../foundation/number-text.ts";
import { inShiftOrder } from "../../tables/shift-order.ts";
import { markWarnings } from "../../tables/warning-marks.ts";
import { answerCheckpoint } from "./answer.ts";
import { AnswerView } from "./answer-view.tsx";
import { Classes } from "./classes.tsx";
import { Section } from "./controls.tsx";
import { ImageBrowser } from "./image-browser.tsx";
import type { PageProps } from "./page-props.tsx";
import { Reliability } from "./reliability.tsx";
import { RobustnessCell } from "./robustness.tsx";
import { shiftTitle } from "./study.ts";
import { type Column, Table } from "./table.tsx";
import { useView } from "./view-context.ts";
import { resultWarnings, WarningList, WarningMark } from "./warnings.tsx";

/** Shows all data of one checkpoint. */
export function CheckpointPage(props: PageProps & { readonly study: RobustnessStudy | null }): JSX.Element {
  const { data, view, study } = props;
  const { address } = useView();
  const { checkpoint } = view;
  const rows = inShiftOrder(
    (study?.rows ?? []).filter((row) => row.checkpoint === checkpoint && row.benchmark !== MEAN_OF_SHIFTS),
    () => "",
    data.axes,
  );
  const neighbor = data.checkpoints.find((name) => name !== checkpoint);
  return (
    <>
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href={address({ checkpoint: "" })}>← All checkpoints</a>
        {neighbor !== undefined && (
          <a
            href={address({
              checkpoint: "",
              tab: "compare",
              first: checkpoint,
              second: view.second === checkpoint ? neighbor : view.second,
            })}
          >
            Compare with another
          </a>
        )}
      </nav>
      <h1 class="checkpoint-title">
        <bdi>{checkpoint}</bdi>
      </h1>
      {!data.checkpoints.includes(checkpoint) && <p class="lead">This report has no checkpoint with this name.</p>}
      {study !== null && data.checkpoints.includes(checkpoint) && (
        <AnswerView answer={answerCheckpoint(data, study, view, view.benchmark, checkpoint)} level={2} />
      )}
      {rows.length > 0 && (
        <Section
          id="shifts"
          title="Distance from the line"
          description={`The accuracy that the line of ${view.baseline} expects at the checkpoint's accuracy in distribution, and the band of another model of the baseline's kind (95 %).`}
        >
          <Table
            id="shifts"
            caption="Effective robustness on every shift"
            columns={columnsOf(data)}
            rows={rows}
            keyOf={lineKeyText}
          />
        </Section>
      )}
      <CheckpointAccuracies data={data} checkpoint={checkpoint} />
      <ImageBrowser {...props} alone={checkpoint} />
      <Classes {...props} checkpoint={checkpoint} />
      <Reliability {...props} />
    </>
  );
}

function columnsOf(data: PageProps["data"]): Column<RobustnessRow>[] {
  const marks = markWarnings(data.warnings, data.axes);
  return [
    {
      id: "shift",
      title: "Shift",
      cell: (row) => shiftTitle(data, row.benchmark, row.protocol),
      value: (row) => row.benchmark,
    },
    {
      id: "axis",
      title: "x axis",
      cell: (row) => `${idTitle(data.axes, row.idSide)}${row.idSide.includes("@") ? ", same classes" : ""}`,
      value: (row) => row.idSide,
    },
    { id: "prompts", title: "Prompts", cell: (row) => row.templates, value: (row) => row.templates },
    {
      id: "x",
      title: data.axes.inDistribution.length > 1 ? "x %" : `${idTitle(data.axes)} %`,
      align: "right",
      cell: (row) => percent(row.idAccuracy, 2),
      value: (row) => row.idAccuracy,
    },
    {
      id: "y",
      title: "Under shift %",
      align: "right",
      cell: (row) => percent(row.accuracy, 2),
      value: (row) => row.accuracy,
    },
    {
      id: "expected",
      title: "Line expects %",
      align: "right",
      cell: (row) => (
        <>
          <span class="figure">{percent(row.expectedAccuracy, 2)}</span>
          {row.predictionLow !== null && row.predictionHigh !== null && (
            <span class="interval">{percentRange(row.predictionLow, row.predictionHigh)}</span>
          )}
        </>
      ),
      value: (row) => row.expectedAccuracy,
    },
    {
      id: "robustness",
      title: "Effective robustness",
      align: "right",
      cell: (row) => <RobustnessCell row={row} marks={marks} />,
      value: (row) => row.effectiveRobustness,
    },
  ];
}

function CheckpointAccuracies({
  data,
  checkpoint,
}: Pick<PageProps, "data"> & { readonly checkpoint: string }): JSX.Element {
  const results = inShiftOrder(
    data.results.filter((result) => result.checkpoint === checkpoint),
    () => "",
    data.axes,
  );
  const columns: Column<(typeof results)[number]>[] = [
    {
      id: "benchmark",
      title: "Benchmark",
      cell: (row) => shiftTitle(data, row.benchmark, row.protocol),
      value: (row) => `${row.benchmark}/${row.protocol}`,
    },
    { id: "prompts", title: "Prompts", cell: (row) => row.templates, value: (row) => row.templates },
    {
      id: ACCURACY.id,
      title: `${ACCURACY.column} %`,
      align: "right",
      cell: (row) => (
        <>
          <span class="figure">
            {percent(row.accuracy, 2)}
            <WarningMark texts={resultWarnings(data.warnings, row)} />
          </span>
          {row.low !== null && row.high !== null && <span class="interval">{percentRange(row.low, row.high)}</span>}
        </>
      ),
      value: (row) => row.accuracy,
    },
    ...METRICS.filter((metric) => metric !== ACCURACY).map(
      (metric): Column<(typeof results)[number]> => ({
        id: metric.id,
        title: `${metric.column} %`,
        align: "right",
        cell: (row) => {
          const figure = figureOf(row.others, metric);
          return figure === undefined ? <span class="quiet">–</span> : percent(figure.value, 2);
        },
        value: (row) => figureOf(row.others, metric)?.value,
      }),
    ),
    {
      id: "n",
      title: "Images",
      align: "right",
      cell: ({ n, expectedN }) =>
        n === null
          ? "unknown"
          : expectedN === null || n === expectedN
            ? count(n)
            : `${count(n)} of ${count(expectedN)}`,
      value: (row) => row.n ?? undefined,
    },
  ];
  return (
    <Section id="own-accuracies" title="Accuracy">
      <Table
        id="own-accuracies"
        caption={`Accuracies of ${checkpoint}`}
        columns={columns}
        rows={results}
        keyOf={(row) => keyText(row)}
      />
      <WarningList warnings={data.warnings.filter(({ about }) => about?.checkpoint === checkpoint)} />
    </Section>
  );
}
